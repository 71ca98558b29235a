//! From Rust into compiled code and back: the activation, and what a landing means.

use super::backtrace::backtrace;
use crate::error::frame::Backtrace;
use crate::error::host_error::Interrupted;
use crate::error::limits::explain;
use crate::error::message::describe;
use crate::error::trap::Trap;
use crate::error::{Error, Result};
use crate::stack::activation::{Activation, Hit};
use crate::stack::thread::{this_thread, with_thread};
use crate::store::record::InstanceRecord;
use crate::store::state::{Failure, StoreState};
use cantilever_abi::block::{Header, Landing, RETURNED, TrapKind, ValueSlot};
use std::ffi::c_void;

/// The entry trampoline of a lifted function, `FuncKey::Entry`.
pub(crate) type Entry =
    unsafe extern "C" fn(block: *mut Header, params: *const u8, results: *mut u8, landing: *mut Landing) -> u32;

/// The entry trampoline for core functions of a type, `FuncKey::CoreEntry`.
pub(crate) type CoreEntry = unsafe extern "C" fn(
    block: *mut Header,
    code: *const u8,
    vmctx: *mut c_void,
    values: *mut ValueSlot,
    landing: *mut Landing,
) -> u32;

/// Enters compiled code by `call`, which gets the block and a place for the landing, and returns
/// the trampoline's status.
///
/// # Safety
///
/// `store` must be the state of the store that owns `record`, to which nobody else has a reference.
/// `call` must call an entry trampoline of the record's image with arguments that it accepts.
#[inline(always)]
pub(crate) unsafe fn enter(
    store: *mut StoreState,
    record: &InstanceRecord,
    call: impl FnOnce(*mut Header, *mut Landing) -> u32,
) -> Result<()> {
    let block = record.block.header();
    // SAFETY: this function stays on its thread.
    let thread = unsafe { &*this_thread() };
    // SAFETY: the block lives as long as its record; the store's state is not referred to by
    // anybody else now.
    unsafe {
        if (*block).poisoned != 0 {
            return Err(poisoned());
        }
    }
    let activation = Activation::new(block, thread);
    let sp = stack_pointer(&activation);
    // SAFETY: as above.
    unsafe {
        if !(*store).stack.admits(thread, sp) {
            admit(&mut *store, record, &activation, sp)?;
        }
    }
    let status = activation.run(thread, |landing| call(block, landing));
    // SAFETY: as above; compiled code has been left.
    unsafe {
        if !(*store).exceptions.is_empty() && thread.activation.get().is_null() {
            (*store).exceptions.end_call();
        }
    }
    match status {
        RETURNED => Ok(()),
        // SAFETY: as above; compiled code has been left.
        _ => Err(unsafe { landed(&mut *store, record, &activation) }),
    }
}

/// Finds out how deep guests may go that are entered with this stack pointer. Where there is no
/// stack left for them at all, that is the overflow which the first of them would have met.
#[cold]
#[inline(never)]
fn admit(store: &mut StoreState, record: &InstanceRecord, activation: &Activation, sp: usize) -> Result<()> {
    let budget = store.engine.stack_budget();
    match with_thread(|thread| thread.admit(sp, &budget, &store.stack))? {
        Some(limit) => {
            store.hold(limit);
            Ok(())
        }
        None => {
            activation.refuse(Hit { kind: TrapKind::StackOverflow as u8 });
            Err(landed(store, record, activation))
        }
    }
}

#[cold]
fn poisoned() -> Error {
    Box::new(Trap::poisoned()).into()
}

/// The stack pointer of the function that this is inlined into, in whose frame the activation lies.
#[inline(always)]
fn stack_pointer(activation: &Activation) -> usize {
    let frame = std::ptr::from_ref(activation);
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    {
        let sp: usize;
        // That the frame is an operand makes this come after the prologue.
        // SAFETY: copies a register.
        unsafe {
            #[cfg(target_arch = "x86_64")]
            std::arch::asm!("mov {}, rsp /* {} */", out(reg) sp, in(reg) frame, options(readonly, nostack, preserves_flags));
            #[cfg(target_arch = "aarch64")]
            std::arch::asm!("mov {}, sp // {}", out(reg) sp, in(reg) frame, options(readonly, nostack, preserves_flags));
        }
        sp
    }
    // On other hosts objects are not loaded, so nothing is entered.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        frame as usize
    }
}

/// Calls a core function through its entry trampoline. Parameters are in `values`, which receives
/// the results.
///
/// # Safety
///
/// As [`enter`]. `entry` must be the trampoline for the function's type. `code` and `vmctx` must
/// come from a live `FuncDef`, or be a function of the image with a context of its block. `values`
/// must fit the type.
pub(crate) unsafe fn enter_core(
    store: *mut StoreState,
    record: &InstanceRecord,
    entry: *const u8,
    (code, vmctx): (*const u8, *mut c_void),
    values: &mut [ValueSlot],
) -> Result<()> {
    // SAFETY: the caller vouches for the trampoline.
    let entry: CoreEntry = unsafe { std::mem::transmute(entry) };
    // SAFETY: the caller vouches for the arguments.
    unsafe { enter(store, record, |block, landing| entry(block, code, vmctx, values.as_mut_ptr(), landing)) }
}

/// Finds out why the entry trampoline returned by its exceptional way. A host's panic goes on from
/// here.
#[cold]
fn landed(store: &mut StoreState, record: &InstanceRecord, activation: &Activation) -> Error {
    let block = record.block.header();
    // SAFETY: the block lives as long as its record, and compiled code has been left.
    let mut values = unsafe {
        // A core module's instance stays usable, as the core specification says.
        (*block).poisoned |= u32::from(!record.image.artifact.is_module);
        (*block).trap_values
    };
    record.block.forget_tasks();
    let hit = activation.hit();
    // A return without a hit is the trampoline's own: an exception that nobody caught.
    let kind = match TrapKind::from_code(hit.kind).unwrap_or(TrapKind::UncaughtException) {
        // A prologue only knows that the stack pointer is below the limit.
        TrapKind::StackOverflow if store.contexts.interrupted() => TrapKind::Interrupted,
        kind => kind,
    };
    match (kind, store.failure.take()) {
        (TrapKind::HostError, Some(failure)) => return failure.into_error(|| backtrace(store, record, hit)),
        (_, stale) => drop(stale),
    }
    let (kind, about_limit) = explain(kind, store.exceeded.take());
    let about_handle = record.explain_handle(kind, &values);
    if kind == TrapKind::BorrowsRemain {
        let [_, instance, scope, _] = values.map(|value| value as u32);
        values[1] = first_borrow(record, instance, scope).unwrap_or(0).into();
    }
    let function = |key| record.image.artifact.name(key);
    let message =
        describe(kind, &values, |identity| record.image.resource(identity), function) + &about_handle + &about_limit;
    Box::new(Trap::new(kind, message, backtrace(store, record, hit))).into()
}

/// The tag of the first borrow handle of a scope in the table of a component instance.
fn first_borrow(record: &InstanceRecord, instance: u32, scope: u32) -> Option<u32> {
    record.block.borrows(instance, scope).next().map(|(_, entry)| entry.tag)
}

impl Failure {
    /// The outcome of a host function that the host called itself and that returned a failure.
    pub(crate) fn outside_guests(failure: Option<Failure>) -> Result<()> {
        match failure {
            // No guest waits for the function, so nothing must be kept from going on.
            Some(Failure::Poisoned) => Ok(()),
            Some(failure) => Err(failure.into_error(Backtrace::default)),
            None => Err(Error::from_host(TrapKind::HostError.message().into(), Backtrace::default)),
        }
    }

    /// The error for the caller of the guest, where the guest was when the host function failed. A
    /// panic does not return.
    pub(crate) fn into_error(self, backtrace: impl FnOnce() -> Backtrace) -> Error {
        match self {
            Failure::Error(error) if error.is::<Interrupted>() => {
                let kind = TrapKind::Interrupted;
                Box::new(Trap::new(kind, kind.message().to_owned(), backtrace())).into()
            }
            Failure::Error(error) => Error::from_host(error, backtrace),
            Failure::Panic(payload) => std::panic::resume_unwind(payload),
            Failure::Poisoned => Box::new(Trap::cannot_go_on(backtrace())).into(),
        }
    }
}
