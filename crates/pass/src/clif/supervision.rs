//! What code does so that the host can keep it in check: asking for an interruption, and paying
//! with fuel.
//!
//! A guest that runs for long enters functions or goes round a loop. Functions compare the stack
//! pointer with a limit in any case, and an interruption is a limit that no stack pointer meets; so
//! only loops need code of their own.

use super::emit::Emit;
use super::region::Region;
use super::signature::POINTER;
use cantilever_abi::block::supervision::BYTES_PER_FUEL_LOG2;
use cantilever_abi::block::{Context, TrapKind};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

impl Emit<'_> {
    /// Traps if the host asked the guests of the store to stop. Belongs at the head of every loop
    /// that a guest can make arbitrarily long.
    pub fn check_interruption(&mut self) {
        let address = self.offset(self.vmctx, offset_of!(Context, stack_limit) as i64);
        let flags = self.field(Region::StackLimit);
        // Atomic, for another thread writes it: an ordinary load would be merged with that of an
        // earlier loop.
        let limit = self.b.ins().atomic_load(POINTER, flags, address);
        let asked = self.b.ins().icmp_imm_s(IntCC::Equal, limit, Context::INTERRUPTED.cast_signed() as i64);
        self.trap_if(asked, TrapKind::Interrupted);
    }

    /// Takes 64 bits of units from the store's fuel; traps, and takes nothing, if there is less.
    pub fn burn_fuel(&mut self, units: Value) {
        let fuel = self.load_constant(POINTER, Region::Constant, self.vmctx, offset_of!(Context, fuel));
        let left = self.load_field(types::I64, Region::Fuel, fuel, 0);
        let short = self.b.ins().icmp(IntCC::UnsignedLessThan, left, units);
        self.trap_if(short, TrapKind::OutOfFuel);
        let left = self.b.ins().isub(left, units);
        self.store_field(Region::Fuel, left, fuel, 0);
    }

    /// Pays for moving as many things as 64 bits say, each of `size` bytes, a small power of two.
    pub fn burn_fuel_for(&mut self, count: Value, size: u32) {
        let per_unit = BYTES_PER_FUEL_LOG2 - size.ilog2();
        let units = self.b.ins().ushr_imm_u(count, i64::from(per_unit));
        self.burn_fuel(units);
    }
}
