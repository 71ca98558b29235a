//! What an action gave, and whether that is what a directive expects.

use cantilever::runtime::{self, CoreVal, Trap, Val};
use cantilever_abi::block::TrapKind;
use std::fmt;
use std::sync::Arc;

/// What an invocation or an instantiation that succeeded gave.
#[derive(Debug)]
pub enum Values {
    /// Nothing, or the result of a component function.
    Component(Option<Val>),
    /// The results of a core function, or the value of a global.
    Core(Vec<CoreVal>),
}

/// Why something could not be instantiated, or trapped.
#[derive(Debug)]
pub enum Fault {
    /// The text is not WebAssembly.
    Text(String),
    /// The compiler refused it.
    Compile(cantilever::Error),
    /// It is valid, and the compiler does not support it.
    Unsupported(Arc<cantilever::Error>),
    /// It could not be linked, or it trapped.
    Run(runtime::Error),
    /// It imports from an instance that could not be made.
    Needs(Obstacle),
}

/// Why a directive did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// It needs something that the compiler refuses by name: this.
    Skipped(String),
    /// It failed; why.
    Failed(String),
}

impl Obstacle {
    /// What stands in the way of directives about something that was not made because of this.
    pub fn inherited(&self) -> Self {
        match self {
            Obstacle::Skipped(_) => self.clone(),
            Obstacle::Failed(_) => Obstacle::Failed("what it is about could not be made".to_owned()),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Skipped(feature) => write!(f, "{feature} is not supported"),
            Obstacle::Failed(why) => f.write_str(why),
        }
    }
}

impl From<String> for Obstacle {
    fn from(why: String) -> Self {
        Obstacle::Failed(why)
    }
}

impl From<Fault> for Obstacle {
    fn from(fault: Fault) -> Self {
        fault.obstacle().unwrap_or_else(|| Obstacle::Failed(fault.to_string()))
    }
}

impl Fault {
    /// What keeps a directive from being about a guest's or the compiler's behaviour at all.
    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            Fault::Compile(cantilever::Error::Unsupported { feature, .. }) => Some(Obstacle::Skipped(feature.clone())),
            Fault::Unsupported(error) => match &**error {
                cantilever::Error::Unsupported { feature, .. } => Some(Obstacle::Skipped(feature.clone())),
                _ => None,
            },
            Fault::Needs(obstacle) => Some(obstacle.clone()),
            Fault::Text(_) | Fault::Compile(_) | Fault::Run(_) => None,
        }
    }

    fn trap(&self) -> Option<&Trap> {
        match self {
            Fault::Run(error) => error.trap(),
            Fault::Text(_) | Fault::Compile(_) | Fault::Unsupported(_) | Fault::Needs(_) => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Text(message) => f.write_str(message),
            Fault::Compile(error) => error.fmt(f),
            Fault::Unsupported(error) => error.fmt(f),
            Fault::Run(error) => error.fmt(f),
            Fault::Needs(obstacle) => obstacle.fmt(f),
        }
    }
}

/// The result of an action.
pub type Outcome = Result<Values, Fault>;

/// For `assert_trap`: did the action trap, with this wording in its message?
pub fn trapped(outcome: Outcome, expected: &str) -> Result<(), String> {
    match outcome {
        Ok(values) => Err(format!("expected the trap `{expected}`, got {values:?}")),
        Err(fault) => match fault.trap() {
            Some(trap) if same_trap(trap.message(), expected) => Ok(()),
            Some(trap) => Err(format!("expected the trap `{expected}`, got the trap `{trap}`")),
            None => Err(format!("expected the trap `{expected}`, got the error `{fault}`")),
        },
    }
}

/// The core suite words some messages with values or kinds that an engine does not keep.
fn same_trap(actual: &str, expected: &str) -> bool {
    actual.contains(expected)
        || (expected.starts_with("uninitialized element") && actual.contains("uninitialized element"))
        || (expected.starts_with("null") && expected.ends_with("reference") && actual.contains("null reference"))
}

/// For `assert_unlinkable`: was it refused by the linker, with this wording?
pub fn unlinkable(outcome: Outcome, expected: &str) -> Result<(), String> {
    match outcome {
        Ok(_) => Err(format!("expected to fail linking with `{expected}`, but it was instantiated")),
        Err(Fault::Run(error @ runtime::Error::Link(_))) if error.to_string().contains(expected) => Ok(()),
        Err(fault) => Err(format!("expected to fail linking with `{expected}`, got `{fault}`")),
    }
}

/// For `assert_exception`.
pub fn thrown(outcome: Outcome) -> Result<(), String> {
    match outcome {
        Ok(values) => Err(format!("expected an exception, got {values:?}")),
        Err(fault) if fault.trap().and_then(Trap::kind) == Some(TrapKind::UncaughtException) => Ok(()),
        Err(fault) => Err(format!("expected an exception, got `{fault}`")),
    }
}

/// For `assert_invalid` and `assert_malformed`: was it refused as such, with this wording if that
/// counts?
pub fn refused(result: Result<(), Fault>, expected: &str, ignore_message: bool) -> Result<(), Obstacle> {
    match result {
        Ok(()) => Err(format!("expected to be refused with `{expected}`, but it is valid").into()),
        Err(fault @ (Fault::Text(_) | Fault::Compile(cantilever::Error::Invalid { .. }))) => {
            let actual = fault.to_string();
            if ignore_message || actual.contains(expected) {
                Ok(())
            } else {
                Err(format!("expected to be refused with `{expected}`, got `{actual}`").into())
            }
        }
        Err(fault) => Err(fault.obstacle().unwrap_or_else(|| {
            Obstacle::Failed(format!("expected to be refused with `{expected}`, but it is valid and got `{fault}`"))
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_wordings() {
        assert!(same_trap("wasm trap: integer overflow", "integer overflow"));
        assert!(same_trap("wasm trap: uninitialized element", "uninitialized element 2"));
        assert!(same_trap("wasm trap: null reference", "null function reference"));
        assert!(!same_trap("wasm trap: integer overflow", "integer divide by zero"));
        assert!(!same_trap("wasm trap: integer overflow", "null reference"));
    }

    #[test]
    fn a_feature_that_is_missing_is_no_refusal() {
        let fault = || Err(Fault::Compile(cantilever::Error::unsupported("stack switching", 1)));
        assert!(refused(fault(), "stack switching", true).is_err());
        let invalid = || Err(Fault::Compile(cantilever::Error::invalid("type mismatch", 1)));
        assert!(refused(invalid(), "type mismatch", false).is_ok());
        assert!(refused(invalid(), "unknown local", false).is_err());
        assert!(refused(invalid(), "unknown local", true).is_ok());
    }
}
