//! One directive after another: the state that a script builds up, and what each kind of directive does with it.

use super::ScriptOptions;
use super::instance::{Definition, Host, Instance};
use super::outcome::{self, Fault, Outcome, Values};
use super::{component_value, core_value};
use std::collections::HashMap;
use std::sync::Arc;
use wast::token::Id;
use wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, WastRet};

/// What a script has defined so far.
pub struct Runner<'o> {
    options: &'o ScriptOptions,
    host: Host,
    /// By name; the latest without a name under `None`.
    definitions: HashMap<Option<String>, Definition>,
    instances: Vec<Instance>,
    /// Named instances, by index in `instances`.
    named: HashMap<String, usize>,
}

impl<'o> Runner<'o> {
    /// Nothing but the `spectest` module.
    pub fn new(options: &'o ScriptOptions) -> Result<Self, String> {
        let host = Host::new(options.engine.clone()).map_err(|e| e.to_string())?;
        Ok(Runner { options, host, definitions: HashMap::new(), instances: Vec::new(), named: HashMap::new() })
    }

    /// Runs a directive; why it failed.
    pub fn run(&mut self, directive: WastDirective<'_>) -> Result<(), String> {
        match directive {
            WastDirective::Module(mut wat) => {
                let name = wat.name();
                let definition = self.define(&mut wat).map_err(|fault| fault.to_string())?;
                let index = self.instantiate(&definition).map_err(|fault| fault.to_string())?;
                self.name(name, index)
            }
            WastDirective::ModuleDefinition(mut wat) => {
                let definition = self.define(&mut wat).map_err(|fault| fault.to_string())?;
                self.definitions.insert(wat.name().map(name_of), definition);
                Ok(())
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let definition = self.definitions.get(&module.map(name_of)).cloned();
                let definition = definition.ok_or_else(|| undefined("definition", module))?;
                let index = self.instantiate(&definition).map_err(|fault| fault.to_string())?;
                self.name(instance, index)
            }
            WastDirective::Register { name, module, .. } => {
                let index = self.find(module)?;
                self.host.register(name, &self.instances[index])
            }
            WastDirective::Invoke(call) => self.invoke(&call)?.map(|_| ()).map_err(|fault| fault.to_string()),
            assertion => self.assert(assertion),
        }
    }

    fn assert(&mut self, directive: WastDirective<'_>) -> Result<(), String> {
        match directive {
            WastDirective::AssertReturn { exec, results, .. } => returned(self.execute(exec)?, &results),
            WastDirective::AssertTrap { exec, message, .. } => outcome::trapped(self.execute(exec)?, message),
            WastDirective::AssertExhaustion { call, message, .. } => outcome::trapped(self.invoke(&call)?, message),
            WastDirective::AssertException { exec, .. } => outcome::thrown(self.execute(exec)?),
            WastDirective::AssertUnlinkable { module, message, .. } => {
                outcome::unlinkable(self.execute(WastExecute::Wat(module))?, message)
            }
            WastDirective::AssertInvalid { mut module, message, .. }
            | WastDirective::AssertMalformed { mut module, message, .. } => {
                outcome::refused(validate(&mut module), message, self.options.ignore_error_messages)
            }
            WastDirective::AssertInvalidCustom { .. } | WastDirective::AssertMalformedCustom { .. } => {
                Err("assertions about custom sections are not supported".to_owned())
            }
            WastDirective::AssertSuspension { .. } => Err("stack switching is not supported".to_owned()),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => Err("threads are not supported".to_owned()),
            WastDirective::Module(_)
            | WastDirective::ModuleDefinition(_)
            | WastDirective::ModuleInstance { .. }
            | WastDirective::Register { .. }
            | WastDirective::Invoke(_) => unreachable!("`run` takes what is no assertion"),
        }
    }

    /// An error is a mistake in the script; what a guest or the compiler does is the outcome.
    fn execute(&mut self, exec: WastExecute<'_>) -> Result<Outcome, String> {
        match exec {
            WastExecute::Invoke(call) => self.invoke(&call),
            WastExecute::Get { module, global, .. } => {
                let index = self.find(module)?;
                self.host.global(&self.instances[index], global).map(|value| Ok(Values::Core(vec![value])))
            }
            WastExecute::Wat(wat) => {
                let instantiated = self.define(&mut QuoteWat::Wat(wat)).and_then(|d| self.instantiate(&d));
                Ok(instantiated.map(|_| Values::Component(None)))
            }
        }
    }

    fn invoke(&mut self, call: &WastInvoke<'_>) -> Result<Outcome, String> {
        let index = self.find(call.module)?;
        self.host.invoke(&mut self.instances[index], call)
    }

    fn define(&mut self, wat: &mut QuoteWat<'_>) -> Result<Definition, Fault> {
        let bytes = wat.encode().map_err(|e| Fault::Text(e.message()))?;
        self.host.define(&bytes, &self.options.compile)
    }

    fn instantiate(&mut self, definition: &Definition) -> Result<usize, Fault> {
        self.instances.push(self.host.instantiate(definition)?);
        Ok(self.instances.len() - 1)
    }

    /// Gives the latest instance its name.
    fn name(&mut self, id: Option<Id<'_>>, index: usize) -> Result<(), String> {
        if let Some(id) = id {
            self.named.insert(name_of(id), index);
        }
        Ok(())
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
    crate::link::plan(Arc::from(bytes)).map(|_| ()).map_err(Fault::Compile)
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
