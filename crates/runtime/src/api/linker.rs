//! Binds a component's imports to what the host defines.

use super::component::Component;
use crate::call::fill::{Fill, filling};
use crate::call::host_func::{self, BindHostFunc, HostBinding};
use crate::call::instantiate::{ImportBindings, instantiate};
use crate::error::value::ValueError;
use crate::error::{HostError, LinkError, Result};
use crate::image::engine::Engine;
use crate::store::record::{HostTypes, Instance};
use crate::store::state::{AsContextMut, Caller};
use crate::store::variance::Invariant;
use crate::value::reflection::print_func;
use crate::value::val::Val;
use crate::value::{ComponentType, LiftParams, Lower, TypeContext, ViewParams};
use cantilever_object::artifact::{Artifact, ImportSlot};
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// Definitions of the host for imports, by path.
pub struct Linker<T> {
    engine: Engine,
    definitions: HashMap<Vec<String>, Definition>,
    _data: Invariant<T>,
}

/// What the host defines.
#[derive(Clone)]
enum Definition {
    /// A function, to be bound to the import's type.
    Func(Arc<BindHostFunc>),
    /// A resource type: the Rust type that stands for it, and its destructor.
    Resource(TypeId, Option<HostBinding>),
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Self {
        Linker { engine: self.engine.clone(), definitions: self.definitions.clone(), _data: Invariant::default() }
    }
}

impl<T> std::fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.definitions.keys()).finish()
    }
}

impl<T: 'static> Linker<T> {
    /// A linker without definitions.
    pub fn new(engine: &Engine) -> Self {
        Linker { engine: engine.clone(), definitions: HashMap::new(), _data: Invariant::default() }
    }

    /// Definitions for imports that lie in no instance.
    pub fn root(&mut self) -> LinkerInstance<'_, T> {
        LinkerInstance { linker: self, prefix: Vec::new() }
    }

    /// Definitions for the imported instance of this name.
    pub fn instance(&mut self, name: &str) -> LinkerInstance<'_, T> {
        LinkerInstance { linker: self, prefix: vec![name.to_owned()] }
    }

    /// [`LinkerInstance::func_wrap`] outside of instances.
    pub fn func_wrap<P, R, F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        P: LiftParams + 'static,
        R: Lower + ComponentType + 'static,
        F: Fn(Caller<'_, T>, P) -> Result<R, HostError> + Send + Sync + 'static,
    {
        self.root().func_wrap(name, closure)?;
        Ok(self)
    }

    /// [`LinkerInstance::func_view`] outside of instances.
    pub fn func_view<P, R, F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        P: ViewParams,
        R: Lower + ComponentType + 'static,
        F: for<'a> Fn(&'a mut T, P::Of<'a>) -> Result<R, HostError> + Send + Sync + 'static,
    {
        self.root().func_view::<P, R, F>(name, closure)?;
        Ok(self)
    }

    /// [`LinkerInstance::func_fill`] outside of instances.
    pub fn func_fill<P, R, F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        P: LiftParams + 'static,
        R: Lower + ComponentType + 'static,
        F: for<'a> Fn(&'a mut T, P, Fill<'a>) -> Result<R, HostError> + Send + Sync + 'static,
    {
        self.root().func_fill::<P, R, F>(name, closure)?;
        Ok(self)
    }

    /// [`LinkerInstance::func_new`] outside of instances.
    pub fn func_new<F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        F: Fn(Caller<'_, T>, Vec<Val>) -> Result<Option<Val>, HostError> + Send + Sync + 'static,
    {
        self.root().func_new(name, closure)?;
        Ok(self)
    }

    /// [`LinkerInstance::resource`] outside of instances.
    pub fn resource<R: 'static>(
        &mut self,
        name: &str,
        dtor: impl Fn(Caller<'_, T>, u32) -> Result<(), HostError> + Send + Sync + 'static,
    ) -> Result<&mut Self, LinkError> {
        self.root().resource::<R>(name, dtor)?;
        Ok(self)
    }

    /// Defines every function and resource type that the component imports and that is not defined
    /// yet: functions that fail when they are called, and resource types without destructors.
    pub fn define_unknown_imports_as_traps(&mut self, component: &Component) {
        for import in &component.0.artifact.imports {
            let path = import.path.join("/");
            let definition = match &import.kind {
                ImportSlot::Func { .. } => Definition::Func(host_func::dynamic::<T, _>(move |_, _| {
                    Err(format!("the import `{path}` was called, but the host does not provide it").into())
                })),
                ImportSlot::Resource { .. } => Definition::Resource(TypeId::of::<()>(), None),
                _ => continue,
            };
            self.definitions.entry(import.path.clone()).or_insert(definition);
        }
    }

    /// Checks a component's imports, once for any number of instances.
    pub fn instantiate_pre(&self, component: &Component) -> Result<InstancePre<T>> {
        self.engine.admit(component.engine(), "component", "linker")?;
        let artifact = &component.0.artifact;
        let unknown = || artifact.imports.iter().filter(|import| !self.definitions.contains_key(&import.path));
        if unknown().next().is_some() {
            let missing = unknown().map(|import| (import.path.clone(), describe(artifact, &import.kind)));
            return Err(LinkError::UnknownImports(missing.collect()).into());
        }
        let host_types = self.host_types(artifact);
        let cx = TypeContext::new(artifact, &host_types);
        let bind = |import: &cantilever_object::artifact::ImportEntry| {
            let incompatible = |reason| LinkError::IncompatibleImport { path: import.path.join("/"), reason };
            match (&import.kind, &self.definitions[&import.path]) {
                (ImportSlot::Func { ty, .. }, Definition::Func(bind)) => {
                    bind(ty, &cx).map(Some).map_err(|e: ValueError| incompatible(e.to_string()))
                }
                (ImportSlot::Resource { .. }, Definition::Resource(_, dtor)) => Ok(dtor.clone()),
                (slot, _) => Err(incompatible(format!("expected {}", describe(artifact, slot)))),
            }
        };
        let bindings = artifact.imports.iter().map(bind).collect::<Result<ImportBindings, LinkError>>()?;
        Ok(InstancePre {
            component: component.clone(),
            bindings: Arc::new(bindings),
            host_types,
            _data: Invariant::default(),
        })
    }

    /// Makes an instance.
    pub fn instantiate(&self, store: impl AsContextMut<Data = T>, component: &Component) -> Result<Instance> {
        self.instantiate_pre(component)?.instantiate(store)
    }

    /// The Rust types that stand for the resource types that the component imports.
    fn host_types(&self, artifact: &Artifact) -> Arc<HostTypes> {
        let mut types = vec![None; artifact.resources.len()];
        for import in &artifact.imports {
            if let ImportSlot::Resource { resource, .. } = import.kind
                && let Some(Definition::Resource(ty, _)) = self.definitions.get(&import.path)
                && let Some(slot) = types.get_mut(resource.as_u32() as usize)
            {
                *slot = Some(*ty);
            }
        }
        types.into()
    }
}

/// What an import needs, in words.
fn describe(artifact: &Artifact, slot: &ImportSlot) -> String {
    match slot {
        ImportSlot::Func { ty, .. } => print_func(&artifact.types, &artifact.resources, ty),
        ImportSlot::Resource { .. } => "resource".to_owned(),
        ImportSlot::Module => "a core module, which must be given when the component is compiled".to_owned(),
        _ => "an item of a core module".to_owned(),
    }
}

/// Definitions for imports in one instance, or in none.
#[derive(Debug)]
pub struct LinkerInstance<'a, T> {
    linker: &'a mut Linker<T>,
    prefix: Vec<String>,
}

impl<T: 'static> LinkerInstance<'_, T> {
    /// Definitions for an instance inside of this one.
    pub fn instance(&mut self, name: &str) -> LinkerInstance<'_, T> {
        let mut prefix = self.prefix.clone();
        prefix.push(name.to_owned());
        LinkerInstance { linker: self.linker, prefix }
    }

    /// Defines a function that takes the tuple `P` and gives `R`, or nothing when that is `()`.
    pub fn func_wrap<P, R, F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        P: LiftParams + 'static,
        R: Lower + ComponentType + 'static,
        F: Fn(Caller<'_, T>, P) -> Result<R, HostError> + Send + Sync + 'static,
    {
        self.define(name, Definition::Func(host_func::typed::<T, P, R, F>(closure)))
    }

    /// Defines a function that looks at strings and lists of numbers where they lie, without
    /// copying them, if the guest has them as Rust does; also in tuples, options, results and
    /// lists.
    ///
    /// `P` names the parameters: `(u32, &str)` in it is `(u32, &'a str)` for the closure. The
    /// closure gets the host's data instead of a [`Caller`], so no guest runs while it looks:
    /// [`View`](crate::View) tells why.
    ///
    /// ```
    /// # use cantilever_runtime::{Engine, Linker, LinkError};
    /// # fn main() -> Result<(), LinkError> {
    /// let mut linker = Linker::<Vec<String>>::new(&Engine::default());
    /// linker.instance("log").func_view::<(u32, &str, &[u8]), u32, _>("write", |lines, (level, text, raw)| {
    ///     lines.push(format!("{level}: {text}"));
    ///     Ok(raw.iter().map(|byte| u32::from(*byte)).sum())
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn func_view<P, R, F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        P: ViewParams,
        R: Lower + ComponentType + 'static,
        F: for<'a> Fn(&'a mut T, P::Of<'a>) -> Result<R, HostError> + Send + Sync + 'static,
    {
        self.define(name, Definition::Func(host_func::viewing::<T, P, R, F>(closure)))
    }

    /// Defines a function that fills a `list<u8>` or a `string` of its result where the guest has
    /// it, without copying it. The result says by [`Filled`](crate::Filled) or
    /// [`FilledString`](crate::FilledString) where it lies: it may lie in tuples, records, options,
    /// results and variants, but in no list. At most one can be filled in a call.
    ///
    /// The closure gets the host's data, its parameters lifted, and a [`Fill`]. It gets neither a
    /// [`Caller`] nor views, since the guest's `realloc` runs while the [`Fill`] makes room.
    ///
    /// ```
    /// # use cantilever_runtime::{Engine, Filled, Linker, LinkError};
    /// # use std::fs::File;
    /// # use std::os::unix::fs::FileExt;
    /// # fn main() -> Result<(), LinkError> {
    /// let mut linker = Linker::<File>::new(&Engine::default());
    /// // `read: func(length: u64, offset: u64) -> result<list<u8>, string>`
    /// linker.instance("file").func_fill::<(u64, u64), Result<Filled, String>, _>(
    ///     "read",
    ///     |file, (length, offset), fill| {
    ///         let length = length.min(64 << 10) as usize;
    ///         Ok(fill.bytes(length, |room| file.read_at(room, offset))?.map_err(|error| error.to_string()))
    ///     },
    /// )?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A [`Fill`] cannot be kept:
    ///
    /// ```compile_fail
    /// # use cantilever_runtime::{Engine, Fill, Filled, Linker};
    /// let mut linker = Linker::<Option<Fill<'static>>>::new(&Engine::default());
    /// linker.func_fill::<(), Filled, _>("keep", |kept, (), fill| {
    ///     *kept = Some(fill); // borrowed data escapes
    ///     Ok(Filled::empty())
    /// });
    /// ```
    pub fn func_fill<P, R, F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        P: LiftParams + 'static,
        R: Lower + ComponentType + 'static,
        F: for<'a> Fn(&'a mut T, P, Fill<'a>) -> Result<R, HostError> + Send + Sync + 'static,
    {
        self.define(name, Definition::Func(filling::<T, P, R, F>(closure)))
    }

    /// Defines a function over values of any type.
    pub fn func_new<F>(&mut self, name: &str, closure: F) -> Result<&mut Self, LinkError>
    where
        F: Fn(Caller<'_, T>, Vec<Val>) -> Result<Option<Val>, HostError> + Send + Sync + 'static,
    {
        self.define(name, Definition::Func(host_func::dynamic::<T, F>(closure)))
    }

    /// Defines a resource type, for which the Rust type `R` stands. The destructor gets the
    /// representation.
    pub fn resource<R: 'static>(
        &mut self,
        name: &str,
        dtor: impl Fn(Caller<'_, T>, u32) -> Result<(), HostError> + Send + Sync + 'static,
    ) -> Result<&mut Self, LinkError> {
        let dtor = host_func::destructor::<T, _>(dtor);
        self.define(name, Definition::Resource(TypeId::of::<R>(), Some(dtor)))
    }

    fn define(&mut self, name: &str, definition: Definition) -> Result<&mut Self, LinkError> {
        let mut path = self.prefix.clone();
        path.push(name.to_owned());
        if self.linker.definitions.contains_key(&path) {
            return Err(LinkError::DefinedTwice(path.join("/")));
        }
        self.linker.definitions.insert(path, definition);
        Ok(self)
    }
}

/// A component with its imports bound and checked.
pub struct InstancePre<T> {
    component: Component,
    bindings: Arc<ImportBindings>,
    host_types: Arc<HostTypes>,
    _data: Invariant<T>,
}

impl<T> Clone for InstancePre<T> {
    fn clone(&self) -> Self {
        let InstancePre { component, bindings, host_types, .. } = self;
        InstancePre {
            component: component.clone(),
            bindings: bindings.clone(),
            host_types: host_types.clone(),
            _data: Invariant::default(),
        }
    }
}

impl<T> std::fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstancePre").finish_non_exhaustive()
    }
}

impl<T: 'static> InstancePre<T> {
    /// Makes an instance.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store.as_context_mut();
        store.state().engine.admit(self.component.engine(), "component", "store")?;
        let state = store.state_ptr();
        // SAFETY: the bindings were checked against the component's imports, for a store with this
        // type of data.
        unsafe { instantiate(state, &self.component.0, self.host_types.clone(), self.bindings.clone()) }
    }

    /// The component.
    pub fn component(&self) -> &Component {
        &self.component
    }
}
