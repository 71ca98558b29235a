//! Canonical functions: wasmparser's form to ours.

use super::component::{Canon, CanonDefinition, Indices};
use super::types;
use cantilever_abi::{Builtin, CanonOptions, CoreTypeId, Encoding, FlatType, StorageSlot, UnsupportedBuiltin};
use wasmparser::{CanonicalFunction, CanonicalOption};

/// A canonical function. `ty` is the type of the core function that it defines, if it does.
pub(super) fn canon(function: &CanonicalFunction, ty: Option<CoreTypeId>) -> CanonDefinition {
    use CanonicalFunction::*;
    let with = |given: &[CanonicalOption], canon: &dyn Fn(CanonOptions<Indices>) -> Canon| {
        let (options, unsupported) = options(given);
        CanonDefinition { canon: canon(options), unsupported_option: unsupported }
    };
    let builtin = match function {
        Lift { core_func_index, type_index, options } => {
            let (core_func, ty) = (*core_func_index, *type_index);
            return with(options, &|options| Canon::Lift { core_func, ty, options });
        }
        Lower { func_index, options } => return with(options, &|options| Canon::Lower { func: *func_index, options }),
        TaskReturn { result, options } => {
            let result = result.as_ref().map(types::val_ref);
            return with(options, &|options| Canon::Builtin(Builtin::TaskReturn { result, options }));
        }
        ErrorContextNew { options } => {
            return with(options, &|options| Canon::Builtin(Builtin::ErrorContextNew(options.memory)));
        }
        ErrorContextDebugMessage { options } => {
            return with(options, &|options| Canon::Builtin(Builtin::ErrorContextDebugMessage(options)));
        }
        ResourceNew { resource } => Builtin::ResourceNew(*resource),
        ResourceRep { resource } => Builtin::ResourceRep(*resource),
        ResourceDrop { resource } => Builtin::ResourceDrop(*resource),
        ContextGet { ty, slot } => Builtin::ContextGet(storage_slot(*ty, *slot)),
        ContextSet { ty, slot } => Builtin::ContextSet(storage_slot(*ty, *slot)),
        BackpressureInc => Builtin::BackpressureInc,
        BackpressureDec => Builtin::BackpressureDec,
        ErrorContextDrop => Builtin::ErrorContextDrop,
        other => {
            let ty = ty.expect("a built-in defines a core function");
            Builtin::Unsupported { builtin: unsupported(other), ty }
        }
    };
    CanonDefinition { canon: Canon::Builtin(builtin), unsupported_option: None }
}

/// A word of a thread's storage. The validator admits `i32` and `i64`.
fn storage_slot(ty: wasmparser::ValType, index: u32) -> StorageSlot {
    let ty = if ty == wasmparser::ValType::I64 { FlatType::I64 } else { FlatType::I32 };
    StorageSlot { index, ty }
}

/// The options, and the last of them that cannot be linked, by name.
fn options(options: &[CanonicalOption]) -> (CanonOptions<Indices>, Option<&'static str>) {
    let (mut read, mut unsupported) = (CanonOptions::default(), None);
    for option in options {
        match option {
            CanonicalOption::UTF8 => read.encoding = Encoding::Utf8,
            CanonicalOption::UTF16 => read.encoding = Encoding::Utf16,
            CanonicalOption::CompactUTF16 => read.encoding = Encoding::Latin1Utf16,
            CanonicalOption::Memory(index) => read.memory = Some(*index),
            CanonicalOption::Realloc(index) => read.realloc = Some(*index),
            CanonicalOption::PostReturn(index) => read.post_return = Some(*index),
            CanonicalOption::Async => read.is_async = true,
            CanonicalOption::Callback(index) => read.callback = Some(*index),
            CanonicalOption::CoreType(_) => unsupported = Some("core-type"),
            CanonicalOption::Gc => unsupported = Some("gc"),
        }
    }
    (read, unsupported)
}

/// Which built-in it is that is not supported yet.
fn unsupported(function: &CanonicalFunction) -> UnsupportedBuiltin {
    use CanonicalFunction::*;
    use UnsupportedBuiltin as U;
    match function {
        Lift { .. }
        | Lower { .. }
        | ResourceNew { .. }
        | ResourceDrop { .. }
        | ResourceRep { .. }
        | BackpressureInc
        | BackpressureDec
        | TaskReturn { .. }
        | ContextGet { .. }
        | ContextSet { .. }
        | ErrorContextNew { .. }
        | ErrorContextDebugMessage { .. }
        | ErrorContextDrop => unreachable!("it is supported"),
        ThreadSpawnRef { .. } => U::ThreadSpawnRef,
        ThreadSpawnIndirect { .. } => U::ThreadSpawnIndirect,
        ThreadAvailableParallelism => U::ThreadAvailableParallelism,
        TaskCancel => U::TaskCancel,
        SubtaskDrop => U::SubtaskDrop,
        SubtaskCancel { .. } => U::SubtaskCancel,
        StreamNew { .. } => U::StreamNew,
        StreamRead { .. } => U::StreamRead,
        StreamWrite { .. } => U::StreamWrite,
        StreamForward { .. } => U::StreamForward,
        StreamCancelRead { .. } => U::StreamCancelRead,
        StreamCancelWrite { .. } => U::StreamCancelWrite,
        StreamDropReadable { .. } => U::StreamDropReadable,
        StreamDropWritable { .. } => U::StreamDropWritable,
        FutureNew { .. } => U::FutureNew,
        FutureRead { .. } => U::FutureRead,
        FutureWrite { .. } => U::FutureWrite,
        FutureForward { .. } => U::FutureForward,
        FutureCancelRead { .. } => U::FutureCancelRead,
        FutureCancelWrite { .. } => U::FutureCancelWrite,
        FutureDropReadable { .. } => U::FutureDropReadable,
        FutureDropWritable { .. } => U::FutureDropWritable,
        WaitableSetNew => U::WaitableSetNew,
        WaitableSetWait { .. } => U::WaitableSetWait,
        WaitableSetPoll { .. } => U::WaitableSetPoll,
        WaitableSetDrop => U::WaitableSetDrop,
        WaitableJoin => U::WaitableJoin,
        ThreadIndex => U::ThreadIndex,
        ThreadNewIndirect { .. } => U::ThreadNewIndirect,
        ThreadResumeLater => U::ThreadResumeLater,
        ThreadSuspend => U::ThreadSuspend,
        ThreadYield => U::ThreadYield,
        ThreadSuspendThenResume => U::ThreadSuspendThenResume,
        ThreadYieldThenResume => U::ThreadYieldThenResume,
        ThreadSuspendThenPromote => U::ThreadSuspendThenPromote,
        ThreadYieldThenPromote => U::ThreadYieldThenPromote,
    }
}
