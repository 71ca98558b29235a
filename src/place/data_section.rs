//! What the object has of the contents of memories, tables and segments: its data section, and its
//! lists of functions.

use super::module_layout::ModuleLayout;
use crate::plan::module::{ElemSegment, Module, SegmentMode};
use crate::plan::prepared::{Prepared, PreparedModule};
use crate::plan::{ModuleId, Plan};
use cranelift_entity::PrimaryMap;
use std::ops::Range;

/// The object's data section.
#[derive(Debug)]
pub struct DataSection {
    /// The parts of the input that it consists of, in order.
    pub parts: Vec<Range<usize>>,
    /// For each module, where the bytes of each data segment start in it.
    starts: PrimaryMap<ModuleId, Vec<u64>>,
}

impl DataSection {
    /// Segments that instances keep come first, so that a runtime can let go of the others once it
    /// has made images of them.
    pub fn new(plan: &Plan, prepared: &Prepared) -> Self {
        let starts = plan.modules.values().map(|module| vec![0; module.datas.len()]).collect();
        let (mut data, mut next) = (DataSection { parts: Vec::new(), starts }, 0);
        for placed in [false, true] {
            for (module, decl) in &plan.modules {
                let parts = &prepared.modules[module];
                let segments = decl.datas.iter().zip(&parts.datas).enumerate();
                for (segment, (declared, _)) in segments.filter(|(_, (_, done))| **done == placed) {
                    data.starts[module][segment] = next;
                    next += declared.bytes.len() as u64;
                    data.parts.push(declared.bytes.clone());
                }
            }
        }
        data
    }

    /// Where the bytes of a data segment start.
    pub fn start(&self, module: ModuleId, segment: usize) -> u64 {
        self.starts[module][segment]
    }
}

/// The functions in element segments.
#[derive(Debug, Default)]
pub struct ElementLists {
    /// As [`Artifact::elements`](cantilever_object::artifact::Artifact::elements).
    pub lists: Vec<Vec<Option<u32>>>,
    /// For each module, the list of each element segment that has one.
    pub(super) of: PrimaryMap<ModuleId, Vec<Option<u32>>>,
}

impl ElementLists {
    /// A list for each segment whose elements are constants and are used.
    pub fn new(plan: &Plan, prepared: &Prepared, layouts: &PrimaryMap<ModuleId, ModuleLayout>) -> Self {
        let mut all = ElementLists::default();
        for (id, module) in &plan.modules {
            let of = all.add(module, &prepared.modules[id], &layouts[id]);
            all.of.push(of);
        }
        all
    }

    fn add(&mut self, module: &Module, parts: &PreparedModule, layout: &ModuleLayout) -> Vec<Option<u32>> {
        let def =
            |func: Option<u32>| func.map(|f| layout.func_defs[f as usize].expect("a function in a segment escapes"));
        let list = |(segment, elements): (&ElemSegment, &Option<Vec<Option<u32>>>)| {
            let used = !matches!(segment.mode, SegmentMode::Declared);
            let elements = elements.as_ref().filter(|_| used)?;
            self.lists.push(elements.iter().map(|func| def(*func)).collect());
            Some(self.lists.len() as u32 - 1)
        };
        module.elems.iter().zip(&parts.elements).map(list).collect()
    }
}
