//! Components and core modules behind one face: defining, instantiating, calling.

use super::outcome::{Fault, Obstacle, Outcome, Values};
use super::{component_value, core_value, spectest};
use cantilever::Compile as _;
use cantilever::CompileOptions;
use cantilever::runtime::{
    self, Component, Config, CoreExtern, CoreInstance, CoreLinker, CoreVal, Engine, Limits, Linker, Module, Store,
};
use std::collections::HashMap;
use std::sync::Arc;
use wast::{WastArg, WastInvoke};

/// Something compiled, to be instantiated any number of times.
#[derive(Clone)]
pub enum Definition {
    /// A component.
    Component(Component),
    /// A core module.
    Module(Module),
    /// Something valid that is not supported. That is a fault only when it is instantiated: a
    /// script defines some things for no other purpose than to see them validated.
    Unsupported(Arc<cantilever::Error>),
}

/// An instance of either kind.
pub enum Instance {
    /// A component's, with a store of its own: scripts link components by nesting, never to each
    /// other.
    Component(Box<Store<()>>, runtime::Instance),
    /// A core module's, in the store that all of a script's modules share.
    Core(CoreInstance),
}

/// What instances live in.
pub struct Host {
    engine: Engine,
    store: Store<()>,
    linker: CoreLinker,
    /// Names of instances that could not be made, which modules cannot import from.
    missing: HashMap<String, Obstacle>,
}

/// A store for a script, which may have memories as large as the system has address space for.
fn new_store(engine: &Engine) -> Store<()> {
    let (mut store, mut limits) = (Store::new(engine, ()), Limits::default());
    limits.memory_bytes = u64::MAX;
    store.set_limits(limits);
    store
}

impl Host {
    /// Nothing but the `spectest` module.
    pub fn new(config: Config) -> Result<Self, runtime::Error> {
        let engine = Engine::new(config);
        let mut store = new_store(&engine);
        let mut linker = CoreLinker::new();
        spectest::define(&mut linker, &mut store)?;
        Ok(Host { engine, store, linker, missing: HashMap::new() })
    }

    /// Compiles a component or a core module.
    pub fn define(&self, wasm: &[u8], options: &CompileOptions) -> Result<Definition, Fault> {
        let defined = if wasmparser::Parser::is_component(wasm) {
            Component::with_options(&self.engine, wasm, options).map(Definition::Component)
        } else {
            Module::with_options(&self.engine, wasm, options).map(Definition::Module)
        };
        match defined {
            Err(runtime::Error::Compile(error)) => match error.downcast::<cantilever::Error>() {
                Ok(error) if matches!(*error, cantilever::Error::Unsupported { .. }) => {
                    Ok(Definition::Unsupported(Arc::new(*error)))
                }
                Ok(error) => Err(Fault::Compile(*error)),
                Err(error) => Err(Fault::Run(runtime::Error::Compile(error))),
            },
            other => other.map_err(Fault::Run),
        }
    }

    /// Makes an instance. Components get no imports.
    pub fn instantiate(&mut self, definition: &Definition) -> Result<Instance, Fault> {
        match definition {
            Definition::Component(component) => {
                let mut store = Box::new(new_store(&self.engine));
                let instance = Linker::new(&self.engine).instantiate(&mut *store, component).map_err(Fault::Run)?;
                Ok(Instance::Component(store, instance))
            }
            Definition::Module(module) => {
                if let Some(obstacle) = module.imports().find_map(|path| self.missing.get(path.first()?)) {
                    return Err(Fault::Needs(obstacle.clone()));
                }
                let instance = self.linker.instantiate(&mut self.store, module).map_err(Fault::Run)?;
                Ok(Instance::Core(instance))
            }
            Definition::Unsupported(error) => Err(Fault::Unsupported(error.clone())),
        }
    }

    /// Lets later modules import the exports of an instance.
    pub fn register(&mut self, name: &str, instance: &Instance) -> Result<(), String> {
        self.missing.remove(name);
        match instance {
            Instance::Core(instance) => {
                self.linker.define_instance(&mut self.store, name, *instance).map_err(|e| e.to_string())
            }
            Instance::Component(..) => Err("only instances of core modules can be registered".to_owned()),
        }
    }

    /// Notes that an instance is not there for later modules, and why.
    pub fn register_missing(&mut self, name: &str, obstacle: &Obstacle) {
        self.missing.insert(name.to_owned(), obstacle.clone());
    }

    /// Calls an exported function. An error is a mistake in the script.
    pub fn invoke(&mut self, instance: &mut Instance, call: &WastInvoke<'_>) -> Result<Outcome, String> {
        let unknown = || format!("there is no exported function `{}`", call.name);
        match instance {
            Instance::Component(store, instance) => {
                let func = instance.get_func(&mut **store, call.name).ok_or_else(unknown)?;
                let arguments = call.args.iter().map(|arg| match arg {
                    WastArg::Component(value) => Ok(component_value::argument(value)),
                    other => Err(format!("{other:?} is no argument for a component function")),
                });
                let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
                Ok(func.call(&mut **store, &arguments).map(Values::Component).map_err(Fault::Run))
            }
            Instance::Core(instance) => {
                let func = instance.get_func(&mut self.store, call.name).ok_or_else(unknown)?;
                let arguments = call.args.iter().map(|arg| match arg {
                    WastArg::Core(value) => core_value::argument(value),
                    other => Err(format!("{other:?} is no argument for a core function")),
                });
                let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
                Ok(func.call(&mut self.store, &arguments).map(Values::Core).map_err(Fault::Run))
            }
        }
    }

    /// The value of an exported global.
    pub fn global(&mut self, instance: &Instance, name: &str) -> Result<CoreVal, String> {
        let Instance::Core(instance) = instance else {
            return Err("components have no globals".to_owned());
        };
        match instance.get_export(&mut self.store, name) {
            Some(CoreExtern::Global(global)) => global.get(&mut self.store).map_err(|e| e.to_string()),
            _ => Err(format!("there is no exported global `{name}`")),
        }
    }
}
