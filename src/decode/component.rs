//! A component as it stands in the binary: its definitions in order, with indices into its own
//! index spaces.
//!
//! A component is a closure: nothing here is resolved, because what an index means may differ for
//! each instance. `link` walks the definitions once for each instantiation. Core types and values
//! are left out: linking does not need the former, and refuses the latter.

use cantilever_abi::{Builtin, CanonOptions, Refs, ValType};
use std::collections::HashMap;

/// A validated component.
#[derive(Debug, Default)]
pub struct Component {
    /// Its name, from the name section.
    pub name: Option<String>,
    /// Its definitions in order, each with its offset in the input.
    pub definitions: Vec<(Definition, usize)>,
    /// Names of component instances, by index: from the name section, or under which they are
    /// exported.
    pub instance_names: HashMap<u32, String>,
    /// Names of component functions, by index: from the name section, or under which they are
    /// exported.
    pub func_names: HashMap<u32, String>,
}

/// One definition. Unless it says otherwise it adds one item to the index space of its sort.
#[derive(Debug)]
pub enum Definition {
    /// A core module, by index in the decoded modules.
    CoreModule(usize),
    /// A core instance.
    CoreInstance(CoreInstance),
    /// A nested component, by index in the decoded components.
    Component(usize),
    /// A component instance.
    Instance(Instance),
    /// An alias.
    Alias(Alias),
    /// A type.
    Type(Type),
    /// A canonical function.
    Canon(CanonDefinition),
    /// An import.
    Import(ExternDecl),
    /// An export, which also is a new item for what it exports.
    Export(Export),
    /// A definition that cannot be linked, and its name.
    Unsupported(&'static str),
}

/// An index space of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Sort {
    Func,
    Instance,
    Component,
    Module,
    Type,
    Value,
}

/// An index space of core items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CoreSort {
    Func,
    Table,
    Memory,
    Global,
    Tag,
}

/// How a core instance is made.
#[derive(Debug)]
pub enum CoreInstance {
    /// From a module; each argument is a core instance.
    Instantiate {
        /// The module.
        module: u32,
        /// Names and core instances.
        args: Vec<(String, u32)>,
    },
    /// By naming core items.
    Exports(Vec<(String, CoreSort, u32)>),
}

/// How a component instance is made.
#[derive(Debug)]
pub enum Instance {
    /// From a component.
    Instantiate {
        /// The component.
        component: u32,
        /// Names and items.
        args: Vec<(String, Sort, u32)>,
    },
    /// By naming items.
    Exports(Vec<(String, Sort, u32)>),
}

/// An alias.
#[derive(Debug)]
pub enum Alias {
    /// An export of a component instance.
    Export {
        /// The sort of the item.
        sort: Sort,
        /// The instance.
        instance: u32,
        /// The export.
        name: String,
    },
    /// An export of a core instance.
    CoreExport {
        /// The core instance.
        instance: u32,
        /// The export.
        name: String,
    },
    /// A type, module or component of an enclosing component or type.
    Outer {
        /// The sort of the item.
        sort: Sort,
        /// How many levels out; 0 is the own level.
        count: u32,
        /// The item.
        index: u32,
    },
}

/// An export.
#[derive(Debug)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What is exported.
    pub sort: Sort,
    /// The item.
    pub index: u32,
}

/// A name with a type: an import of a component, or an export of an instance type.
#[derive(Debug)]
pub struct ExternDecl {
    /// The name.
    pub name: String,
    /// The type.
    pub ty: ExternType,
}

/// The type of an import or export.
#[derive(Debug, Clone, Copy)]
pub enum ExternType {
    /// A function of this type.
    Func(u32),
    /// An instance of this type.
    Instance(u32),
    /// A type equal to this one.
    TypeEq(u32),
    /// A resource type that is abstract here.
    SubResource,
    /// A component.
    Component,
    /// A core module.
    Module,
    /// A value.
    Value,
}

/// A value type by reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValRef {
    /// A primitive.
    Primitive(ValType),
    /// A defined type, by index.
    Index(u32),
}

/// A type definition.
#[derive(Debug)]
pub enum Type {
    /// A value type.
    Value(DefinedType),
    /// A function type.
    Func {
        /// Names and types of the parameters.
        params: Vec<(String, ValRef)>,
        /// The result.
        result: Option<ValRef>,
        /// Declared `async`.
        is_async: bool,
    },
    /// An instance type: its declarations in order.
    Instance(Vec<InstanceDecl>),
    /// A component type, which linking never looks into.
    Component,
    /// A resource type.
    Resource {
        /// Is its representation an `i64`?
        wide: bool,
        /// The destructor, a core function.
        dtor: Option<u32>,
    },
}

/// A declaration of an instance type.
#[derive(Debug)]
pub enum InstanceDecl {
    /// A type.
    Type(Type),
    /// An alias.
    Alias(Alias),
    /// An export.
    Export(ExternDecl),
}

/// A compound value type, or a new name for a primitive. Compare
/// [`TypeDef`](cantilever_abi::TypeDef).
#[derive(Debug)]
#[allow(missing_docs)]
pub enum DefinedType {
    Primitive(ValType),
    List(ValRef),
    FixedList(ValRef, u32),
    Map(ValRef, ValRef),
    Record(Vec<(String, ValRef)>),
    Tuple(Vec<ValRef>),
    Variant(Vec<(String, Option<ValRef>)>),
    Enum(Vec<String>),
    Option(ValRef),
    Result { ok: Option<ValRef>, err: Option<ValRef> },
    Flags(Vec<String>),
    Own(u32),
    Borrow(u32),
    Stream(Option<ValRef>),
    Future(Option<ValRef>),
}

/// The definition of a canonical function.
#[derive(Debug)]
pub struct CanonDefinition {
    /// What is defined.
    pub canon: Canon,
    /// The last of its options that cannot be linked, by name.
    pub unsupported_option: Option<&'static str>,
}

/// A canonical function.
#[derive(Debug)]
pub enum Canon {
    /// `canon lift`: adds a component function. All others add a core function.
    Lift {
        /// The core function.
        core_func: u32,
        /// The type of the lifted function.
        ty: u32,
        /// The options.
        options: CanonOptions<Indices>,
    },
    /// `canon lower`
    Lower {
        /// The component function.
        func: u32,
        /// The options.
        options: CanonOptions<Indices>,
    },
    /// A built-in.
    Builtin(Builtin<Indices>),
}

impl Canon {
    /// Its name in the text format.
    pub fn name(&self) -> &'static str {
        match self {
            Canon::Lift { .. } => "lift",
            Canon::Lower { .. } => "lower",
            Canon::Builtin(builtin) => builtin.name(),
        }
    }
}

/// References of canonical functions as they stand in the binary: indices into the component's
/// index spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Indices;

impl Refs for Indices {
    type Func = u32;
    type Memory = u32;
    type Resource = u32;
    type Value = ValRef;
    /// Addresses are as wide as those of this memory; 32 bits where there is none.
    type Width = Option<u32>;
}
