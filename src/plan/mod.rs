//! The whole static structure of a root component, or of a root core module.
//!
//! `link` makes it: nested components, aliases and instances are resolved away. References are
//! symbolic; where things lie in the block is decided afterwards by `place`.
//!
//! Core types are described in wasmparser's vocabulary, here as in [`module`]: a second one would
//! say the same, and translating core code means following that crate anyway. Nothing else of that
//! crate is here, and nothing of CLIF, the block or the runtime.

pub mod module;
pub mod name;
pub mod prepared;
#[cfg(test)]
mod tests;
mod verify;

pub use verify::verify;

use cantilever_abi::CoreTypeDecl;
use cantilever_abi::{Builtin, CanonOptions, PointerWidth, Refs};
use cantilever_abi::{CoreTypeId, FuncType, Resource, ResourceId, Types, ValType};
use cranelift_entity::{PrimaryMap, SecondaryMap, entity_impl};
use module::Module;
use std::collections::HashMap;
use std::sync::Arc;

/// A core module of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(u32);
entity_impl!(ModuleId, "module ");

/// A core instance of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CoreInstanceId(u32);
entity_impl!(CoreInstanceId, "core instance ");

/// The plan.
#[derive(Debug, Default)]
pub struct Plan {
    /// The input, into which modules refer.
    pub source: Arc<[u8]>,
    /// Component-level types.
    pub types: Types,
    /// Core function types, deduplicated.
    pub core_types: PrimaryMap<CoreTypeId, wasmparser::FuncType>,
    /// How they are declared.
    pub core_type_decls: SecondaryMap<CoreTypeId, CoreTypeDecl>,
    /// Which of them a reference type means, by the validator's identities.
    pub core_type_ids: HashMap<wasmparser::types::CoreTypeId, CoreTypeId>,
    /// Core modules that are instantiated, each once however often it is instantiated.
    pub modules: PrimaryMap<ModuleId, Module>,
    /// Core instances made from modules, in the order of instantiation.
    pub core_instances: PrimaryMap<CoreInstanceId, CoreInstance>,
    /// Component instances, the root first; for a root core module one. The name is for symbols and
    /// messages.
    pub instances: Vec<String>,
    /// Resource types.
    pub resources: PrimaryMap<ResourceId, Resource>,
    /// For each resource type that a guest implements with a destructor: the function.
    pub dtors: PrimaryMap<ResourceId, Option<CoreFuncRef>>,
    /// Lowered functions and built-ins, deduplicated, that core code can call.
    pub canons: Vec<Canon>,
    /// Lifted functions that the root exports.
    pub lifts: Vec<Lift>,
    /// What the host must provide.
    pub imports: Vec<Import>,
    /// What the root exports.
    pub exports: Vec<(String, Export)>,
    /// Is the root a core module?
    pub is_module: bool,
}

/// An instantiation of a core module.
#[derive(Debug, Clone)]
pub struct CoreInstance {
    /// The module.
    pub module: ModuleId,
    /// The component instance in which it is instantiated.
    pub instance: u32,
    /// What its imports are, in the order of the module's imports.
    pub imports: Vec<CoreItem>,
}

/// A core item, resolved to its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CoreItem {
    /// A function.
    Func(CoreFuncRef),
    /// A table.
    Table(CoreRef),
    /// A memory.
    Memory(CoreRef),
    /// A global.
    Global(CoreRef),
    /// A tag.
    Tag(CoreRef),
}

/// A table, memory, global or tag, resolved to its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CoreRef {
    /// Defined by a module instance.
    Defined {
        /// The core instance.
        core_instance: CoreInstanceId,
        /// The index in the module's index space (imports counted).
        index: u32,
    },
    /// Imported by the root core module: index in [`Plan::imports`].
    Import(usize),
}

/// A core function, resolved to its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CoreFuncRef {
    /// Defined by a module instance.
    Defined {
        /// The core instance.
        core_instance: CoreInstanceId,
        /// The index in the module's function index space (imports counted; the function is not an
        /// import).
        index: u32,
    },
    /// A canonical function: index in [`Plan::canons`].
    Canon(usize),
    /// Imported by the root core module: index in [`Plan::imports`].
    Import(usize),
}

/// References of canonical functions, resolved to definitions of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbols;

impl Refs for Symbols {
    type Func = CoreFuncRef;
    /// The memory, and the width of its addresses.
    type Memory = (CoreRef, PointerWidth);
    type Resource = ResourceId;
    type Value = ValType;
    type Width = PointerWidth;
}

/// Canonical options, symbolic.
pub type PlanOptions = CanonOptions<Symbols>;

/// A canonical function that core code can call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Canon {
    /// `canon lower` of a function that resolved to a `canon lift` of this plan or to an import.
    Lower {
        /// Name for the symbol.
        name: String,
        /// The function's type.
        ty: FuncType,
        /// The component instance that lowers.
        instance: u32,
        /// The options of the lower.
        options: PlanOptions,
        /// What is called.
        target: CanonTarget,
    },
    /// A built-in.
    Builtin {
        /// The component instance whose it is.
        instance: u32,
        /// Which.
        builtin: Builtin<Symbols>,
    },
}

impl Canon {
    /// Its canonical options, and the component instance whose functions they name.
    pub fn options(&self) -> Option<(u32, &PlanOptions)> {
        match self {
            Canon::Lower { instance, options, .. } => Some((*instance, options)),
            Canon::Builtin { instance, builtin } => builtin.options().map(|options| (*instance, options)),
        }
    }
}

/// What a lowered function calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CanonTarget {
    /// A guest's lifted function.
    Lift(Box<Lift>),
    /// An imported function: index in [`Plan::imports`].
    Import(usize),
}

/// `canon lift`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lift {
    /// Name for the symbol.
    pub name: String,
    /// The function's type.
    pub ty: FuncType,
    /// The component instance that lifts.
    pub instance: u32,
    /// The options.
    pub options: PlanOptions,
    /// The core function.
    pub callee: CoreFuncRef,
}

/// Something that the host must provide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The path to it: the names of the instances it lies in, outermost first, then its own.
    /// For a root core module: module and field.
    pub path: Vec<String>,
    /// What it is.
    pub kind: ImportKind,
}

/// What is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportKind {
    /// A component function.
    Func(FuncType),
    /// A resource type.
    Resource(ResourceId),
    /// A core module, which nothing instantiates.
    Module,
    /// A core function (root core modules only).
    CoreFunc(CoreTypeId),
    /// A core table.
    CoreTable(wasmparser::TableType),
    /// A core memory.
    CoreMemory(wasmparser::MemoryType),
    /// A core global.
    CoreGlobal(wasmparser::GlobalType),
    /// A core tag.
    CoreTag(CoreTypeId),
}

/// Something that the root exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Export {
    /// A lifted function: index in [`Plan::lifts`].
    Lift(usize),
    /// An imported function, exported again: index in [`Plan::imports`].
    Import(usize),
    /// An instance.
    Instance(Vec<(String, Export)>),
    /// A resource type.
    Resource(ResourceId),
    /// A value type other than a resource. Nothing at run time.
    Type(Option<ValType>),
    /// A core module or a component. It cannot be used from the host yet; nothing at run time.
    Opaque,
    /// An item of a root core module.
    Core(CoreItem),
}
