//! Canonical functions: wasmparser's form to ours.

use super::component::{Canon, Options};
use super::types;
use cantilever_abi::{CoreTypeId, Encoding, FlatType, StorageSlot};
use wasmparser::{CanonicalFunction, CanonicalOption};

/// A canonical function. `ty` is the type of the core function that it defines, if it does.
pub(super) fn canon(function: &CanonicalFunction, ty: Option<CoreTypeId>) -> Canon {
    match (function, ty) {
        (CanonicalFunction::Lift { core_func_index, type_index, options }, _) => {
            Canon::Lift { core_func: *core_func_index, ty: *type_index, options: self::options(options) }
        }
        (CanonicalFunction::Lower { func_index, options }, _) => {
            Canon::Lower { func: *func_index, options: self::options(options) }
        }
        (CanonicalFunction::ResourceNew { resource }, _) => Canon::ResourceNew(*resource),
        (CanonicalFunction::ResourceRep { resource }, _) => Canon::ResourceRep(*resource),
        (CanonicalFunction::ResourceDrop { resource }, _) => Canon::ResourceDrop(*resource),
        (CanonicalFunction::TaskReturn { result, options }, _) => {
            Canon::TaskReturn { result: result.as_ref().map(types::val_ref), options: self::options(options) }
        }
        (CanonicalFunction::ContextGet { ty, slot }, _) => Canon::ContextGet(storage_slot(*ty, *slot)),
        (CanonicalFunction::ContextSet { ty, slot }, _) => Canon::ContextSet(storage_slot(*ty, *slot)),
        (CanonicalFunction::BackpressureInc, _) => Canon::BackpressureInc,
        (CanonicalFunction::BackpressureDec, _) => Canon::BackpressureDec,
        (CanonicalFunction::ErrorContextNew { options }, _) => Canon::ErrorContextNew(self::options(options)),
        (CanonicalFunction::ErrorContextDebugMessage { options }, _) => {
            Canon::ErrorContextDebugMessage(self::options(options))
        }
        (CanonicalFunction::ErrorContextDrop, _) => Canon::ErrorContextDrop,
        (other, Some(ty)) => Canon::Unsupported { name: name(other), ty },
        (other, None) => unreachable!("{} defines a core function", name(other)),
    }
}

/// A word of a thread's storage. The validator admits `i32` and `i64`.
fn storage_slot(ty: wasmparser::ValType, index: u32) -> StorageSlot {
    let ty = if ty == wasmparser::ValType::I64 { FlatType::I64 } else { FlatType::I32 };
    StorageSlot { index, ty }
}

fn options(options: &[CanonicalOption]) -> Options {
    let mut read = Options::default();
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
            CanonicalOption::CoreType(_) => read.unsupported = Some("core-type"),
            CanonicalOption::Gc => read.unsupported = Some("gc"),
        }
    }
    read
}

/// The name of a built-in in the text format.
fn name(function: &CanonicalFunction) -> &'static str {
    use CanonicalFunction::*;
    match function {
        Lift { .. } => "lift",
        Lower { .. } => "lower",
        ResourceNew { .. } => "resource.new",
        ResourceDrop { .. } => "resource.drop",
        ResourceRep { .. } => "resource.rep",
        ThreadSpawnRef { .. } => "thread.spawn-ref",
        ThreadSpawnIndirect { .. } => "thread.spawn-indirect",
        ThreadAvailableParallelism => "thread.available-parallelism",
        BackpressureInc => "backpressure.inc",
        BackpressureDec => "backpressure.dec",
        TaskReturn { .. } => "task.return",
        TaskCancel => "task.cancel",
        ContextGet { .. } => "context.get",
        ContextSet { .. } => "context.set",
        SubtaskDrop => "subtask.drop",
        SubtaskCancel { .. } => "subtask.cancel",
        StreamNew { .. } => "stream.new",
        StreamRead { .. } => "stream.read",
        StreamWrite { .. } => "stream.write",
        StreamForward { .. } => "stream.forward",
        StreamCancelRead { .. } => "stream.cancel-read",
        StreamCancelWrite { .. } => "stream.cancel-write",
        StreamDropReadable { .. } => "stream.drop-readable",
        StreamDropWritable { .. } => "stream.drop-writable",
        FutureNew { .. } => "future.new",
        FutureRead { .. } => "future.read",
        FutureWrite { .. } => "future.write",
        FutureForward { .. } => "future.forward",
        FutureCancelRead { .. } => "future.cancel-read",
        FutureCancelWrite { .. } => "future.cancel-write",
        FutureDropReadable { .. } => "future.drop-readable",
        FutureDropWritable { .. } => "future.drop-writable",
        ErrorContextNew { .. } => "error-context.new",
        ErrorContextDebugMessage { .. } => "error-context.debug-message",
        ErrorContextDrop => "error-context.drop",
        WaitableSetNew => "waitable-set.new",
        WaitableSetWait { .. } => "waitable-set.wait",
        WaitableSetPoll { .. } => "waitable-set.poll",
        WaitableSetDrop => "waitable-set.drop",
        WaitableJoin => "waitable.join",
        ThreadIndex => "thread.index",
        ThreadNewIndirect { .. } => "thread.new-indirect",
        ThreadResumeLater => "thread.resume-later",
        ThreadSuspend => "thread.suspend",
        ThreadYield => "thread.yield",
        ThreadSuspendThenResume => "thread.suspend-then-resume",
        ThreadYieldThenResume => "thread.yield-then-resume",
        ThreadSuspendThenPromote => "thread.suspend-then-promote",
        ThreadYieldThenPromote => "thread.yield-then-promote",
    }
}
