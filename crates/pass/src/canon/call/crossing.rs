//! A crossing: one direction of an adapter, from the side whose values are lifted to the side into
//! which they are lowered.

use super::borrow::Borrows;
use super::occurrence::Occurrence;
use super::part::PartsOf;
use super::side::Side;
use crate::canon::CanonEnv;
use crate::clif::Emit;
use crate::clif::signature::POINTER;
use cranelift_codegen::ir::Value;

/// One direction of an adapter.
pub(in crate::canon) struct Crossing<'c, 'e, 'f> {
    pub env: &'c CanonEnv<'e>,
    pub e: &'c mut Emit<'f>,
    pub from: Side<'c>,
    pub to: Side<'c>,
    pub borrows: &'c mut Borrows,
    pub occurrence: Occurrence,
    /// Can bytes of the host be in the memory of the guest that they are lowered to already?
    pub fills: bool,
    /// What is left to functions of their own.
    pub parts: Option<PartsOf<'c>>,
}

impl Crossing<'_, '_, '_> {
    /// Emits something that runs as often as stated, or as often as what it is part of.
    pub(in crate::canon) fn occurring<T>(&mut self, occurrence: Occurrence, emit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.occurrence;
        self.occurrence = outer.max(occurrence);
        let result = emit(self);
        self.occurrence = outer;
        result
    }

    /// Emits two alternatives that each give some 64-bit values.
    pub(in crate::canon) fn choose<const N: usize>(
        &mut self,
        condition: Value,
        then: impl FnOnce(&mut Self) -> [Value; N],
        otherwise: impl FnOnce(&mut Self) -> [Value; N],
    ) -> [Value; N] {
        let choice = self.e.begin_choice(condition, [POINTER; N]);
        let values = then(self);
        self.e.otherwise(&choice, &values);
        let values = otherwise(self);
        let chosen = self.e.end_choice(choice, &values);
        chosen.try_into().expect("it has as many values as were given")
    }
}
