//! The slow path of `Table.add`: making room in a full table.
//!
//! It is a function of its own that preserves all registers. An `add` in a loop would otherwise
//! keep its values out of the registers that a call of the runtime changes, for a call that almost
//! never happens.

use super::Table;
use crate::clif::signature::POINTER;
use crate::clif::{Convention, Emit, Region};
use cantilever_abi::FuncKey;
use cantilever_abi::block::status::FAILED;
use cantilever_abi::block::{HandleTable, Intrinsic, TrapKind};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Function, InstBuilder, Type, types};
use cranelift_frontend::FunctionBuilderContext;

/// The block or the context of a core instance, and the [`HandleTable`].
const PARAMS: [Type; 2] = [POINTER; 2];

/// Emits [`FuncKey::GrowHandles`]: the runtime raises the limit of a table above its free head,
/// which it leaves as it is; or the table is full, which traps.
pub fn emit_grow(convention: Convention, cx: &mut FunctionBuilderContext) -> Function {
    let mut func = Function::new();
    let (mut e, params) =
        Emit::with_context(&mut func, cx, FuncKey::GrowHandles, convention.preserving(&PARAMS), convention);
    let table = params[1];
    let grown = e.call_intrinsic(Intrinsic::HandleTableGrow, &[table]).expect("it has a result");
    let full = e.b.ins().icmp_imm_u(IntCC::Equal, grown, i64::from(FAILED));
    let quota = e.load_field(types::I32, Region::HandleTable, table, offset_of!(HandleTable, quota));
    e.trap_if_with(full, TrapKind::HandleTableFull, &[quota]);
    e.b.ins().return_(&[]);
    e.finish();
    func
}

/// Makes room in a table, in a cold block.
pub(super) fn grow(e: &mut Emit, table: Table) {
    let callee = e.declare(FuncKey::GrowHandles, e.convention.preserving(&PARAMS));
    let head = e.offset(e.vmctx, table.head as i64);
    e.b.ins().call(callee, &[e.vmctx, head]);
}
