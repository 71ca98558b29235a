//! Exceptions: calls that have a handler, raising one, and the function that finds where one is
//! caught.
//!
//! Nothing is paid for where nothing is thrown: a handler is found by the return address of its
//! call. A handler is a block whose only parameter is the address of the
//! [`Exception`](cantilever_abi::block::Exception).

use super::call::Ready;
use super::emit::Emit;
use super::signature::{Convention, POINTER};
use super::trap::trap_code;
use alloc::vec::Vec;
use cantilever_abi::FuncKey;
use cantilever_abi::block::{Intrinsic, Landing, TrapKind};
use cranelift_codegen::ir::{
    Block, BlockArg, BlockCall, ExceptionTable, ExceptionTableData, ExceptionTableItem, Function, InstBuilder, SigRef,
    StackSlotData, StackSlotKind, Type, Value,
};
use cranelift_frontend::FunctionBuilderContext;

/// The core-convention function that throws, [`FuncKey::Throw`]: looks for a handler among its
/// callers and goes on there. Returns when there is none.
pub fn throw(convention: Convention, cx: &mut FunctionBuilderContext, key: FuncKey) -> Function {
    let mut func = Function::new();
    let signature = convention.core([POINTER], []);
    let (mut e, params) = Emit::core(&mut func, cx, key, signature, convention);
    let align_log2 = align_of::<Landing>().trailing_zeros() as u8;
    let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, size_of::<Landing>() as u32, align_log2);
    let slot = e.b.create_sized_stack_slot(slot);
    let landing = e.b.ins().stack_addr(POINTER, slot, 0);
    let frame = e.b.ins().get_frame_pointer(POINTER);
    let found = e.call_intrinsic(Intrinsic::FindHandler, &[frame, landing]).expect("it has a result");
    let (land, uncaught) = (e.b.create_block(), e.b.create_block());
    e.b.ins().brif(found, land, &[], uncaught, &[]);
    e.b.switch_to_block(land);
    e.call_intrinsic(Intrinsic::Land, &[landing, params[0]]);
    e.b.ins().trap(trap_code(TrapKind::UncaughtException));
    e.b.switch_to_block(uncaught);
    e.b.ins().return_(&[]);
    e.finish();
    func
}

impl Emit<'_> {
    /// Throws an exception that nothing in this function catches; ends the block.
    pub fn throw(&mut self, exception: Value) {
        let throw = self.declare(FuncKey::Throw, self.convention.core([POINTER], []));
        self.b.ins().call(throw, &[self.vmctx, exception]);
        self.b.ins().trap(trap_code(TrapKind::UncaughtException));
    }

    /// Calls so that an exception goes on in `handler`. `args` begins with the callee's `vmctx`.
    pub fn try_call(&mut self, ready: &Ready, signature: SigRef, args: &[Value], handler: Block) -> Vec<Value> {
        let normal = self.b.create_block();
        let table = exception_table(self, signature, normal, handler, &[BlockArg::TryCallExn(0)]);
        match *ready {
            Ready::Direct(func, _) => self.b.ins().try_call(func, args, table),
            Ready::Indirect(code, _) => self.b.ins().try_call_indirect(code, args, table),
        };
        self.b.seal_block(normal);
        self.b.switch_to_block(normal);
        self.b.block_params(normal).to_vec()
    }

    /// Calls so that an exception traps.
    pub fn call_uncatching(&mut self, ready: &Ready, signature: SigRef, args: &[Value]) -> Vec<Value> {
        let uncaught = self.cold_block();
        self.b.append_block_param(uncaught, POINTER);
        let results = self.try_call(ready, signature, args, uncaught);
        let go_on = self.b.create_block();
        self.b.ins().jump(go_on, &[]);
        self.b.seal_block(uncaught);
        self.b.switch_to_block(uncaught);
        self.b.ins().trap(trap_code(TrapKind::UncaughtException));
        self.b.seal_block(go_on);
        self.b.switch_to_block(go_on);
        results
    }
}

/// The two ways out of a call: `normal`, which is given the results as parameters, and
/// `exceptional`.
pub(super) fn exception_table(
    e: &mut Emit<'_>,
    signature: SigRef,
    normal: Block,
    exceptional: Block,
    exceptional_args: &[BlockArg],
) -> ExceptionTable {
    let dfg = &mut e.b.func.dfg;
    let results: Vec<Type> = dfg.signatures[signature].returns.iter().map(|result| result.value_type).collect();
    for ty in &results {
        dfg.append_block_param(normal, *ty);
    }
    let results = (0..results.len() as u32).map(BlockArg::TryCallRet);
    let normal = BlockCall::new(normal, results, &mut dfg.value_lists);
    let exceptional = BlockCall::new(exceptional, exceptional_args.iter().copied(), &mut dfg.value_lists);
    let data = ExceptionTableData::new(signature, normal, [ExceptionTableItem::Default(exceptional)]);
    dfg.exception_tables.push(data)
}
