//! Addresses in linear memories: when an access needs a check, and what address it has.

use super::translator::Translator;
use cantilever_abi::block::memory::{DEFAULT_PAGE_LOG2, GUARD, RESERVATION, is_guarded};
use cantilever_abi::block::{MemoryDef, TrapKind};
use cantilever_pass::clif::Region;
use cantilever_pass::clif::trap::trap_code;
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Endianness, InstBuilder, MemFlagsData, Value, types};
use wasmparser::{MemArg, MemArgTarget};

// A 32-bit address plus what needs no check must stay in what is reserved.
const _: () = assert!(RESERVATION > u32::MAX as u64 && GUARD <= i32::MAX as u64);

/// A native address that a load or store can use.
pub(super) struct Address {
    /// Little-endian, maybe unaligned, traps when outside the memory.
    pub flags: MemFlagsData,
    /// The base.
    pub base: Value,
    /// What the instruction adds.
    pub offset: i32,
}

impl Translator<'_> {
    /// The address of the `MemoryDef`.
    pub fn memory_def(&mut self, memory: u32) -> Value {
        self.address(self.env.places.memories[memory as usize])
    }

    /// The current size of a memory in bytes.
    pub fn memory_len(&mut self, memory: u32) -> Value {
        let (base, offset) = self.base(self.env.places.memories[memory as usize]);
        self.e.load_field(types::I64, Region::MemoryDef, base, offset as usize + offset_of!(MemoryDef, len))
    }

    /// The address of an access of some bytes. Either it is in bounds then, or the access will
    /// trap.
    pub fn linear_address(&mut self, memarg: &MemArg, index: Value, bytes: u32) -> Address {
        let MemArgTarget::Memory(memory) = memarg.target else {
            unreachable!("validated without the proposal that has accesses to arrays")
        };
        let ty = self.env.module.memories[memory as usize];
        let page_log2 = ty.page_size_log2.unwrap_or(DEFAULT_PAGE_LOG2);
        let guarded = is_guarded(self.env.tunables.memory_reservation, ty.memory64, page_log2)
            && memarg.offset.saturating_add(u64::from(bytes)) <= GUARD;
        let index = self.widen(index);
        let place = self.env.places.memories[memory as usize];
        let start = self.load_once(place, Region::MemoryDef, offset_of!(MemoryDef, base));
        let flags = self.linear_flags();
        if guarded {
            let base = self.e.b.ins().iadd(start, index);
            return Address { flags, base, offset: memarg.offset as i32 };
        }
        let base = self.checked_address(memory, memarg.offset, start, index, bytes);
        Address { flags, base, offset: 0 }
    }

    /// An address that has been compared with the memory's length.
    fn checked_address(&mut self, memory: u32, offset: u64, start: Value, index: Value, bytes: u32) -> Value {
        // An end that does not fit 64 bits is never in bounds; nor is the greatest that does.
        let extent = self.const64(offset.saturating_add(u64::from(bytes)));
        let end = if self.env.module.memories[memory as usize].memory64 {
            self.e.b.ins().uadd_overflow_trap(index, extent, trap_code(TrapKind::MemoryOutOfBounds))
        } else {
            self.e.b.ins().iadd(index, extent)
        };
        let len = self.memory_len(memory);
        let outside = self.e.b.ins().icmp(IntCC::UnsignedGreaterThan, end, len);
        self.e.trap_if(outside, TrapKind::MemoryOutOfBounds);
        let base = self.e.b.ins().iadd(start, index);
        let address = self.e.offset(base, offset.cast_signed());
        if self.env.tunables.spectre_guards {
            self.e.b.ins().select_spectre_guard(outside, start, address)
        } else {
            address
        }
    }

    fn linear_flags(&mut self) -> MemFlagsData {
        let region = Region::LinearMemory.in_func(self.e.b.func);
        MemFlagsData::new()
            .with_endianness(Endianness::Little)
            .with_alias_region(Some(region))
            .with_trap_code(Some(trap_code(TrapKind::MemoryOutOfBounds)))
    }
}
