//! A crossing: one direction of an adapter, from the side whose values are lifted to the side into which they are
//! lowered.

use super::CanonEnv;
use super::borrow::Borrows;
use super::part::PartsOf;
use super::side::Side;
use crate::clif::Emit;
use crate::clif::signature::POINTER;
use cranelift_codegen::ir::{InstBuilder, Value};

/// How often code that is being emitted runs in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Occurrence {
    /// Exactly once.
    Once,
    /// At most once: in a case of a variant.
    Perhaps,
    /// Any number of times: in a list.
    Repeated,
}

/// One direction of an adapter.
pub(super) struct Crossing<'c, 'e, 'f> {
    pub env: &'c CanonEnv<'e>,
    pub e: &'c mut Emit<'f>,
    pub from: Side<'c>,
    pub to: Side<'c>,
    pub borrows: &'c mut Borrows,
    pub occurrence: Occurrence,
    /// What is left to functions of their own.
    pub parts: Option<PartsOf<'c>>,
}

impl Crossing<'_, '_, '_> {
    /// Emits something that runs as often as stated, or as often as what it is part of.
    pub(super) fn occurring<T>(&mut self, occurrence: Occurrence, emit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.occurrence;
        self.occurrence = outer.max(occurrence);
        let result = emit(self);
        self.occurrence = outer;
        result
    }

    /// Emits two alternatives that each give some 64-bit values.
    pub(super) fn choose<const N: usize>(
        &mut self,
        condition: Value,
        then: impl FnOnce(&mut Self) -> [Value; N],
        otherwise: impl FnOnce(&mut Self) -> [Value; N],
    ) -> [Value; N] {
        let (yes, no) = (self.e.b.create_block(), self.e.b.create_block());
        let joined = self.e.block([POINTER; N]);
        self.e.b.ins().brif(condition, yes, &[], no, &[]);
        self.e.b.seal_block(yes);
        self.e.b.seal_block(no);
        self.e.b.switch_to_block(yes);
        let values = then(self);
        self.e.jump(joined, &values);
        self.e.b.switch_to_block(no);
        let values = otherwise(self);
        self.e.jump(joined, &values);
        self.e.b.seal_block(joined);
        self.e.b.switch_to_block(joined);
        core::array::from_fn(|i| self.e.b.block_params(joined)[i])
    }
}
