//! Built-ins: canonical functions other than lift and lower.

pub(super) mod error_context;
mod resource;
mod task;

pub use resource::emit_dtor;

use super::CanonEnv;
use super::call::side::Side;
use crate::canon::call::signature::builtin_signature;
use crate::clif::Emit;
use cantilever_abi::block::TrapKind;
use cantilever_abi::{Builtin, FuncKey, GuestSide};
use cranelift_codegen::ir::Function;
use cranelift_frontend::FunctionBuilderContext;

/// Emits a built-in of a component instance.
pub fn emit_builtin(
    env: &CanonEnv,
    cx: &mut FunctionBuilderContext,
    key: FuncKey,
    instance: u32,
    builtin: &Builtin,
) -> Function {
    let mut func = Function::new();
    let (mut e, params) = Emit::core(&mut func, cx, key, builtin_signature(env, builtin), env.convention);
    let side = Side::instance(env, instance);
    match *builtin {
        Builtin::ResourceNew(ty) => resource::canon_resource_new(&mut e, side, ty, params[0]),
        Builtin::ResourceRep(ty) => resource::canon_resource_rep(&mut e, side, ty, params[0]),
        Builtin::ResourceDrop(ty) => resource::canon_resource_drop(&mut e, env, side, ty, params[0]),
        Builtin::TaskReturn { result, options } => {
            task::canon_task_return(&mut e, env, &GuestSide { instance, options }, result, &params);
        }
        Builtin::ContextGet(slot) => task::canon_context_get(&mut e, env, instance, slot),
        Builtin::ContextSet(slot) => task::canon_context_set(&mut e, env, instance, slot, params[0]),
        Builtin::BackpressureInc => task::canon_backpressure_inc(&mut e, env, instance),
        Builtin::BackpressureDec => task::canon_backpressure_dec(&mut e, env, instance),
        Builtin::ErrorContextNew(_) => error_context::canon_error_context_new(&mut e, side),
        Builtin::ErrorContextDebugMessage(options) => {
            let guest = GuestSide { instance, options };
            error_context::canon_error_context_debug_message(&mut e, env, &guest, [params[0], params[1]]);
        }
        Builtin::ErrorContextDrop => error_context::canon_error_context_drop(&mut e, side, params[0]),
        Builtin::Unsupported { .. } => {
            side.check_may_leave(&mut e);
            e.trap_with(TrapKind::Unsupported, &[]);
        }
    }
    e.finish();
    func
}
