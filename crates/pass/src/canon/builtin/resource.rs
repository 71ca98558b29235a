//! `resource.new`, `resource.rep`, `resource.drop`, and destructors.

use crate::canon::CanonEnv;
use crate::canon::call::scope::give_back;
use crate::canon::call::side::Side;
use crate::canon::call::signature::dtor_signature;
use crate::canon::call::task_scope::TaskScope;
use crate::clif::signature::POINTER;
use crate::clif::{Emit, Region};
use crate::handles::{Kinds, Then, add_own, get_rep, remove};
use cantilever_abi::adapter::Dtor;
use cantilever_abi::{FuncKey, ResourceId, ResourceImpl};
use cranelift_codegen::ir::{Function, InstBuilder, StackSlotData, StackSlotKind, Value, types};
use cranelift_frontend::FunctionBuilderContext;

pub(super) fn canon_resource_new(e: &mut Emit, side: Side, resource: ResourceId, rep: Value) {
    side.check_may_leave(e);
    let index = add_own(e, side.table, resource.as_u32(), rep);
    e.b.ins().return_(&[index]);
}

pub(super) fn canon_resource_rep(e: &mut Emit, side: Side, resource: ResourceId, index: Value) {
    let rep = get_rep(e, side.table, index, resource.as_u32());
    e.b.ins().return_(&[rep]);
}

/// The specification lifts the destructor in the implementing instance and lowers it into this one.
/// For a `func(rep)` nothing is left of that but the call: `may_leave` of this instance has been
/// checked, and no value needs memory.
pub(super) fn canon_resource_drop(e: &mut Emit, env: &CanonEnv, side: Side, resource: ResourceId, index: Value) {
    side.check_may_leave(e);
    let kinds = if side.implements(env, resource) { Kinds::Own } else { Kinds::OwnAndBorrow };
    let destroy = |e: &mut Emit, rep| call_dtor(e, env, resource, rep);
    let count = |e: &mut Emit, scope| give_back(e, env.layout.scopes as usize, scope);
    let own: Then = if env.dtors[resource] == Dtor::None { None } else { Some(&destroy) };
    let borrow: Then = if env.counts_borrows(side.instance) { Some(&count) } else { None };
    remove(e, side.table, index, (resource.as_u32(), kinds), own, borrow);
    e.b.ins().return_(&[]);
}

/// Emits the function that calls the destructor of a resource type, if it has one.
pub fn emit_dtor(env: &CanonEnv, cx: &mut FunctionBuilderContext, key: FuncKey, resource: ResourceId) -> Function {
    let mut func = Function::new();
    let signature = dtor_signature(env.convention);
    let (mut e, params) = Emit::core(&mut func, cx, key, signature, env.convention);
    call_dtor(&mut e, env, resource, params[0]);
    e.b.ins().return_(&[]);
    e.finish();
    func
}

/// Calls the destructor; one of a guest's in a task of its own.
fn call_dtor(e: &mut Emit, env: &CanonEnv, resource: ResourceId, rep: Value) {
    match env.dtors[resource] {
        Dtor::None => {}
        Dtor::Guest(callee) => {
            let signature = dtor_signature(e.convention);
            match env.resources[resource].implementer {
                ResourceImpl::Guest(instance) => {
                    let scope = TaskScope::enter_sync(e, env.task_state(instance));
                    e.call_core(callee, signature, &[rep]);
                    scope.exit(e);
                }
                ResourceImpl::Host { .. } => unreachable!("a guest's destructor is that of a guest's resource type"),
            }
        }
        Dtor::Host(callee) => call_host_dtor(e, callee, rep),
    }
}

/// Calls the host's destructor unless the host has nothing to do.
fn call_host_dtor(e: &mut Emit, callee: u32, rep: Value) {
    let func = e.host_callee_func(callee);
    e.when(func, |e| {
        let size = types::I32.bytes();
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, size, size.trailing_zeros() as u8);
        let slot = e.b.create_sized_stack_slot(slot);
        let params = e.b.ins().stack_addr(POINTER, slot, 0);
        let flags = e.field(Region::HostBuffer);
        e.b.ins().store(flags, rep, params, 0);
        e.call_host(callee, params, params);
    });
}
