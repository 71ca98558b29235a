//! The types of the core functions that the runtime enters by itself.
//!
//! Compiled code has an entry trampoline for each type, so these must be among the plan's core
//! types. A component need not mention them.

use crate::plan::Plan;
use cantilever_abi::CoreTypeId;
use wasmparser::{FuncType, ValType};

/// Adds the types to a plan that does not have them.
pub fn intern(plan: &mut Plan) {
    for ty in [FuncType::new([], []), FuncType::new([ValType::I32], [])] {
        if find(plan, &ty).is_none() {
            plan.core_types.push(ty);
        }
    }
}

/// The type of initialisation, `[] -> []`.
pub fn init_type(plan: &Plan) -> CoreTypeId {
    find(plan, &FuncType::new([], [])).expect("the entry types have been interned")
}

/// The type of destructors, `[i32] -> []`.
pub fn dtor_type(plan: &Plan) -> CoreTypeId {
    find(plan, &FuncType::new([ValType::I32], [])).expect("the entry types have been interned")
}

fn find(plan: &Plan, ty: &FuncType) -> Option<CoreTypeId> {
    plan.core_types.iter().find(|(_, other)| *other == ty).map(|(id, _)| id)
}
