//! The exceptions that a store holds.
//!
//! An exception that is caught without a reference ends there. Others may still be referred to from
//! anywhere on the native stack. So they all end together when the host's call of the guest ends.
//! Where references can be kept in tables, in globals or by the host, they end with the store.

use crate::error::limits::{LimitExceeded, Limits};
use cantilever_abi::block::exception::PAYLOAD_SLOT;
use cantilever_abi::block::{Exception, GlobalSlot};
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr::NonNull;

/// What an exception takes beside its payload and header, in bytes: its place in the map, and the
/// allocator's part.
const OVERHEAD: u64 = 48;

/// Room for more exceptions than this is given back when there are none.
const KEPT: usize = 1 << 10;

/// The exceptions of a store.
#[derive(Debug, Default)]
pub(crate) struct Exceptions {
    /// By address. The header takes as much room as whole slots.
    live: HashMap<usize, Box<[GlobalSlot]>>,
    /// Bytes of all of them.
    bytes: u64,
    /// Can references outlive the host's call of the guest?
    kept: bool,
}

impl Exceptions {
    /// Makes an exception whose payload is zero, unless the limit forbids it.
    pub(crate) fn add(
        &mut self,
        tag: *const c_void,
        values: u64,
        limits: &Limits,
    ) -> Result<NonNull<Exception>, LimitExceeded> {
        let size = values.saturating_mul(PAYLOAD_SLOT as u64).saturating_add(size_of::<Exception>() as u64);
        let bytes = self.bytes.saturating_add(size.saturating_add(OVERHEAD));
        limits.check_exceptions(bytes)?;
        self.bytes = bytes;
        const { assert!(size_of::<GlobalSlot>() == PAYLOAD_SLOT && align_of::<GlobalSlot>() == align_of::<Exception>()) };
        let mut slots = vec![GlobalSlot([0; PAYLOAD_SLOT]); size as usize / PAYLOAD_SLOT].into_boxed_slice();
        let exception = NonNull::from(&mut *slots).cast::<Exception>();
        // SAFETY: the allocation is at least as long as the header and aligned as it.
        unsafe { exception.write(Exception { tag, referenced: 0, reserved: 0 }) };
        self.live.insert(exception.addr().get(), slots);
        Ok(exception)
    }

    /// Does an exception of this address live?
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.live.contains_key(&address)
    }

    /// Ends an exception.
    pub(crate) fn remove(&mut self, address: usize) {
        if let Some(slots) = self.live.remove(&address) {
            self.bytes -= (slots.len() * PAYLOAD_SLOT) as u64 + OVERHEAD;
        }
    }

    /// From now on references may outlive the host's call of the guest.
    pub(crate) fn keep(&mut self) {
        self.kept = true;
    }

    /// Is there anything for [`Exceptions::end_call`] to do?
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The host's outermost call of a guest has ended.
    #[cold]
    pub(crate) fn end_call(&mut self) {
        if !self.kept {
            self.live.clear();
            self.bytes = 0;
            // One call that threw many must not leave the room for them behind.
            self.live.shrink_to(KEPT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_counted() {
        let (mut exceptions, mut limits) = (Exceptions::default(), Limits::default());
        limits.exception_bytes = 64 + 2 * OVERHEAD;
        let add = |exceptions: &mut Exceptions, values| exceptions.add(std::ptr::dangling(), values, &limits);
        let first = add(&mut exceptions, 1).unwrap().addr().get();
        assert!(exceptions.contains(first) && first.is_multiple_of(PAYLOAD_SLOT));
        assert!(add(&mut exceptions, 1).is_ok());
        assert_eq!(add(&mut exceptions, 0).unwrap_err().needed, 80 + 3 * OVERHEAD);
        assert_eq!(add(&mut exceptions, u64::MAX).unwrap_err().needed, u64::MAX);
        exceptions.remove(first);
        exceptions.remove(first);
        assert!(!exceptions.contains(first));
        assert!(add(&mut exceptions, 1).is_ok());
        exceptions.end_call();
        assert!(exceptions.is_empty());
        exceptions.keep();
        assert!(add(&mut exceptions, 3).is_ok());
        exceptions.end_call();
        assert!(!exceptions.is_empty());
    }

    #[test]
    fn room_for_many_exceptions_is_given_back() {
        let (mut exceptions, limits) = (Exceptions::default(), Limits::default());
        for _ in 0..100_000 {
            exceptions.add(std::ptr::dangling(), 0, &limits).unwrap();
        }
        exceptions.end_call();
        assert!(exceptions.live.capacity() < 4 * KEPT);
    }
}
