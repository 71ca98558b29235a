//! Linear memories: loads, stores, size and growth.

use super::address::Address;
use super::translator::Translator;
use cantilever_abi::block::Intrinsic;
use cantilever_abi::block::memory::DEFAULT_PAGE_LOG2;
use cranelift_codegen::ir::types::{F32, F64, I8, I16, I32, I64};
use cranelift_codegen::ir::{InstBuilder, Type, Value};
use wasmparser::{MemArg, Operator as O};

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::MemorySize { mem } => {
            let len = t.memory_len(*mem);
            let page = t.env.module.memories[*mem as usize].page_size_log2.unwrap_or(DEFAULT_PAGE_LOG2);
            let pages = t.e.b.ins().ushr_imm_u(len, i64::from(page));
            let size = t.memory_index(*mem, pages);
            t.push(size);
        }
        O::MemoryGrow { mem } => t.unary(|t, delta| {
            let (def, delta) = (t.memory_def(*mem), t.widen(delta));
            let old = t.e.call_intrinsic(Intrinsic::MemoryGrow, &[def, delta]);
            t.memory_index(*mem, old.expect("the intrinsic has a result"))
        }),
        _ => return load(t, op) || store(t, op),
    }
    true
}

fn load(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I32Load { memarg } => t.load(memarg, I32),
        O::I64Load { memarg } => t.load(memarg, I64),
        O::F32Load { memarg } => t.load(memarg, F32),
        O::F64Load { memarg } => t.load(memarg, F64),
        O::I32Load8S { memarg } => t.load_extending(memarg, I8, I32, true),
        O::I32Load8U { memarg } => t.load_extending(memarg, I8, I32, false),
        O::I32Load16S { memarg } => t.load_extending(memarg, I16, I32, true),
        O::I32Load16U { memarg } => t.load_extending(memarg, I16, I32, false),
        O::I64Load8S { memarg } => t.load_extending(memarg, I8, I64, true),
        O::I64Load8U { memarg } => t.load_extending(memarg, I8, I64, false),
        O::I64Load16S { memarg } => t.load_extending(memarg, I16, I64, true),
        O::I64Load16U { memarg } => t.load_extending(memarg, I16, I64, false),
        O::I64Load32S { memarg } => t.load_extending(memarg, I32, I64, true),
        O::I64Load32U { memarg } => t.load_extending(memarg, I32, I64, false),
        _ => return false,
    }
    true
}

fn store(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I32Store { memarg } | O::F32Store { memarg } => t.store(memarg),
        O::I64Store { memarg } | O::F64Store { memarg } => t.store(memarg),
        O::I32Store8 { memarg } | O::I64Store8 { memarg } => t.store_low(memarg, I8),
        O::I32Store16 { memarg } | O::I64Store16 { memarg } => t.store_low(memarg, I16),
        O::I64Store32 { memarg } => t.store_low(memarg, I32),
        _ => return false,
    }
    true
}

impl Translator<'_> {
    /// Loads a value of a type.
    pub fn load(&mut self, memarg: &MemArg, ty: Type) {
        self.unary(|t, index| {
            let Address { flags, base, offset } = t.linear_address(memarg, index, ty.bytes());
            t.e.b.ins().load(ty, flags, base, offset)
        });
    }

    /// Loads an integer of fewer bits than its type has.
    fn load_extending(&mut self, memarg: &MemArg, from: Type, to: Type, signed: bool) {
        self.unary(|t, index| {
            let Address { flags, base, offset } = t.linear_address(memarg, index, from.bytes());
            let ins = t.e.b.ins();
            match (from, signed) {
                (I8, true) => ins.sload8(to, flags, base, offset),
                (I8, false) => ins.uload8(to, flags, base, offset),
                (I16, true) => ins.sload16(to, flags, base, offset),
                (I16, false) => ins.uload16(to, flags, base, offset),
                (_, true) => ins.sload32(flags, base, offset),
                (_, false) => ins.uload32(flags, base, offset),
            }
        });
    }

    /// Stores the low bytes of an integer.
    fn store_low(&mut self, memarg: &MemArg, low: Type) {
        let (index, value) = self.pop2();
        let Address { flags, base, offset } = self.linear_address(memarg, index, low.bytes());
        let ins = self.e.b.ins();
        match low {
            I8 => ins.istore8(flags, value, base, offset),
            I16 => ins.istore16(flags, value, base, offset),
            _ => ins.istore32(flags, value, base, offset),
        };
    }

    /// Stores all bytes of an operand.
    pub fn store(&mut self, memarg: &MemArg) {
        let (index, value) = self.pop2();
        let Address { flags, base, offset } = self.linear_address(memarg, index, self.type_of(value).bytes());
        self.e.b.ins().store(flags, value, base, offset);
    }

    /// A number of pages, of 64 bits, as an index of the memory.
    fn memory_index(&mut self, memory: u32, value: Value) -> Value {
        if self.env.module.memories[memory as usize].memory64 { value } else { self.e.b.ins().ireduce(I32, value) }
    }
}
