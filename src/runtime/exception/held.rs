//! The exceptions that a store holds.
//!
//! An exception that is caught without a reference ends there. Others may still be referred to from anywhere on the
//! native stack, so they all end together when the host's call of the guest ends; or, where references can be kept in
//! tables, in globals or by the host, with the store.

use crate::block::exception::PAYLOAD_SLOT;
use crate::block::{Exception, GlobalSlot};
use std::collections::HashMap;
use std::ffi::c_void;

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
    /// Makes an exception whose payload is zero, or null when `limit` bytes do not suffice.
    pub(crate) fn add(&mut self, tag: *const c_void, values: u64, limit: u64) -> *mut Exception {
        let size = values.saturating_mul(PAYLOAD_SLOT as u64).saturating_add(size_of::<Exception>() as u64);
        match self.bytes.checked_add(size) {
            Some(bytes) if bytes <= limit => self.bytes = bytes,
            _ => return std::ptr::null_mut(),
        }
        const { assert!(size_of::<GlobalSlot>() == PAYLOAD_SLOT && align_of::<GlobalSlot>() == align_of::<Exception>()) };
        let mut slots = vec![GlobalSlot([0; PAYLOAD_SLOT]); size as usize / PAYLOAD_SLOT].into_boxed_slice();
        let exception = slots.as_mut_ptr().cast::<Exception>();
        // SAFETY: the allocation is at least as long as the header and aligned as it.
        unsafe { exception.write(Exception { tag, referenced: 0, reserved: 0 }) };
        self.live.insert(exception as usize, slots);
        exception
    }

    /// Does an exception of this address live?
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.live.contains_key(&address)
    }

    /// Ends an exception.
    pub(crate) fn remove(&mut self, address: usize) {
        if let Some(slots) = self.live.remove(&address) {
            self.bytes -= (slots.len() * PAYLOAD_SLOT) as u64;
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_counted() {
        let mut exceptions = Exceptions::default();
        let tag = std::ptr::dangling();
        let first = exceptions.add(tag, 1, 64) as usize;
        assert!(exceptions.contains(first) && first % PAYLOAD_SLOT == 0);
        assert!(!exceptions.add(tag, 1, 64).is_null());
        assert!(exceptions.add(tag, 0, 64).is_null());
        assert!(exceptions.add(tag, u64::MAX, 64).is_null());
        exceptions.remove(first);
        exceptions.remove(first);
        assert!(!exceptions.contains(first));
        assert!(!exceptions.add(tag, 1, 64).is_null());
        exceptions.end_call();
        assert!(exceptions.is_empty());
        exceptions.keep();
        assert!(!exceptions.add(tag, 3, 64).is_null());
        exceptions.end_call();
        assert!(!exceptions.is_empty());
    }
}
