//! What memories, tables, globals and segments contain when they are made, as the object has it: parts of its data section,
//! and lists of functions.

use super::Map;
use super::frame::Frame;
use crate::plan::Plan;
use crate::plan::module::{Module, SegmentMode};
use crate::plan::prepared::{Constant, PlacedSegment, Prepared, PreparedModule};
use cantilever_object::artifact::{Elements, GlobalValue, Piece};
use std::ops::Range;

/// The object's data section.
#[derive(Debug)]
pub struct DataSection {
    /// The parts of the input that it consists of, in order.
    pub parts: Vec<Range<usize>>,
    /// For each module, where the bytes of each data segment start in it.
    starts: Vec<Vec<u64>>,
}

impl DataSection {
    /// Segments that instances keep come first, so that a runtime can let go of the others once it has made images of them.
    pub fn new(plan: &Plan, prepared: &Prepared) -> Self {
        let starts = plan.modules.iter().map(|module| vec![0; module.datas.len()]).collect();
        let (mut data, mut next) = (DataSection { parts: Vec::new(), starts }, 0);
        for placed in [false, true] {
            for (module, (decl, parts)) in plan.modules.iter().zip(&prepared.modules).enumerate() {
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
    pub fn start(&self, module: usize, segment: usize) -> u64 {
        self.starts[module][segment]
    }
}

/// The functions in element segments.
#[derive(Debug, Default)]
pub struct ElementLists {
    /// As [`Artifact::elements`](cantilever_object::artifact::Artifact::elements).
    pub lists: Vec<Vec<Option<u32>>>,
    /// For each module, the list of each element segment that has one.
    of: Vec<Vec<Option<u32>>>,
}

impl ElementLists {
    /// A list for each segment whose elements are constants and are used.
    pub fn new(plan: &Plan, prepared: &Prepared, frames: &[Frame]) -> Self {
        let mut all = ElementLists::default();
        for ((module, parts), frame) in plan.modules.iter().zip(&prepared.modules).zip(frames) {
            let of = all.add(module, parts, frame);
            all.of.push(of);
        }
        all
    }

    fn add(&mut self, module: &Module, parts: &PreparedModule, frame: &Frame) -> Vec<Option<u32>> {
        let def =
            |func: Option<u32>| func.map(|f| frame.func_defs[f as usize].expect("a function in a segment escapes"));
        let list = |(segment, elements): (&crate::plan::module::ElemSegment, &Option<Vec<Option<u32>>>)| {
            let used = !matches!(segment.mode, SegmentMode::Declared);
            let elements = elements.as_ref().filter(|_| used)?;
            self.lists.push(elements.iter().map(|func| def(*func)).collect());
            Some(self.lists.len() as u32 - 1)
        };
        module.elems.iter().zip(&parts.elements).map(list).collect()
    }
}

impl Map<'_> {
    /// What a memory contains.
    pub fn memory_contents(&self, segments: &[PlacedSegment]) -> Vec<Piece> {
        let piece = |placed: &PlacedSegment| {
            let module = self.plan.core_instances[placed.core_instance].module;
            let len = self.plan.modules[module].datas[placed.segment].bytes.len() as u64;
            Piece { offset: placed.offset, start: self.data.start(module, placed.segment), len }
        };
        segments.iter().map(piece).filter(|piece| piece.len != 0).collect()
    }

    /// What a table contains.
    pub fn table_contents(&self, segments: &[PlacedSegment]) -> Vec<Elements> {
        let elements = |placed: &PlacedSegment| {
            let elements = self.segment_elements(placed.core_instance, placed.segment);
            Elements { offset: placed.offset, ..elements.expect("a placed segment has constant elements") }
        };
        segments.iter().map(elements).collect()
    }

    /// The elements of a segment of a core instance, if they are constants.
    pub fn segment_elements(&self, core_instance: usize, segment: usize) -> Option<Elements> {
        let module = self.plan.core_instances[core_instance].module;
        let list = self.elements.of[module][segment]?;
        Some(Elements { offset: 0, list, base: self.bases[core_instance] })
    }

    /// The value of a global of a core instance; none where zero bytes already are the value.
    pub fn global_value(&self, core_instance: usize, value: Constant) -> Option<GlobalValue> {
        match value {
            Constant::Null | Constant::Bits32(0) | Constant::Bits64(0) => None,
            Constant::Bits32(bits) => Some(GlobalValue::Bits32(bits)),
            Constant::Bits64(bits) => Some(GlobalValue::Bits64(bits)),
            Constant::Func(func) => {
                let frame = &self.frames[self.plan.core_instances[core_instance].module];
                let def = frame.func_defs[func as usize].expect("a function that is referred to escapes");
                Some(GlobalValue::Func(self.bases[core_instance] + def))
            }
        }
    }
}
