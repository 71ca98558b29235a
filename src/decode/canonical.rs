//! Canonical functions: wasmparser's form to ours.

use super::component::{Canon, Options};
use crate::model::{CoreTypeId, Encoding};
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
        (other, Some(ty)) => Canon::Unsupported { name: name(other), ty },
        (other, None) => unreachable!("{} defines a core function", name(other)),
    }
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
            CanonicalOption::Async => read.unsupported = Some("async"),
            CanonicalOption::Callback(_) => read.unsupported = Some("callback"),
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
