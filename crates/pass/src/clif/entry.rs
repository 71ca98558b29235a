//! Where native code and the host's Rust or C meet: entry trampolines, through which the host
//! calls, and host calls, through which core code calls the host.
//!
//! An entry trampoline is where a trap lands. Before it calls it stores in a [`Landing`], which its
//! caller provides, where its exceptional return is, and what stack and frame pointer that needs.

use super::emit::{Emit, offset32};
use super::region::Region;
use super::signature::{Convention, POINTER};
use super::throw::exception_table;
use alloc::vec;
use alloc::vec::Vec;
use cantilever_abi::FuncKey;
use cantilever_abi::block::{HostCallee, Landing, RETURNED, TRAPPED, TrapKind, VALUE_SLOT};
use core::mem::offset_of;
use cranelift_codegen::ir::{
    ExceptionTable, Function, InstBuilder, MemFlagsData, SigRef, Signature, StackSlotData, StackSlotKind, Type, Value,
    types,
};
use cranelift_frontend::FunctionBuilderContext;

/// `(block, params, results, landing) -> status`: calls a host→guest adapter or the like, `(vmctx,
/// params, results)`.
pub fn component_entry(
    convention: Convention,
    cx: &mut FunctionBuilderContext,
    key: FuncKey,
    lift: FuncKey,
) -> Function {
    let mut func = Function::new();
    let (mut e, params) = Emit::with_context(&mut func, cx, key, convention.entry(), convention);
    let [arguments @ .., to] = &params[..] else { unreachable!("the signature has four parameters") };
    let callee = e.declare(lift, convention.core([POINTER, POINTER], []));
    let signature = e.b.func.dfg.ext_funcs[callee].signature;
    landing(&mut e, *to, signature, |e, table| e.b.ins().try_call(callee, arguments, table), |_, _| {});
    e.finish();
    func
}

/// `(block, code, vmctx, values, landing) -> status`: calls core-convention code of a signature.
/// `values` points to [`ValueSlot`](cantilever_abi::block::ValueSlot)s, which hold the parameters
/// before the call and the results after it, each in native byte order.
pub fn core_entry(
    convention: Convention,
    cx: &mut FunctionBuilderContext,
    key: FuncKey,
    signature: Signature,
) -> Function {
    let mut func = Function::new();
    let (mut e, params) = Emit::with_context(&mut func, cx, key, convention.core_entry(), convention);
    let [_, code, vmctx, values, to] = params[..] else { unreachable!("the signature has five parameters") };
    let mut arguments = vec![vmctx];
    let types = signature.params[1..].iter().map(|param| param.value_type);
    arguments.extend(load_slots(&mut e, types, values));
    let signature = e.b.import_signature(signature);
    landing(
        &mut e,
        to,
        signature,
        |e, table| e.b.ins().try_call_indirect(code, &arguments, table),
        |e, results| store_slots(e, results, values),
    );
    e.finish();
    func
}

/// A core-convention function of a signature whose `vmctx` is a [`HostCallee`]: calls the host's
/// function with arrays of [`ValueSlot`](cantilever_abi::block::ValueSlot)s.
pub fn host_call(
    convention: Convention,
    cx: &mut FunctionBuilderContext,
    key: FuncKey,
    signature: Signature,
) -> Function {
    let mut func = Function::new();
    let results: Vec<Type> = signature.returns.iter().map(|result| result.value_type).collect();
    let (mut e, params) = Emit::core(&mut func, cx, key, signature, convention);
    let params_array = value_array(&mut e, params.len());
    let results_array = value_array(&mut e, results.len());
    store_slots(&mut e, &params, params_array);

    let callee = e.vmctx;
    let block = e.load_constant(POINTER, Region::Constant, callee, offset_of!(HostCallee, context.block));
    let code = e.load_field(POINTER, Region::Constant, callee, offset_of!(HostCallee, func));
    let data = e.load_field(POINTER, Region::Constant, callee, offset_of!(HostCallee, data));
    let host = e.b.import_signature(convention.host_func());
    let call = e.b.ins().call_indirect(host, code, &[data, block, params_array, results_array]);
    let failed = e.b.inst_results(call)[0];
    e.trap_if(failed, TrapKind::HostError);

    let values = load_slots(&mut e, results, results_array);
    e.b.ins().return_(&values);
    e.finish();
    func
}

/// Calls so that a trap lands here: stores where in the [`Landing`] at `to`, emits the call, and
/// ends the trampoline on both paths. `returned` is given the results.
fn landing<'f>(
    e: &mut Emit<'f>,
    to: Value,
    signature: SigRef,
    call: impl FnOnce(&mut Emit<'f>, ExceptionTable) -> cranelift_codegen::ir::Inst,
    returned: impl FnOnce(&mut Emit<'f>, &[Value]),
) {
    let (calling, normal, exceptional) = (e.b.create_block(), e.b.create_block(), e.b.create_block());
    e.b.ins().jump(calling, &[]);
    e.b.switch_to_block(calling);
    let own = [
        (offset_of!(Landing, sp), e.b.ins().get_stack_pointer(POINTER)),
        (offset_of!(Landing, fp), e.b.ins().get_frame_pointer(POINTER)),
        (offset_of!(Landing, handler), e.b.ins().get_exception_handler_address(POINTER, calling, 0)),
    ];
    for (field, value) in own {
        e.store_field(Region::Landing, value, to, field);
    }
    let table = exception_table(e, signature, normal, exceptional, &[]);
    call(e, table);

    e.b.switch_to_block(normal);
    let results = e.b.block_params(normal).to_vec();
    returned(e, &results);
    return_status(e, RETURNED);

    e.b.switch_to_block(exceptional);
    return_status(e, TRAPPED);
}

fn return_status(e: &mut Emit<'_>, status: u32) {
    let status = e.b.ins().iconst(types::I32, i64::from(status));
    e.b.ins().return_(&[status]);
}

/// A stack slot for an array of core values; its address.
fn value_array(e: &mut Emit<'_>, count: usize) -> Value {
    let size = u32::try_from(count * VALUE_SLOT).expect("validated: a core function has at most a thousand values");
    let align_log2 = VALUE_SLOT.trailing_zeros() as u8;
    let slot = e.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, align_log2));
    e.b.ins().stack_addr(POINTER, slot, 0)
}

fn load_slots(e: &mut Emit<'_>, types: impl IntoIterator<Item = Type>, values: Value) -> Vec<Value> {
    let flags = slot_flags(e);
    let load = |(i, ty)| e.b.ins().load(ty, flags, values, offset32(i * VALUE_SLOT));
    types.into_iter().enumerate().map(load).collect()
}

fn store_slots(e: &mut Emit<'_>, operands: &[Value], values: Value) {
    let flags = slot_flags(e);
    for (i, operand) in operands.iter().enumerate() {
        e.b.ins().store(flags, *operand, values, offset32(i * VALUE_SLOT));
    }
}

/// Flags for the slots of core values. The host's arrays need not be aligned as vectors are.
fn slot_flags(e: &mut Emit<'_>) -> MemFlagsData {
    let region = Region::HostBuffer.in_func(e.b.func);
    MemFlagsData::new().with_notrap().with_alias_region(Some(region))
}
