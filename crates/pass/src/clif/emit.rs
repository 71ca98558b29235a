//! A function under construction: the builder, its `vmctx`, and access to the fields of the block.

use super::region::Region;
use super::signature::{Convention, POINTER};
use alloc::vec::Vec;
use cantilever_abi::block::Context;
use cantilever_abi::{FuncKey, Place};
use core::mem::offset_of;
use cranelift_codegen::ir::{
    Block, Endianness, Function, GlobalValueData, InstBuilder, MemFlagsData, Signature, Type, UserFuncName, Value,
    types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

/// A function under construction.
pub struct Emit<'f> {
    /// Cranelift's builder.
    pub b: FunctionBuilder<'f>,
    /// The hidden parameter; for functions in C convention whatever the author says it is.
    pub vmctx: Value,
    /// How the target calls.
    pub convention: Convention,
}

impl<'f> Emit<'f> {
    /// Starts a function in core convention: sets name and signature, opens the entry block.
    /// Returns the parameters after `vmctx`.
    pub fn core(
        func: &'f mut Function,
        cx: &'f mut FunctionBuilderContext,
        key: FuncKey,
        signature: Signature,
        convention: Convention,
    ) -> (Self, Vec<Value>) {
        let (emit, mut params) = Self::with_context(func, cx, key, signature, convention);
        params.remove(0);
        (emit, params)
    }

    /// Starts a function of any calling convention whose first parameter is a pointer to a context.
    /// Returns all parameters.
    pub fn with_context(
        func: &'f mut Function,
        cx: &'f mut FunctionBuilderContext,
        key: FuncKey,
        signature: Signature,
        convention: Convention,
    ) -> (Self, Vec<Value>) {
        let (namespace, index) = key.encode();
        func.name = UserFuncName::user(namespace, index);
        func.signature = signature;
        let mut b = FunctionBuilder::new(func, cx);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.seal_block(entry);
        let params = b.block_params(entry).to_vec();
        let emit = Emit { b, vmctx: params[0], convention };
        (emit, params)
    }

    /// Ends the function: every block has been filled and is sealed now. The prologue of a
    /// core-convention function compares the stack pointer with [`Context::stack_limit`].
    pub fn finish(mut self) {
        if self.b.func.signature.call_conv == cranelift_codegen::isa::CallConv::Tail {
            let flags = field_flags(self.b.func, Region::StackLimit, false);
            let flags = self.b.func.dfg.mem_flags.insert_unchecked(flags);
            let vmctx = self.b.func.create_global_value(GlobalValueData::VMContext);
            let limit = self.b.func.create_global_value(GlobalValueData::Load {
                base: vmctx,
                offset: (offset_of!(Context, stack_limit) as i32).into(),
                global_type: POINTER,
                flags,
            });
            self.b.func.stack_limit = Some(limit);
        }
        self.b.seal_all_blocks();
        let frontend = cranelift_codegen::isa::TargetFrontendConfig {
            default_call_conv: self.convention.c,
            pointer_width: target_lexicon::PointerWidth::U64,
            page_size_align_log2: 16,
        };
        self.b.finalize(frontend);
    }

    /// Flags for a field of the block: aligned, cannot trap, native order.
    pub fn field(&mut self, region: Region) -> MemFlagsData {
        field_flags(self.b.func, region, false)
    }

    /// Flags for a field that never changes while code runs, so that its load can be hoisted and
    /// merged.
    pub fn constant(&mut self, region: Region) -> MemFlagsData {
        field_flags(self.b.func, region, true)
    }

    /// Flags for an access to memory whose bytes are little-endian and maybe unaligned, and which
    /// was checked before.
    pub fn linear(&mut self) -> MemFlagsData {
        let region = Region::LinearMemory.in_func(self.b.func);
        MemFlagsData::new().with_notrap().with_endianness(Endianness::Little).with_alias_region(Some(region))
    }

    /// Flags for an access to the host's memory as a peer sees it: its own byte order, maybe
    /// unaligned, checked before.
    pub fn peer(&mut self) -> MemFlagsData {
        let region = Region::LinearMemory.in_func(self.b.func);
        MemFlagsData::new().with_notrap().with_alias_region(Some(region))
    }

    /// Loads a field of a structure at `base`.
    pub fn load_field(&mut self, ty: Type, region: Region, base: Value, offset: usize) -> Value {
        let flags = self.field(region);
        self.b.ins().load(ty, flags, base, offset32(offset))
    }

    /// Loads a field that never changes while code runs.
    pub fn load_constant(&mut self, ty: Type, region: Region, base: Value, offset: usize) -> Value {
        let flags = self.constant(region);
        self.b.ins().load(ty, flags, base, offset32(offset))
    }

    /// Stores a field of a structure at `base`.
    pub fn store_field(&mut self, region: Region, value: Value, base: Value, offset: usize) {
        let flags = self.field(region);
        self.b.ins().store(flags, value, base, offset32(offset));
    }

    /// The address of a structure of the block.
    pub fn address(&mut self, place: Place) -> Value {
        let (base, offset) = self.base(place);
        self.offset(base, i64::from(offset))
    }

    /// A structure of the block as a base address and an offset, for accesses to its fields without
    /// an addition.
    pub fn base(&mut self, place: Place) -> (Value, u32) {
        match place {
            Place::Here(offset) => (self.vmctx, offset),
            Place::Through(slot) => (self.load_constant(POINTER, Region::Constant, self.vmctx, slot as usize), 0),
        }
    }

    /// `base + offset`; `base` itself for 0.
    pub fn offset(&mut self, base: Value, offset: i64) -> Value {
        if offset == 0 { base } else { self.b.ins().iadd_imm_s(base, offset) }
    }

    /// The CLIF user name of the function that is being emitted: namespace in the upper half, index
    /// in the lower. It stays the same where the function is inlined.
    pub fn own_name(&mut self) -> Value {
        let name = self.b.func.name.get_user().expect("every function has a user name");
        let bits = u64::from(name.namespace) << u32::BITS | u64::from(name.index);
        self.b.ins().iconst(types::I64, bits as i64)
    }

    /// Creates a block that the code generator moves out of the hot path.
    pub fn cold_block(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        block
    }
}

fn field_flags(func: &mut Function, region: Region, constant: bool) -> MemFlagsData {
    let region = region.in_func(func);
    let flags = MemFlagsData::trusted().with_alias_region(Some(region));
    if constant { flags.with_readonly().with_can_move() } else { flags }
}

/// An offset of the block as CLIF wants it. The fixed part of a block is below 2^30 bytes.
pub fn offset32(offset: usize) -> i32 {
    i32::try_from(offset).expect("offsets in a block fit 31 bits")
}
