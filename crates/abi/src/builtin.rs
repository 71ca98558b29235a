//! Canonical built-ins: what each refers to, its name, and its core signature.
//!
//! This is the one definition for every stage. A built-in does not know whose it is: the component
//! instance stands beside it. Nothing here knows what a built-in does.

use super::flatten::{FlatType, flatten_many, pointer};
use super::options::{CanonOptions, MapRefs, Placed, Refs};
use super::types::{CoreTypeId, Types};
use alloc::vec;
use alloc::vec::Vec;

/// A word of the storage that each thread has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StorageSlot {
    /// Its index, below [`CONTEXT_LENGTH`](crate::block::CONTEXT_LENGTH).
    pub index: u32,
    /// The type with which it is read or written: `i32` or `i64`.
    pub ty: FlatType,
}

/// A canonical built-in. All have core signatures fixed by the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Builtin<R: Refs = Placed> {
    /// `canon resource.new`
    ResourceNew(R::Resource),
    /// `canon resource.rep`
    ResourceRep(R::Resource),
    /// `canon resource.drop`
    ResourceDrop(R::Resource),
    /// `canon task.return`
    TaskReturn {
        /// The type of the result.
        result: Option<R::Value>,
        /// The options of lifting it.
        options: CanonOptions<R>,
    },
    /// `canon context.get`
    ContextGet(StorageSlot),
    /// `canon context.set`
    ContextSet(StorageSlot),
    /// `canon backpressure.inc`
    BackpressureInc,
    /// `canon backpressure.dec`
    BackpressureDec,
    /// `canon error-context.new`, with the width of its parameters. The message is not kept, so no
    /// memory is read.
    ErrorContextNew(R::Width),
    /// `canon error-context.debug-message`, with the options of lowering the message.
    ErrorContextDebugMessage(CanonOptions<R>),
    /// `canon error-context.drop`
    ErrorContextDrop,
    /// A built-in that links, and traps when it is called.
    Unsupported {
        /// Which.
        builtin: UnsupportedBuiltin,
        /// Its core type.
        ty: CoreTypeId,
    },
}

/// What a built-in is about, as messages and symbols show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<R: Refs> {
    /// A resource type.
    Resource(R::Resource),
    /// A word of a thread's storage, by index.
    Slot(u32),
}

/// The core signature of a built-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuiltinSignature {
    /// Parameters and results.
    Flat(Vec<FlatType>, Vec<FlatType>),
    /// Of a built-in that is not supported: as the validator has it.
    Declared(CoreTypeId),
}

impl<R: Refs> Builtin<R> {
    /// The name in the text format.
    pub const fn name(&self) -> &'static str {
        match self {
            Builtin::ResourceNew(_) => "resource.new",
            Builtin::ResourceRep(_) => "resource.rep",
            Builtin::ResourceDrop(_) => "resource.drop",
            Builtin::TaskReturn { .. } => "task.return",
            Builtin::ContextGet(_) => "context.get",
            Builtin::ContextSet(_) => "context.set",
            Builtin::BackpressureInc => "backpressure.inc",
            Builtin::BackpressureDec => "backpressure.dec",
            Builtin::ErrorContextNew(_) => "error-context.new",
            Builtin::ErrorContextDebugMessage(_) => "error-context.debug-message",
            Builtin::ErrorContextDrop => "error-context.drop",
            Builtin::Unsupported { builtin, .. } => builtin.name(),
        }
    }

    /// What it is about, if it is one of several.
    pub const fn subject(&self) -> Option<Subject<R>> {
        match *self {
            Builtin::ResourceNew(resource) | Builtin::ResourceRep(resource) | Builtin::ResourceDrop(resource) => {
                Some(Subject::Resource(resource))
            }
            Builtin::ContextGet(slot) | Builtin::ContextSet(slot) => Some(Subject::Slot(slot.index)),
            _ => None,
        }
    }

    /// Its canonical options.
    pub const fn options(&self) -> Option<&CanonOptions<R>> {
        match self {
            Builtin::TaskReturn { options, .. } | Builtin::ErrorContextDebugMessage(options) => Some(options),
            _ => None,
        }
    }

    /// Does it ask for the task of its instance, so that tasks must be kept there?
    pub const fn asks_for_task(&self) -> bool {
        matches!(
            self,
            Builtin::TaskReturn { .. }
                | Builtin::ContextGet(_)
                | Builtin::ContextSet(_)
                | Builtin::BackpressureInc
                | Builtin::BackpressureDec
        )
    }

    /// The same at a later stage.
    pub fn map<M: MapRefs<From = R>>(&self, refs: &M) -> Builtin<M::To> {
        match *self {
            Builtin::ResourceNew(resource) => Builtin::ResourceNew(refs.resource(resource)),
            Builtin::ResourceRep(resource) => Builtin::ResourceRep(refs.resource(resource)),
            Builtin::ResourceDrop(resource) => Builtin::ResourceDrop(refs.resource(resource)),
            Builtin::TaskReturn { result, ref options } => {
                Builtin::TaskReturn { result: result.map(|ty| refs.value(ty)), options: options.map(refs) }
            }
            Builtin::ContextGet(slot) => Builtin::ContextGet(slot),
            Builtin::ContextSet(slot) => Builtin::ContextSet(slot),
            Builtin::BackpressureInc => Builtin::BackpressureInc,
            Builtin::BackpressureDec => Builtin::BackpressureDec,
            Builtin::ErrorContextNew(width) => Builtin::ErrorContextNew(refs.width(width)),
            Builtin::ErrorContextDebugMessage(ref options) => Builtin::ErrorContextDebugMessage(options.map(refs)),
            Builtin::ErrorContextDrop => Builtin::ErrorContextDrop,
            Builtin::Unsupported { builtin, ty } => Builtin::Unsupported { builtin, ty },
        }
    }
}

impl Builtin {
    /// The core signature.
    pub fn signature(&self, types: &Types) -> BuiltinSignature {
        const I32: FlatType = FlatType::I32;
        let (params, results) = match self {
            Builtin::ResourceNew(_) | Builtin::ResourceRep(_) => (vec![I32], vec![I32]),
            Builtin::ResourceDrop(_) | Builtin::ErrorContextDrop => (vec![I32], vec![]),
            Builtin::TaskReturn { result, options } => {
                let flat = flatten_many(types, result.iter().copied(), options.width());
                (flat.unwrap_or_else(|| vec![pointer(options.width())]), vec![])
            }
            Builtin::ContextGet(slot) => (vec![], vec![slot.ty]),
            Builtin::ContextSet(slot) => (vec![slot.ty], vec![]),
            Builtin::BackpressureInc | Builtin::BackpressureDec => (vec![], vec![]),
            Builtin::ErrorContextNew(width) => (vec![pointer(*width); 2], vec![I32]),
            Builtin::ErrorContextDebugMessage(options) => (vec![I32, pointer(options.width())], vec![]),
            Builtin::Unsupported { ty, .. } => return BuiltinSignature::Declared(*ty),
        };
        BuiltinSignature::Flat(params, results)
    }
}

/// Makes the enumeration and its names from one list.
macro_rules! unsupported_builtins {
    ($( $variant:ident = $name:literal; )*) => {
        /// A built-in of the specification that links and is not supported at run time yet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum UnsupportedBuiltin { $( $variant, )* }

        impl UnsupportedBuiltin {
            /// The name in the text format.
            pub const fn name(self) -> &'static str {
                match self { $( UnsupportedBuiltin::$variant => $name, )* }
            }
        }
    };
}

unsupported_builtins! {
    TaskCancel = "task.cancel";
    SubtaskDrop = "subtask.drop";
    SubtaskCancel = "subtask.cancel";
    StreamNew = "stream.new";
    StreamRead = "stream.read";
    StreamWrite = "stream.write";
    StreamForward = "stream.forward";
    StreamCancelRead = "stream.cancel-read";
    StreamCancelWrite = "stream.cancel-write";
    StreamDropReadable = "stream.drop-readable";
    StreamDropWritable = "stream.drop-writable";
    FutureNew = "future.new";
    FutureRead = "future.read";
    FutureWrite = "future.write";
    FutureForward = "future.forward";
    FutureCancelRead = "future.cancel-read";
    FutureCancelWrite = "future.cancel-write";
    FutureDropReadable = "future.drop-readable";
    FutureDropWritable = "future.drop-writable";
    WaitableSetNew = "waitable-set.new";
    WaitableSetWait = "waitable-set.wait";
    WaitableSetPoll = "waitable-set.poll";
    WaitableSetDrop = "waitable-set.drop";
    WaitableJoin = "waitable.join";
    ThreadSpawnRef = "thread.spawn-ref";
    ThreadSpawnIndirect = "thread.spawn-indirect";
    ThreadAvailableParallelism = "thread.available-parallelism";
    ThreadIndex = "thread.index";
    ThreadNewIndirect = "thread.new-indirect";
    ThreadResumeLater = "thread.resume-later";
    ThreadSuspend = "thread.suspend";
    ThreadYield = "thread.yield";
    ThreadSuspendThenResume = "thread.suspend-then-resume";
    ThreadYieldThenResume = "thread.yield-then-resume";
    ThreadSuspendThenPromote = "thread.suspend-then-promote";
    ThreadYieldThenPromote = "thread.yield-then-promote";
}
