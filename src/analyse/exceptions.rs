//! Whether core code throws, and where references to exceptions can be kept.

use crate::plan::Plan;
use crate::plan::module::Module;
use wasmparser::{FuncType, HeapType, ValType};

/// Does any core code of a plan throw or catch exceptions?
pub fn throws(plan: &Plan) -> bool {
    plan.modules.values().any(|module| module.throws)
}

/// Can references to exceptions be kept where they outlive a call: in a table, in a global, or by
/// the host?
pub fn keeps_exceptions(plan: &Plan) -> bool {
    let module_keeps = |module: &Module| {
        module.tables.iter().any(|table| is_exception(ValType::Ref(table.ty.element_type)))
            || module.globals.iter().any(|global| is_exception(global.ty.content_type))
    };
    let passes = |ty: &FuncType| ty.params().iter().chain(ty.results()).any(|ty| is_exception(*ty));
    plan.modules.values().any(module_keeps) || plan.is_module && plan.core_types.values().any(passes)
}

fn is_exception(ty: ValType) -> bool {
    use wasmparser::AbstractHeapType::{Exn, NoExn};
    matches!(ty, ValType::Ref(ty) if matches!(ty.heap_type(), HeapType::Abstract { ty: Exn | NoExn, .. }))
}
