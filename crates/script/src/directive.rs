//! One directive after another: the state that a script builds up, and what each kind of directive
//! does with it.

use super::ScriptOptions;
use super::instance::{Definition, Host, Instance};
use super::outcome::{self, Fault, Obstacle, Outcome, Values};
use super::{component_value, core_value};
use cantilever::Error;
use std::collections::HashMap;
use std::sync::Arc;
use wast::token::Id;
use wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, WastRet};

/// What a script has defined so far.
pub struct Runner<'o> {
    options: &'o ScriptOptions,
    host: Host,
    /// By name; the latest without a name under `None`.
    definitions: HashMap<Option<String>, Result<Definition, Obstacle>>,
    /// Each, or what kept it from being made.
    instances: Vec<Result<Instance, Obstacle>>,
    /// Named instances, by index in `instances`.
    named: HashMap<String, usize>,
}

impl<'o> Runner<'o> {
    /// Nothing but the `spectest` module.
    pub fn new(options: &'o ScriptOptions) -> Result<Self, String> {
        let host = Host::new(options.engine.clone()).map_err(|e| e.to_string())?;
        Ok(Runner { options, host, definitions: HashMap::new(), instances: Vec::new(), named: HashMap::new() })
    }

    /// Runs a directive; why it did not do what it should.
    pub fn run(&mut self, directive: WastDirective<'_>) -> Result<(), Obstacle> {
        match directive {
            WastDirective::Module(mut wat) => {
                let name = wat.name();
                let made = self.define(&mut wat).and_then(|definition| self.host.instantiate(&definition));
                self.add(name, made.map_err(Obstacle::from))
            }
            WastDirective::ModuleDefinition(mut wat) => {
                let definition = self.define(&mut wat).map_err(Obstacle::from);
                let made = definition.as_ref().map(|_| ()).map_err(Obstacle::clone);
                self.definitions.insert(wat.name().map(name_of), definition.map_err(|obstacle| obstacle.inherited()));
                made
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let definition = self.definitions.get(&module.map(name_of)).cloned();
                let definition = definition.ok_or_else(|| undefined("definition", module))?;
                let made = definition.and_then(|definition| Ok(self.host.instantiate(&definition)?));
                self.add(instance, made)
            }
            WastDirective::Register { name, module, .. } => {
                let index = self.find(module)?;
                match &self.instances[index] {
                    Ok(instance) => Ok(self.host.register(name, instance)?),
                    Err(obstacle) => {
                        self.host.register_missing(name, obstacle);
                        Err(obstacle.clone())
                    }
                }
            }
            WastDirective::Invoke(call) => Ok(self.invoke(&call)?.map(|_| ())?),
            assertion => self.assert(assertion),
        }
    }

    fn assert(&mut self, directive: WastDirective<'_>) -> Result<(), Obstacle> {
        match directive {
            WastDirective::AssertReturn { exec, results, .. } => Ok(returned(self.execute(exec)?, &results)?),
            WastDirective::AssertTrap { exec, message, .. } => Ok(outcome::trapped(self.execute(exec)?, message)?),
            WastDirective::AssertExhaustion { call, message, .. } => {
                Ok(outcome::trapped(self.invoke(&call)?, message)?)
            }
            WastDirective::AssertException { exec, .. } => Ok(outcome::thrown(self.execute(exec)?)?),
            WastDirective::AssertUnlinkable { module, message, .. } => {
                Ok(outcome::unlinkable(self.execute(WastExecute::Wat(module))?, message)?)
            }
            WastDirective::AssertInvalid { mut module, message, .. }
            | WastDirective::AssertMalformed { mut module, message, .. }
            | WastDirective::AssertInvalidCustom { mut module, message, .. }
            | WastDirective::AssertMalformedCustom { mut module, message, .. } => {
                outcome::refused(validate(&mut module), message, self.options.ignore_error_messages)
            }
            WastDirective::AssertSuspension { .. } => Err(Obstacle::Skipped("stack switching".to_owned())),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => Err(Obstacle::Skipped("threads".to_owned())),
            WastDirective::Module(_)
            | WastDirective::ModuleDefinition(_)
            | WastDirective::ModuleInstance { .. }
            | WastDirective::Register { .. }
            | WastDirective::Invoke(_) => unreachable!("`run` takes what is no assertion"),
        }
    }

    /// An error says why there is no outcome; what a guest or the compiler does is the outcome.
    fn execute(&mut self, exec: WastExecute<'_>) -> Result<Outcome, Obstacle> {
        match exec {
            WastExecute::Invoke(call) => self.invoke(&call),
            WastExecute::Get { module, global, .. } => {
                let index = self.find(module)?;
                let instance = self.instances[index].as_ref().map_err(Obstacle::clone)?;
                Ok(Ok(Values::Core(vec![self.host.global(instance, global)?])))
            }
            WastExecute::Wat(wat) => {
                match self.define(&mut QuoteWat::Wat(wat)).and_then(|definition| self.host.instantiate(&definition)) {
                    Ok(_) => Ok(Ok(Values::Component(None))),
                    Err(fault) => fault.obstacle().map_or(Ok(Err(fault)), Err),
                }
            }
        }
    }

    fn invoke(&mut self, call: &WastInvoke<'_>) -> Result<Outcome, Obstacle> {
        let index = self.find(call.module)?;
        match &mut self.instances[index] {
            Ok(instance) => Ok(self.host.invoke(instance, call)?),
            Err(obstacle) => Err(obstacle.clone()),
        }
    }

    fn define(&mut self, wat: &mut QuoteWat<'_>) -> Result<Definition, Fault> {
        let bytes = wat.encode().map_err(|e| Fault::Text(e.message()))?;
        self.host.define(&bytes, &self.options.compile)
    }

    /// Adds an instance, or what keeps it from being made, and gives it its name.
    fn add(&mut self, id: Option<Id<'_>>, made: Result<Instance, Obstacle>) -> Result<(), Obstacle> {
        let outcome = made.as_ref().map(|_| ()).map_err(Obstacle::clone);
        if let Some(id) = id {
            self.named.insert(name_of(id), self.instances.len());
        }
        self.instances.push(made.map_err(|obstacle| obstacle.inherited()));
        outcome
    }

    /// The instance with this name, or the latest one.
    fn find(&self, id: Option<Id<'_>>) -> Result<usize, String> {
        match id {
            Some(id) => self.named.get(id.name()).copied().ok_or_else(|| undefined("instance", Some(id))),
            None => self.instances.len().checked_sub(1).ok_or_else(|| undefined("instance", None)),
        }
    }
}

fn name_of(id: Id<'_>) -> String {
    id.name().to_owned()
}

fn undefined(what: &str, id: Option<Id<'_>>) -> String {
    match id {
        Some(id) => format!("there is no {what} `${}` before this directive", id.name()),
        None => format!("there is no {what} before this directive"),
    }
}

/// Is it a valid component or module? Code is not compiled for that.
fn validate(wat: &mut QuoteWat<'_>) -> Result<(), Fault> {
    let bytes = wat.encode().map_err(|e| Fault::Text(e.message()))?;
    let is_component = wasmparser::Parser::is_component(&bytes);
    let refusal = |error: Error| match error {
        // Of a module that means: a proposal would make it valid. It is not the script's, so the
        // refusal is right.
        Error::Unsupported { .. } if !is_component => Error::invalid(error.to_string(), error.offset().unwrap_or(0)),
        error => error,
    };
    cantilever::link::plan(Arc::from(bytes)).map(|_| ()).map_err(|error| Fault::Compile(refusal(error)))
}

/// For `assert_return`.
fn returned(outcome: Outcome, expected: &[WastRet<'_>]) -> Result<(), String> {
    let mismatch = |actual: &dyn std::fmt::Debug| Err(format!("expected {expected:?}, got {actual:?}"));
    match outcome.map_err(|fault| format!("expected {expected:?}, got `{fault}`"))? {
        Values::Component(None) if expected.is_empty() => Ok(()),
        Values::Component(Some(value)) => match expected {
            [WastRet::Component(pattern)] if component_value::equal(&value, pattern) => Ok(()),
            _ => mismatch(&value),
        },
        Values::Core(values) => {
            let fits = |(value, pattern): (_, &WastRet<'_>)| match pattern {
                WastRet::Core(pattern) => core_value::fits(value, pattern),
                _ => false,
            };
            if values.len() == expected.len() && values.iter().zip(expected).all(fits) {
                Ok(())
            } else {
                mismatch(&values)
            }
        }
        Values::Component(None) => mismatch(&"nothing"),
    }
}
