//! A core module, decoded and validated: everything but the code, which stays in the input's bytes.
//!
//! Core types are described in wasmparser's vocabulary: translating core code means following that
//! crate anyway.

use cantilever_abi::CoreTypeId;
use std::ops::Range;

/// A validated core module.
#[derive(Debug, Default)]
pub struct Module {
    /// Its name, from the name section.
    pub name: Option<String>,
    /// Plan-wide identity of each type of the type section; `None` for types that are not function
    /// types.
    pub types: Vec<Option<CoreTypeId>>,
    /// Imports in order.
    pub imports: Vec<ModuleImport>,
    /// Type of each function, imported ones first.
    pub funcs: Vec<CoreTypeId>,
    /// How many functions are imported.
    pub imported_funcs: u32,
    /// Tables, imported ones first.
    pub tables: Vec<TableDecl>,
    /// How many tables are imported.
    pub imported_tables: u32,
    /// Memories, imported ones first.
    pub memories: Vec<wasmparser::MemoryType>,
    /// How many memories are imported.
    pub imported_memories: u32,
    /// Globals, imported ones first.
    pub globals: Vec<GlobalDecl>,
    /// How many globals are imported.
    pub imported_globals: u32,
    /// Type of each tag, imported ones first.
    pub tags: Vec<CoreTypeId>,
    /// How many tags are imported.
    pub imported_tags: u32,
    /// Exports in order.
    pub exports: Vec<(String, Entity)>,
    /// The function to run at the end of instantiation.
    pub start: Option<u32>,
    /// Element segments.
    pub elems: Vec<ElemSegment>,
    /// Data segments.
    pub datas: Vec<DataSegment>,
    /// For each defined function, where its body (locals and code, without the size) lies in the
    /// input.
    pub bodies: Vec<Range<usize>>,
    /// For each function, its name from the name section.
    pub func_names: Vec<Option<String>>,
    /// For each function: is a reference to it taken (`ref.func`, exports of a root), so that it
    /// needs a [`FuncDef`](cantilever_abi::block::FuncDef)? Those in element segments that are
    /// lists of indices need one where the segment is used.
    pub escapes: Vec<bool>,
    /// For each table: does any instruction of the module write it (`table.set`, `.grow`, `.fill`,
    /// `.copy`, `.init`)?
    pub table_written: Vec<bool>,
    /// For each table: does any instruction of the module read elements of it, other than those of
    /// `table_calls`?
    pub table_read: Vec<bool>,
    /// The calls through tables at constant indices.
    pub table_calls: Vec<TableCall>,
    /// Does any instruction of the module throw or catch exceptions?
    pub throws: bool,
    /// Where the module begins in the input.
    pub start_offset: usize,
    /// Where the content of its code section begins in the input: offsets in debugging information
    /// are relative to this.
    pub code_offset: usize,
    /// Its debugging information.
    pub debug: DebugSections,
}

/// The custom sections from which source lines are read: ranges of the input, empty where there is
/// none.
#[derive(Debug, Clone, Default)]
pub struct DebugSections {
    /// `.debug_line`.
    pub line: Range<usize>,
    /// `.debug_str`.
    pub str: Range<usize>,
    /// `.debug_line_str`.
    pub line_str: Range<usize>,
}

impl Module {
    /// Is this function imported?
    pub fn is_imported(&self, func: u32) -> bool {
        func < self.imported_funcs
    }

    /// The export with this name.
    pub fn export(&self, name: &str) -> Option<Entity> {
        self.exports.iter().find(|(n, _)| n == name).map(|(_, entity)| *entity)
    }

    /// The name of a function, for symbols and messages.
    pub fn func_name(&self, func: u32) -> String {
        match self.func_names.get(func as usize).and_then(Option::as_ref) {
            Some(name) => name.clone(),
            None => format!("func{func}"),
        }
    }
}

/// An import of a core module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleImport {
    /// The module part of its name.
    pub module: String,
    /// The field part of its name.
    pub name: String,
    /// What it becomes in the module's index spaces.
    pub entity: Entity,
}

/// An item of a core module, by its index in the index space of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Entity {
    Func(u32),
    Table(u32),
    Memory(u32),
    Global(u32),
    Tag(u32),
}

/// A table.
#[derive(Debug, Clone)]
pub struct TableDecl {
    /// Its type.
    pub ty: wasmparser::TableType,
    /// The initial value of its elements, when it is not null: a constant expression.
    pub init: Option<Range<usize>>,
}

/// A call through a table at a constant index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableCall {
    /// The table.
    pub table: u32,
    /// The index in it.
    pub element: u32,
    /// The index of the type that the function must have.
    pub ty: u32,
}

/// A global.
#[derive(Debug, Clone)]
pub struct GlobalDecl {
    /// Its type.
    pub ty: wasmparser::GlobalType,
    /// Its initial value, a constant expression; `None` when imported.
    pub init: Option<Range<usize>>,
}

/// An element segment.
#[derive(Debug, Clone)]
pub struct ElemSegment {
    /// When it is used.
    pub mode: SegmentMode,
    /// Its elements.
    pub items: ElemItems,
}

/// The elements of a segment.
#[derive(Debug, Clone)]
pub enum ElemItems {
    /// Functions, by index.
    Funcs(Vec<u32>),
    /// Constant expressions.
    Exprs(Vec<Range<usize>>),
}

impl ElemItems {
    /// How many elements.
    pub fn len(&self) -> usize {
        match self {
            ElemItems::Funcs(items) => items.len(),
            ElemItems::Exprs(items) => items.len(),
        }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A data segment.
#[derive(Debug, Clone)]
pub struct DataSegment {
    /// When it is used.
    pub mode: SegmentMode,
    /// Where its bytes lie in the input.
    pub bytes: Range<usize>,
}

/// When a segment is used.
#[derive(Debug, Clone)]
pub enum SegmentMode {
    /// At instantiation, copied into a memory or table at an offset.
    Active {
        /// The memory or table.
        target: u32,
        /// The offset, a constant expression.
        offset: Range<usize>,
    },
    /// By `memory.init` or `table.init`.
    Passive,
    /// Element segments only: never; it declares functions that `ref.func` names.
    Declared,
}
