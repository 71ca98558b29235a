//! What memories, tables, globals and segments contain when they are made, as the object has it:
//! parts of its data section, and lists of functions.

use super::map::Map;
use crate::plan::CoreInstanceId;
use crate::plan::prepared::{Constant, PlacedSegment};
use cantilever_object::artifact::{Elements, GlobalValue, Piece};

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
    pub fn segment_elements(&self, core_instance: CoreInstanceId, segment: usize) -> Option<Elements> {
        let module = self.plan.core_instances[core_instance].module;
        let list = self.elements.of[module][segment]?;
        Some(Elements { offset: 0, list, base: self.bases[core_instance] })
    }

    /// The value of a global of a core instance; none where zero bytes already are the value.
    pub fn global_value(&self, core_instance: CoreInstanceId, value: Constant) -> Option<GlobalValue> {
        match value {
            Constant::Null | Constant::Bits32(0) | Constant::Bits64(0) => None,
            Constant::Bits32(bits) => Some(GlobalValue::Bits32(bits)),
            Constant::Bits64(bits) => Some(GlobalValue::Bits64(bits)),
            Constant::Func(func) => {
                let layout = &self.layouts[self.plan.core_instances[core_instance].module];
                let def = layout.func_defs[func as usize].expect("a function that is referred to escapes");
                Some(GlobalValue::Func(self.bases[core_instance] + def))
            }
        }
    }
}
