//! Which hardware faults are a guest's, and how they return to where its entry trampoline lands.
//!
//! A memory fault counts in the guard of a memory of the store, at the null page for the fields of
//! a function, and in the guard of the stack. All of this runs in the signal handler: it allocates
//! nothing and takes no lock.

use crate::memory::linear_memory::LinearMemory;
use crate::stack::activation::Hit;
use crate::stack::registry::{Found, call_sites, find};
use crate::stack::thread::with_thread;
use crate::store::record::InstanceRecord;
use crate::store::state::StoreState;
use crate::sys::fault::Fault;
use crate::sys::registers::Registers;
use cantilever_abi::block::{Header, TrapKind};

/// A field of null is below this address, and nothing is ever mapped there.
const NULL_PAGE: usize = 4096;

/// Makes a fault of a guest return to the landing, and says whether it was one.
///
/// # Safety
///
/// The registers must be those of this thread at the fault.
pub(super) unsafe fn lands(fault: Fault, registers: &mut Registers) -> bool {
    with_thread(|thread| {
        // SAFETY: an activation lies in a frame of this thread that is waiting for the trampoline.
        let Some(activation) = (unsafe { thread.activation.get().as_ref() }) else { return false };
        let (pc, sp) = (registers.program_counter(), registers.stack_pointer());
        let exhausted = matches!(fault, Fault::Access(address) if thread.is_stack_guard(address, sp));
        let kind = match find(pc) {
            // SAFETY: compiled code was interrupted, which the activation's trampoline has called.
            Some(Found::TrapSite(kind)) if unsafe { is_trap(fault, kind, activation.block()) } => kind,
            Some(_) if exhausted => TrapKind::StackOverflow as u8,
            _ => return false,
        };
        // Without a landing the trampoline itself was interrupted, which is no guest's fault.
        let Some(landing) = activation.landing() else { return false };
        // SAFETY: between the fault and the entry trampoline there is only compiled code.
        unsafe {
            let (frame, stack) = (registers.frame_pointer(), sp..landing.fp);
            let uncaught = kind == TrapKind::UncaughtException as u8;
            call_sites(|site| thread.trace.record((pc, uncaught), frame, stack, &|address| site(address).is_some()));
            activation.record(Hit { kind });
            registers.land(landing);
        }
        true
    })
}

/// Is this fault, at a trap site of this kind, what the site is there for? If not, the compiler
/// or the runtime has made a mistake.
///
/// # Safety
///
/// `block` must be that of the thread's innermost activation, and compiled code must have been
/// interrupted.
unsafe fn is_trap(fault: Fault, kind: u8, block: *const Header) -> bool {
    match fault {
        Fault::Instruction => true,
        // SAFETY: passed on.
        Fault::Access(address) if kind == TrapKind::MemoryOutOfBounds as u8 => unsafe { is_guard(block, address) },
        // Null in place of a function is found when its fields are read.
        Fault::Access(address) => address < NULL_PAGE,
    }
}

/// Is an address in the part of a memory, of the store that this block belongs to, which no access
/// of a guest reaches?
///
/// # Safety
///
/// As [`is_trap`].
unsafe fn is_guard(block: *const Header, address: usize) -> bool {
    // SAFETY: the header of a live block leads to its store and its record, which outlive it.
    // Nobody is changing them: whoever entered compiled code waits for it, with exclusive access to
    // the store.
    let (store, record) =
        unsafe { (&*(*block).store.cast::<StoreState>(), &*(*block).instance.cast::<InstanceRecord>()) };
    // Modules call one another, and use memories of one another and of the host.
    record.block.is_guard(address)
        || store.instances.iter().any(|other| other.block.is_guard(address))
        || store.host_items.iter().filter_map(|item| item.downcast_ref::<LinearMemory>()).any(|m| m.is_guard(address))
}
