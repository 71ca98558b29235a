//! Does what is given for an import match its type? `externtype` matching of the core
//! specification.

use super::items::CoreExtern;
use crate::image::engine::Engine;
use crate::image::loaded::Image;
use crate::store::state::StoreState;
use cantilever_abi::CoreTypeId;
use cantilever_abi::block::memory::is_guarded;
use cantilever_object::artifact::{CoreValType, ImportSlot, MemoryLimits, TableLimits};

/// `Ok` when it matches, else what does not.
pub(super) fn check(store: &StoreState, image: &Image, slot: &ImportSlot, given: &CoreExtern) -> Result<(), String> {
    let engine = &image.engine;
    let type_id = |ty: &CoreTypeId| image.type_ids.get(ty.as_u32() as usize);
    let matches = match (slot, given) {
        (ImportSlot::CoreFunc { ty, .. }, CoreExtern::Func(func)) => {
            type_id(ty).is_some_and(|ty| engine.types().is_subtype(func.type_id(engine), *ty))
        }
        (ImportSlot::CoreTag { ty, .. }, CoreExtern::Tag(tag)) => type_id(ty) == Some(&tag.type_id),
        (ImportSlot::CoreGlobal { ty, mutable, .. }, CoreExtern::Global(global)) => {
            let types_match = if *mutable { global.ty == *ty } else { value_matches(engine, global.ty, *ty) };
            *mutable == global.mutable && types_match
        }
        (ImportSlot::CoreMemory { ty, .. }, CoreExtern::Memory(memory)) => {
            let memory = memory.get(store).ok();
            // What the code does not check must be guarded, whoever made the memory.
            let needs_guard = is_guarded(image.artifact.memory_reservation, ty.memory64, ty.page_log2.into());
            if needs_guard && memory.is_some_and(|memory| !memory.is_guarded()) {
                return Err("the memory has a smaller reservation than the module was compiled for".to_owned());
            }
            memory.is_some_and(|memory| memory_matches(memory.pages(), &memory.limits, ty))
        }
        (ImportSlot::CoreTable { ty, .. }, CoreExtern::Table(table)) => {
            table.get(store).is_ok_and(|table| table_matches(table.len(), &table.limits, ty))
        }
        _ => return Err(format!("expected {}, found {}", slot_kind(slot), extern_kind(given))),
    };
    if matches { Ok(()) } else { Err(format!("the {} has another type", extern_kind(given))) }
}

fn value_matches(engine: &Engine, given: CoreValType, wanted: CoreValType) -> bool {
    use CoreValType::{ExnRef, ExternRef, FuncRef, NoExnRef, NoExternRef, NoFuncRef, TypedFuncRef};
    match (given, wanted) {
        (TypedFuncRef { ty: given, .. }, TypedFuncRef { ty: wanted, .. })
            if !engine.types().is_subtype(given.as_u32(), wanted.as_u32()) =>
        {
            false
        }
        (
            FuncRef { nullable: a } | TypedFuncRef { nullable: a, .. } | NoFuncRef { nullable: a },
            FuncRef { nullable: b },
        )
        | (TypedFuncRef { nullable: a, .. } | NoFuncRef { nullable: a }, TypedFuncRef { nullable: b, .. })
        | (NoFuncRef { nullable: a }, NoFuncRef { nullable: b })
        | (ExternRef { nullable: a } | NoExternRef { nullable: a }, ExternRef { nullable: b })
        | (NoExternRef { nullable: a }, NoExternRef { nullable: b })
        | (ExnRef { nullable: a } | NoExnRef { nullable: a }, ExnRef { nullable: b })
        | (NoExnRef { nullable: a }, NoExnRef { nullable: b }) => b || !a,
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

    fn typed_or_null(id: u32) -> CoreValType {
        CoreValType::TypedFuncRef { nullable: true, ty: CoreTypeId::from_u32(id) }
    }

    #[test]
    fn a_reference_that_is_never_null_fits_where_null_is_allowed() {
        let engine = Engine::default();
        let value_matches = |given, wanted| value_matches(&engine, given, wanted);
        let [nullable, non_null] = [true, false].map(|nullable| CoreValType::FuncRef { nullable });
        assert!(value_matches(non_null, nullable) && !value_matches(nullable, non_null));
        let [typed, other] =
            [1, 2].map(|id| CoreValType::TypedFuncRef { nullable: false, ty: CoreTypeId::from_u32(id) });
        assert!(value_matches(typed, nullable) && !value_matches(nullable, typed));
        assert!(value_matches(typed, typed) && !value_matches(typed, other));
        assert!(!value_matches(CoreValType::I32, CoreValType::I64));
        let null = CoreValType::NoFuncRef { nullable: true };
        assert!(value_matches(null, typed_or_null(1)) && value_matches(null, nullable) && !value_matches(null, typed));
        assert!(!value_matches(nullable, null));
    }
}
