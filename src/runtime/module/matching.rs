//! Does what is given for an import match its type? `externtype` matching of the core specification.

use super::items::CoreExtern;
use crate::object::artifact::{Artifact, CoreFuncType, CoreValType, ImportSlot, MemoryLimits, TableLimits};
use crate::runtime::store::StoreState;

/// `Ok` when it matches, else what does not.
pub(super) fn check(
    store: &StoreState,
    artifact: &Artifact,
    slot: &ImportSlot,
    given: &CoreExtern,
) -> Result<(), String> {
    let core_type = |ty: &crate::model::CoreTypeId| artifact.core_types.get(ty.as_u32() as usize);
    let matches = match (slot, given) {
        (ImportSlot::CoreFunc { ty, .. }, CoreExtern::Func(func)) => {
            core_type(ty).is_some_and(|ty| func_matches(&func.ty, ty))
        }
        (ImportSlot::CoreTag { ty, .. }, CoreExtern::Tag(tag)) => core_type(ty) == Some(&tag.ty),
        (ImportSlot::CoreGlobal { ty, mutable, .. }, CoreExtern::Global(global)) => {
            let types_match = if *mutable { global.ty == *ty } else { value_matches(global.ty, *ty) };
            *mutable == global.mutable && types_match
        }
        (ImportSlot::CoreMemory { ty, .. }, CoreExtern::Memory(memory)) => {
            memory.get(store).is_ok_and(|memory| memory_matches(memory.pages(), &memory.limits, ty))
        }
        (ImportSlot::CoreTable { ty, .. }, CoreExtern::Table(table)) => {
            table.get(store).is_ok_and(|table| table_matches(table.len(), &table.limits, ty))
        }
        _ => return Err(format!("expected {}, found {}", slot_kind(slot), extern_kind(given))),
    };
    if matches { Ok(()) } else { Err(format!("the {} has another type", extern_kind(given))) }
}

fn func_matches(given: &CoreFuncType, wanted: &CoreFuncType) -> bool {
    given == wanted
}

fn value_matches(given: CoreValType, wanted: CoreValType) -> bool {
    use CoreValType::{ExnRef, ExternRef, FuncRef, TypedFuncRef};
    match (given, wanted) {
        (TypedFuncRef { ty: given, .. }, TypedFuncRef { ty: wanted, .. }) if given != wanted => false,
        (FuncRef { nullable: a } | TypedFuncRef { nullable: a, .. }, FuncRef { nullable: b })
        | (TypedFuncRef { nullable: a, .. }, TypedFuncRef { nullable: b, .. })
        | (ExternRef { nullable: a }, ExternRef { nullable: b })
        | (ExnRef { nullable: a }, ExnRef { nullable: b }) => b || !a,
        (given, wanted) => given == wanted,
    }
}

/// Limits match when what is there now is enough and cannot become too much.
fn limits_match(now: u64, max: Option<u64>, wanted_min: u64, wanted_max: Option<u64>) -> bool {
    now >= wanted_min && wanted_max.is_none_or(|wanted| max.is_some_and(|max| max <= wanted))
}

fn memory_matches(pages: u64, given: &MemoryLimits, wanted: &MemoryLimits) -> bool {
    given.memory64 == wanted.memory64
        && given.page_log2 == wanted.page_log2
        && limits_match(pages, given.max, wanted.min, wanted.max)
}

fn table_matches(len: u64, given: &TableLimits, wanted: &TableLimits) -> bool {
    given.table64 == wanted.table64
        && given.element == wanted.element
        && limits_match(len, given.max, wanted.min, wanted.max)
}

fn slot_kind(slot: &ImportSlot) -> &'static str {
    match slot {
        ImportSlot::CoreFunc { .. } => "a function",
        ImportSlot::CoreTable { .. } => "a table",
        ImportSlot::CoreMemory { .. } => "a memory",
        ImportSlot::CoreGlobal { .. } => "a global",
        ImportSlot::CoreTag { .. } => "a tag",
        ImportSlot::Func { .. } | ImportSlot::Resource { .. } | ImportSlot::Module => "an item of a component",
    }
}

fn extern_kind(item: &CoreExtern) -> &'static str {
    match item {
        CoreExtern::Func(_) => "function",
        CoreExtern::Table(_) => "table",
        CoreExtern::Memory(_) => "memory",
        CoreExtern::Global(_) => "global",
        CoreExtern::Tag(_) => "tag",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_match_by_current_size_and_maximum() {
        assert!(limits_match(2, Some(4), 1, Some(4)));
        assert!(limits_match(2, None, 1, None));
        assert!(!limits_match(2, None, 1, Some(4)));
        assert!(!limits_match(0, Some(4), 1, Some(4)));
        assert!(!limits_match(2, Some(5), 1, Some(4)));
    }

    #[test]
    fn a_reference_that_is_never_null_fits_where_null_is_allowed() {
        let [nullable, non_null] = [true, false].map(|nullable| CoreValType::FuncRef { nullable });
        assert!(value_matches(non_null, nullable) && !value_matches(nullable, non_null));
        let [typed, other] =
            [1, 2].map(|id| CoreValType::TypedFuncRef { nullable: false, ty: crate::model::CoreTypeId::from_u32(id) });
        assert!(value_matches(typed, nullable) && !value_matches(nullable, typed));
        assert!(value_matches(typed, typed) && !value_matches(typed, other));
        assert!(!value_matches(CoreValType::I32, CoreValType::I64));
    }
}
