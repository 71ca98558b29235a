//! Guest faults: checks that branch to a cold block, which stores the values of the message and
//! traps.

use super::emit::Emit;
use super::region::Region;
use cantilever_abi::block::{Context, Header, TrapKind};
use core::mem::offset_of;
use cranelift_codegen::ir::{Block, InstBuilder, TrapCode, Value, types};

/// The CLIF trap code of a kind.
pub const fn trap_code(kind: TrapKind) -> TrapCode {
    TrapCode::unwrap_user(kind as u8)
}

/// The kind that a CLIF trap code stands for: ours, or one that Cranelift raises by itself.
pub fn trap_kind(code: TrapCode) -> TrapKind {
    match code {
        TrapCode::STACK_OVERFLOW => TrapKind::StackOverflow,
        TrapCode::HEAP_OUT_OF_BOUNDS => TrapKind::MemoryOutOfBounds,
        TrapCode::INTEGER_OVERFLOW => TrapKind::IntegerOverflow,
        TrapCode::INTEGER_DIVISION_BY_ZERO => TrapKind::IntegerDivisionByZero,
        TrapCode::BAD_CONVERSION_TO_INTEGER => TrapKind::BadConversionToInteger,
        other => TrapKind::from_code(other.as_raw().get()).expect("only kinds are used as trap codes"),
    }
}

impl Emit<'_> {
    /// Traps when `condition` is not zero; the message needs no values.
    pub fn trap_if(&mut self, condition: Value, kind: TrapKind) {
        self.b.ins().trapnz(condition, trap_code(kind));
    }

    /// Traps when `condition` is zero; the message needs no values.
    pub fn trap_unless(&mut self, condition: Value, kind: TrapKind) {
        self.b.ins().trapz(condition, trap_code(kind));
    }

    /// Traps when `condition` is not zero, with values for the message (at most four).
    pub fn trap_if_with(&mut self, condition: Value, kind: TrapKind, values: &[Value]) {
        self.fault_if(condition, |e| e.trap_with(kind, values));
    }

    /// Goes on in a cold block when `condition` is not zero; `fault` must end it.
    pub fn fault_if(&mut self, condition: Value, fault: impl FnOnce(&mut Self)) {
        let (cold, go_on) = (self.cold_block(), self.b.create_block());
        self.b.ins().brif(condition, cold, &[], go_on, &[]);
        self.fault_in(cold, go_on, fault);
    }

    /// Goes on in a cold block when `condition` is zero; `fault` must end it.
    pub fn fault_unless(&mut self, condition: Value, fault: impl FnOnce(&mut Self)) {
        let (go_on, cold) = (self.b.create_block(), self.cold_block());
        self.b.ins().brif(condition, go_on, &[], cold, &[]);
        self.fault_in(cold, go_on, fault);
    }

    fn fault_in(&mut self, cold: Block, go_on: Block, fault: impl FnOnce(&mut Self)) {
        self.b.seal_block(cold);
        self.b.seal_block(go_on);
        self.b.switch_to_block(cold);
        fault(self);
        self.b.switch_to_block(go_on);
    }

    /// Traps, with values for the message; ends the block. Works whichever context `vmctx` is.
    pub fn trap_with(&mut self, kind: TrapKind, values: &[Value]) {
        let block =
            self.load_constant(super::signature::POINTER, Region::Constant, self.vmctx, offset_of!(Context, block));
        for (i, value) in values.iter().enumerate() {
            let wide = match self.b.func.dfg.value_type(*value) {
                types::I64 => *value,
                _ => self.b.ins().uextend(types::I64, *value),
            };
            let at = offset_of!(Header, trap_values) + i * size_of::<u64>();
            self.store_field(Region::Landing, wide, block, at);
        }
        self.b.ins().trap(trap_code(kind));
    }
}
