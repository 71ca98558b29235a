//! What core instances contain before any of their code runs: the parts of instantiation whose
//! outcome is known when the plan is made. Pure data.

use super::module::Module;
use super::{CoreInstanceId, ModuleId};
use cranelift_entity::PrimaryMap;

/// The value of a constant expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// An `i32`, or the bits of an `f32`.
    Bits32(u32),
    /// An `i64`, or the bits of an `f64`.
    Bits64(u64),
    /// A null reference.
    Null,
    /// A reference to a function, by its index in the module of the expression.
    Func(u32),
}

/// What is known of a plan's core instances.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    /// For each module of the plan: what is done when its `Init` begins, in every instance.
    pub modules: PrimaryMap<ModuleId, PreparedModule>,
    /// For each core instance of the plan: its contents then.
    pub instances: PrimaryMap<CoreInstanceId, PreparedInstance>,
}

/// Which parts of a module's instantiation are done when its `Init` begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreparedModule {
    /// For each global (imports counted): has it its value?
    pub globals: Vec<bool>,
    /// For each element segment the functions that it consists of, if these are constants. `None`
    /// among them is null.
    pub elements: Vec<Option<Vec<Option<u32>>>>,
    /// For each element segment: is it active, and in its table already?
    pub elems: Vec<bool>,
    /// For each data segment: is it active, and in its memory already?
    pub datas: Vec<bool>,
}

impl PreparedModule {
    /// Nothing is done in advance.
    pub fn nothing(module: &Module) -> Self {
        PreparedModule {
            globals: vec![false; module.globals.len()],
            elements: vec![None; module.elems.len()],
            elems: vec![false; module.elems.len()],
            datas: vec![false; module.datas.len()],
        }
    }
}

/// The contents of a core instance when its `Init` begins, and of its memories and tables when they
/// are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreparedInstance {
    /// For each global (imports counted): its value, if it is known.
    pub globals: Vec<Option<Constant>>,
    /// For each memory (imports counted): the segments in it, in the order in which they are
    /// written. Nothing for imports.
    pub memories: Vec<Vec<PlacedSegment>>,
    /// For each table, likewise.
    pub tables: Vec<Vec<PlacedSegment>>,
}

/// An active segment at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedSegment {
    /// The core instance whose segment it is.
    pub core_instance: CoreInstanceId,
    /// Its index in the module.
    pub segment: usize,
    /// The first byte or element that it fills.
    pub offset: u64,
}
