//! From the stack of a trap, and the stacks of the guests below, to the frames of a backtrace.

use crate::error::frame::{Backtrace, Frame};
use crate::stack::activation::Hit;
use crate::stack::registry::is_code;
use crate::stack::thread::with_thread;
use crate::stack::trace::{MAX_FRAMES, Taken};
use crate::store::record::InstanceRecord;
use crate::store::state::StoreState;
use crate::sys::unwinder::compiled_callers;

/// The frames of a trap: those that the signal handler saw, and those of the guests below, which
/// wait for a host function that entered this one.
pub(crate) fn backtrace(store: &StoreState, record: &InstanceRecord, hit: Hit) -> Backtrace {
    let (trace, nested) = with_thread(|thread| (thread.trace.take(), !thread.activation.get().is_null()));
    let Taken { addresses, thrown, mut cut } = if hit.kind == 0 { Taken::default() } else { trace };
    let mut frames = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        append_frames(store, record, *address, thrown || index > 0, &mut frames);
    }
    if nested && !cut {
        let (callers, more) = compiled_callers(MAX_FRAMES - addresses.len(), is_code);
        for address in callers {
            append_frames(store, record, address, true, &mut frames);
        }
        cut = more;
    }
    Backtrace { frames, cut }
}

/// Appends the frames of an address: in the code of this instance, or of another one of its store.
fn append_frames(store: &StoreState, record: &InstanceRecord, address: usize, returns: bool, frames: &mut Vec<Frame>) {
    let images = std::iter::once(&record.image).chain(store.instances.iter().map(|other| &other.image));
    // A call may be the last instruction of its code.
    let inside = address - usize::from(returns);
    if let Some(image) = images.into_iter().find(|image| image.code.addresses().contains(&inside)) {
        image.frames(address, returns, frames);
    }
}
