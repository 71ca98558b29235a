//! Binds a component's imports to what the host defines.

use super::component::Component;
use super::definitions::{Definition, Definitions, InstanceId, ROOT};
use super::instance_pre::InstancePre;
use crate::call::fill::{Fill, filling};
use crate::call::host_func;
use crate::call::instantiate::ImportBindings;
use crate::error::unknown_imports::UnknownImports;
use crate::error::value::ValueError;
use crate::error::{HostError, LinkError, Result};
use crate::image::engine::Engine;
use crate::store::record::{HostTypes, Instance};
use crate::store::state::{AsContextMut, Caller};
use crate::store::variance::Invariant;
use crate::value::reflection::print_func;
use crate::value::val::Val;
use crate::value::{ComponentType, LiftParams, Lower, TypeContext, ViewParams};
use cantilever_object::artifact::{Artifact, ImportEntry, ImportSlot};
use std::any::TypeId;
use std::sync::Arc;

/// Definitions of the host for imports, by name.
///
/// An instance serves imports of its own name and of compatible versions: what is defined for
/// `wasi:io/streams@0.2.6` serves a component that imports `wasi:io/streams@0.2.0`, or `@0.2.9`.
/// Versions are compatible when they have the same major number, or, if that is 0, the same minor
/// one. Versions below 0.1.0 and prereleases serve themselves alone. The exact name comes first,
/// then the highest version. Names are matched when a component is linked, and never later.
///
/// A component that imports several versions of an interface may so be served by one instance. What
/// it imports as several resource types is then one Rust type for the host.
pub struct Linker<T> {
    engine: Engine,
    definitions: Definitions,
    allow_shadowing: bool,
    _data: Invariant<T>,
}

/// Something that a linker has a definition of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinedItem {
    /// The names of the instances that it lies in, outermost first, then its own.
    pub path: Vec<String>,
    /// What it is.
    pub kind: DefinedKind,
}

/// What a linker's definition is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefinedKind {
    /// A function. Its type is known when it is bound to an import.
    Func,
    /// A resource type.
    Resource,
}

/// What stands for the resource types that nobody has defined.
struct Unknown;

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Self {
        let Linker { engine, definitions, allow_shadowing, .. } = self;
        let (engine, definitions) = (engine.clone(), definitions.clone());
        Linker { engine, definitions, allow_shadowing: *allow_shadowing, _data: Invariant::default() }
    }
}

impl<T> std::fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.definitions.items().map(|(path, name, _)| (path, name))).finish()
    }
}

impl<T: 'static> Linker<T> {
    /// A linker without definitions.
    pub fn new(engine: &Engine) -> Self {
        let (engine, definitions) = (engine.clone(), Definitions::new());
        Linker { engine, definitions, allow_shadowing: false, _data: Invariant::default() }
    }

    /// The engine whose components it links.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// May a definition take the place of another of the same name from now on? If not, as at
    /// first, that is [`LinkError::DefinedTwice`]. Instances that were made before keep what they
    /// were linked with.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.allow_shadowing = allow;
        self
    }

    /// All definitions, those of an instance together and in the order of their names.
    pub fn definitions(&self) -> impl Iterator<Item = DefinedItem> + '_ {
        self.definitions.items().map(|(outer, name, definition)| DefinedItem {
            path: outer.iter().cloned().chain([name.to_owned()]).collect(),
            kind: match definition {
                Definition::Func(_) => DefinedKind::Func,
                Definition::Resource(..) => DefinedKind::Resource,
            },
        })
    }

    /// Definitions for imports that lie in no instance.
    pub fn root(&mut self) -> LinkerInstance<'_, T> {
        LinkerInstance { linker: self, at: ROOT }
    }

    /// Definitions for the imported instance of this name, and of compatible versions for which
    /// there is no instance of their own.
    pub fn instance(&mut self, name: &str) -> LinkerInstance<'_, T> {
        let at = self.definitions.instance(ROOT, name);
        LinkerInstance { linker: self, at }
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

    /// Defines every function and resource type that the component imports and that nothing serves
    /// yet: functions that fail when they are called, with an error that names the import, and
    /// resource types of which nobody can make a handle, so that they need no destructors.
    pub fn define_unknown_imports_as_traps(&mut self, component: &Component) {
        for import in &component.0.artifact.imports {
            if self.definitions.find(&import.path).is_some() {
                continue;
            }
            let path = import.path.join("/");
            let definition = match &import.kind {
                ImportSlot::Func { .. } => Definition::Func(host_func::dynamic::<T, _>(move |_, _| {
                    Err(format!("the import `{path}` was called, but the host does not provide it").into())
                })),
                ImportSlot::Resource { .. } => Definition::Resource(TypeId::of::<Unknown>(), None),
                _ => continue,
            };
            self.definitions.complete(&import.path, definition);
        }
    }

    /// Checks a component's imports, once for any number of instances.
    pub fn instantiate_pre(&self, component: &Component) -> Result<InstancePre<T>> {
        self.engine.admit(component.engine(), "component", "linker")?;
        let artifact = &component.0.artifact;
        let definitions = self.resolve(artifact)?;
        let host_types = host_types(artifact, &definitions);
        let cx = TypeContext::new(artifact, &host_types);
        let bind = |(import, definition): (&ImportEntry, &&Definition)| {
            let incompatible = |reason| LinkError::IncompatibleImport { path: import.path.join("/"), reason };
            match (&import.kind, definition) {
                (ImportSlot::Func { ty, .. }, Definition::Func(bind)) => {
                    bind(ty, &cx).map(Some).map_err(|e: ValueError| incompatible(e.to_string()))
                }
                (ImportSlot::Resource { .. }, Definition::Resource(_, dtor)) => Ok(dtor.clone()),
                (slot, _) => Err(incompatible(format!("expected {}", describe(artifact, slot)))),
            }
        };
        let bindings = artifact.imports.iter().zip(&definitions).map(bind);
        Ok(InstancePre {
            component: component.clone(),
            bindings: Arc::new(bindings.collect::<Result<ImportBindings, LinkError>>()?),
            host_types,
            _data: Invariant::default(),
        })
    }

    /// What serves each import.
    fn resolve(&self, artifact: &Artifact) -> Result<Vec<&Definition>, LinkError> {
        let found: Vec<_> = artifact.imports.iter().map(|import| self.definitions.find(&import.path)).collect();
        found.iter().copied().collect::<Option<_>>().ok_or_else(|| {
            let unknown = artifact.imports.iter().zip(&found).filter(|(_, found)| found.is_none());
            let unknown = unknown.map(|(import, _)| (&*import.path, describe(artifact, &import.kind)));
            LinkError::UnknownImports(UnknownImports::new(unknown, |path| self.definitions.nearest(path)))
        })
    }

    /// Makes an instance.
    pub fn instantiate(&self, store: impl AsContextMut<Data = T>, component: &Component) -> Result<Instance> {
        self.instantiate_pre(component)?.instantiate(store)
    }
}

/// The Rust types that stand for the resource types that a component imports, given what serves
/// each import.
fn host_types(artifact: &Artifact, definitions: &[&Definition]) -> Arc<HostTypes> {
    let mut types = vec![None; artifact.resources.len()];
    for (import, definition) in artifact.imports.iter().zip(definitions) {
        if let (ImportSlot::Resource { resource, .. }, Definition::Resource(ty, _)) = (&import.kind, definition)
            && let Some(slot) = types.get_mut(resource.as_u32() as usize)
        {
            *slot = Some(*ty);
        }
    }
    types.into()
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
    at: InstanceId,
}

impl<T: 'static> LinkerInstance<'_, T> {
    /// Definitions for an instance inside of this one.
    pub fn instance(&mut self, name: &str) -> LinkerInstance<'_, T> {
        let at = self.linker.definitions.instance(self.at, name);
        LinkerInstance { linker: self.linker, at }
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
        let Linker { definitions, allow_shadowing, .. } = &mut *self.linker;
        if definitions.insert(self.at, name, definition, *allow_shadowing) {
            return Ok(self);
        }
        let outer = definitions.path(self.at).iter().map(String::as_str);
        Err(LinkError::DefinedTwice(outer.chain([name]).collect::<Vec<_>>().join("/")))
    }
}
