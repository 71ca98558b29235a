//! The metadata inside an object: everything that the runtime needs beside the code.
//!
//! It is what the plan leaves behind: the block's layout, how an instance is made, the types of
//! imports and exports, and where functions lie. It knows nothing of core modules' insides.

use cantilever_abi::block::{BlockLayout, Supervision};
use cantilever_abi::{CoreTypeDecl, CoreTypeId, FuncKey, FuncType, Resource, ResourceId, Types};
use serde::{Deserialize, Serialize};

/// The metadata.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Artifact {
    /// Version of this crate that wrote it. Another version refuses it.
    pub version: String,
    /// [`INTRINSICS_VERSION`](cantilever_abi::block::INTRINSICS_VERSION) of the writer.
    pub intrinsics: u32,
    /// The target.
    pub triple: String,
    /// CPU features that the code uses, by the names of `std::is_x86_feature_detected!` and its
    /// siblings.
    pub cpu_features: Vec<String>,
    /// The block.
    pub layout: BlockLayout,
    /// Component-level types.
    pub types: Types,
    /// Resource types, by [`ResourceId`].
    pub resources: Vec<Resource>,
    /// Core function types, by [`CoreTypeId`].
    pub core_types: Vec<CoreFuncType>,
    /// How each of them is declared.
    pub core_type_decls: Vec<CoreTypeDecl>,
    /// What the host must provide.
    pub imports: Vec<ImportEntry>,
    /// What the root exports, in order.
    pub exports: Vec<(String, ExportEntry)>,
    /// How an instance is made.
    pub instantiation: Instantiation,
    /// Lists of functions to which [`Elements`] refer: for each element the offset of its `FuncDef`
    /// from the base of a core instance, or nothing for null.
    pub elements: Vec<Vec<Option<u32>>>,
    /// Every function that has code, by ascending offset.
    pub functions: Vec<FunctionEntry>,
    /// The functions that have none and can be spoken of all the same: they were dissolved in all
    /// their callers.
    pub dissolved: Vec<FunctionIdentity>,
    /// How many sites in the code can trap.
    pub trap_sites: u32,
    /// The core modules, by the index in [`FuncKey::Core`].
    pub modules: Vec<ModuleEntry>,
    /// What the code does so that the host can keep it in check.
    pub supervision: Supervision,
    /// Bytes of address space that each memory needs, as
    /// [`is_guarded`](cantilever_abi::block::memory::is_guarded) takes it.
    pub memory_reservation: u64,
    /// Every call that has a handler for exceptions, by ascending offset.
    pub handlers: Vec<HandlerSite>,
    /// Can references to exceptions outlive the host's call of the guest in which they were made?
    pub keeps_exceptions: bool,
    /// Is the root a core module?
    pub is_module: bool,
}

impl Artifact {
    /// Was it compiled to debug handles?
    pub fn debugs_handles(&self) -> bool {
        self.layout.records.is_some()
    }

    /// The functions that can be spoken of. Their order is that of the indices in the table of
    /// sites: those with code come first.
    pub fn identities(&self) -> impl Iterator<Item = &FunctionIdentity> {
        self.functions.iter().map(|function| &function.identity).chain(&self.dissolved)
    }

    /// The function with this index among [`identities`](Self::identities).
    pub fn identity(&self, index: u32) -> Option<&FunctionIdentity> {
        let index = index as usize;
        match self.functions.get(index) {
            Some(function) => Some(&function.identity),
            None => self.dissolved.get(index - self.functions.len()),
        }
    }

    /// The name of the function with this key.
    pub fn name(&self, key: FuncKey) -> Option<&str> {
        self.identities().find(|function| function.key == key).map(|function| function.name.as_str())
    }
}

/// A core function type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CoreFuncType {
    /// Parameters.
    pub params: Vec<CoreValType>,
    /// Results.
    pub results: Vec<CoreValType>,
}

/// A core value type as the host sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum CoreValType {
    I32,
    I64,
    F32,
    F64,
    V128,
    /// A reference to a function; `nullable`.
    FuncRef {
        nullable: bool,
    },
    /// A reference of the host's; `nullable`.
    ExternRef {
        nullable: bool,
    },
    /// A reference to an exception.
    ExnRef {
        nullable: bool,
    },
    /// Of the references to functions, null at the most.
    NoFuncRef {
        nullable: bool,
    },
    /// Of the references of the host's, null at the most.
    NoExternRef {
        nullable: bool,
    },
    /// Of the references to exceptions, null at the most.
    NoExnRef {
        nullable: bool,
    },
    /// A reference to a function of one type; `nullable`. In an object the type is an index in
    /// [`Artifact::core_types`]; once it is loaded, an identity that all objects of the engine
    /// share.
    TypedFuncRef {
        nullable: bool,
        ty: CoreTypeId,
    },
}

/// An import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportEntry {
    /// As `Import::path` of the compiler's plan.
    pub path: Vec<String>,
    /// What it is, and the offset in the block where it is put.
    pub kind: ImportSlot,
}

/// What is imported, and where in the block it goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ImportSlot {
    /// A component function: a `HostCallee` at this offset.
    Func {
        /// Its type.
        ty: FuncType,
        /// Block offset of the `HostCallee`.
        at: u32,
    },
    /// A resource type: a `HostCallee` for its destructor at this offset.
    Resource {
        /// Its identity in the plan.
        resource: ResourceId,
        /// Block offset of the `HostCallee`.
        at: u32,
    },
    /// A core module. Nothing instantiates it, so that it has no place.
    Module,
    /// A core function: a `FuncDef` is copied to this offset.
    CoreFunc {
        /// Its type.
        ty: CoreTypeId,
        /// Block offset of the `FuncDef`.
        at: u32,
    },
    /// A core table: the address of its `TableDef` is put at this offset.
    CoreTable {
        /// Its limits and element type.
        ty: TableLimits,
        /// Block offset of the pointer.
        at: u32,
    },
    /// A core memory: the address of its `MemoryDef` is put at this offset.
    CoreMemory {
        /// Its limits.
        ty: MemoryLimits,
        /// Block offset of the pointer.
        at: u32,
    },
    /// A core global: the address of its `GlobalSlot` is put at this offset.
    CoreGlobal {
        /// The type of its value.
        ty: CoreValType,
        /// Can it be set?
        mutable: bool,
        /// Block offset of the pointer.
        at: u32,
    },
    /// A core tag: its address is put at this offset.
    CoreTag {
        /// Its type.
        ty: CoreTypeId,
        /// Block offset of the pointer.
        at: u32,
    },
}

/// Limits of a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryLimits {
    /// Initial size in pages.
    pub min: u64,
    /// Greatest size in pages.
    pub max: Option<u64>,
    /// 64-bit addresses?
    pub memory64: bool,
    /// Logarithm of the page size.
    pub page_log2: u8,
}

/// Limits of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableLimits {
    /// Initial number of elements.
    pub min: u64,
    /// Greatest number of elements.
    pub max: Option<u64>,
    /// 64-bit indices?
    pub table64: bool,
    /// The type of an element.
    pub element: CoreValType,
}

/// An export.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ExportEntry {
    /// A lifted function: `FuncKey::Entry` with this index is its entry.
    Func {
        /// The index of the lift.
        lift: u32,
        /// Its type.
        ty: FuncType,
    },
    /// An imported function, exported again: index in [`Artifact::imports`].
    Import(u32),
    /// An instance.
    Instance(#[serde(deserialize_with = "super::nesting::bounded")] Vec<(String, ExportEntry)>),
    /// A resource type.
    Resource(ResourceId),
    /// A value type, a module or a component: nothing at run time.
    Opaque,
    /// A core function: the `FuncDef` at this block offset.
    CoreFunc {
        /// Its type.
        ty: CoreTypeId,
        /// Block offset of the `FuncDef`.
        at: u32,
    },
    /// A core table, memory, global or tag.
    CoreTable {
        /// Limits.
        ty: TableLimits,
        /// Where it lies.
        place: cantilever_abi::Place,
    },
    /// A core memory.
    CoreMemory {
        /// Limits.
        ty: MemoryLimits,
        /// Where it lies.
        place: cantilever_abi::Place,
    },
    /// A core global.
    CoreGlobal {
        /// The type of its value.
        ty: CoreValType,
        /// Can it be set?
        mutable: bool,
        /// Where it lies.
        place: cantilever_abi::Place,
    },
    /// A core tag.
    CoreTag {
        /// Its type.
        ty: CoreTypeId,
        /// Where it lies.
        place: cantilever_abi::Place,
    },
}

/// Bytes of the data section that a memory contains when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Piece {
    /// Where in the memory they begin.
    pub offset: u64,
    /// Offset in the data section.
    pub start: u64,
    /// How many.
    pub len: u64,
}

/// Functions that a table or an element segment contains when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elements {
    /// The first element.
    pub offset: u64,
    /// Index in [`Artifact::elements`].
    pub list: u32,
    /// Block offset of the base of the core instance whose functions they are.
    pub base: u32,
}

/// The value of a global when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GlobalValue {
    /// An `i32`, or the bits of an `f32`.
    Bits32(u32),
    /// An `i64`, or the bits of an `f64`.
    Bits64(u64),
    /// A reference to the `FuncDef` at this block offset.
    Func(u32),
}

/// How an instance is made: in the order of the fields, on a zeroed block. Offsets are in the
/// block.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Instantiation {
    /// What the fixed part of every block contains, beside header, type identities and states of
    /// component instances.
    pub template: Vec<TemplateItem>,
    /// The memories, in the order of their definitions.
    pub memories: Vec<MemoryEntry>,
    /// The tables, in the order of their definitions.
    pub tables: Vec<TableEntry>,
    /// What waits until the imports are there, in the order in which it is done.
    pub late_steps: Vec<LateStep>,
}

/// Something in the fixed part of a block that is the same in every instance, but for the addresses
/// in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum TemplateItem {
    /// The [`Context`](cantilever_abi::block::Context) of the segment of a shared module's
    /// instance.
    Context {
        /// Its offset.
        at: u32,
    },
    /// The value of a global.
    Global {
        /// Offset of the `GlobalSlot`.
        at: u32,
        /// The value.
        value: GlobalValue,
    },
    /// A `FuncDef` for a function of the object.
    FuncDef {
        /// Its offset.
        at: u32,
        /// The function.
        func: FuncKey,
        /// Offset of the context that it is given as `vmctx`.
        ctx: u32,
        /// Its type.
        ty: CoreTypeId,
    },
    /// The address of a place in the block.
    Pointer {
        /// Where it is written.
        at: u32,
        /// The place.
        to: u32,
    },
    /// A `SegmentSlot` for bytes of the object's data section.
    Data {
        /// Offset of the `SegmentSlot`.
        at: u32,
        /// Offset in the data section.
        start: u64,
        /// Length in bytes.
        len: u64,
    },
    /// A `SegmentSlot` for elements in the block.
    Elems {
        /// Offset of the `SegmentSlot`.
        at: u32,
        /// Offset of the elements, 8 bytes each.
        storage: u32,
        /// How many.
        len: u64,
        /// What they are, unless `Init` will evaluate them.
        contents: Option<Elements>,
    },
}

/// A memory of an instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemoryEntry {
    /// Offset of the `MemoryDef`.
    pub at: u32,
    /// Limits.
    pub limits: MemoryLimits,
    /// What is in it; later pieces lie over earlier ones. The rest is zero.
    pub contents: Vec<Piece>,
}

/// A table of an instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TableEntry {
    /// Offset of the `TableDef`.
    pub at: u32,
    /// Limits.
    pub limits: TableLimits,
    /// What is in it; later elements replace earlier ones. The rest is null.
    pub contents: Vec<Elements>,
}

/// A step for each instance: it reads what imports have brought, or runs code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum LateStep {
    /// Copy the `FuncDef` of an imported function.
    CopyFuncDef {
        /// Where to.
        at: u32,
        /// Where from.
        from: u32,
    },
    /// Copy a pointer from elsewhere in the block.
    CopyPointer {
        /// Where to.
        at: u32,
        /// Where from.
        from: u32,
    },
    /// Run what remains of the initialisation of a core instance (globals, segments, start
    /// function).
    Init {
        /// The function, of type `[] -> []`, entered through `FuncKey::CoreEntry`.
        func: FuncKey,
        /// The entry trampoline.
        entry: FuncKey,
        /// Offset of its context.
        ctx: u32,
        /// The component instance that it belongs to, in which this is a task of its own.
        instance: u32,
    },
}

/// A function that has code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FunctionEntry {
    /// Offset in the text section.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
    /// Which.
    pub identity: FunctionIdentity,
    /// How many bytes its block in the [table of sites](super::sites) has.
    pub sites: u32,
}

/// A function of the compilation, whether it has code or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionIdentity {
    /// Which.
    pub key: FuncKey,
    /// Its symbol.
    pub name: String,
    /// Where its body begins in the input; 0 when it is not from there.
    pub source: u32,
}

/// A core module: what backtraces say of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModuleEntry {
    /// Its name, with which the symbols of its functions begin; a dot follows.
    pub name: String,
    /// Where it begins in the input.
    pub start: u64,
    /// How many functions it imports: the index of the first that it defines.
    pub imported_funcs: u32,
}

/// A call that has a handler for exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlerSite {
    /// Offset in the text section of the instruction to which the call returns.
    pub at: u32,
    /// How far the stack pointer lies below the frame pointer when the call has returned.
    pub frame: u32,
    /// Offset of the handler in the text section.
    pub handler: u32,
}
