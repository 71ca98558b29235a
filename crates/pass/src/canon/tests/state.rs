//! The state of a peer in the oracle's account: its handle table as the specification defines it,
//! and its allocator.

use super::oracle::Outcome;
use cantilever_abi::ResourceId;
use cantilever_abi::block::TrapKind;

/// An entry of a handle table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle {
    pub resource: ResourceId,
    pub rep: u32,
    pub own: bool,
    pub lends: u32,
}

/// A handle table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub array: Vec<Option<Handle>>,
    pub free: Vec<u32>,
}

impl Table {
    pub fn get(&mut self, i: u32, resource: ResourceId) -> Outcome<&mut Handle> {
        let handle = self.array.get_mut(i as usize).and_then(Option::as_mut).ok_or(TrapKind::UnknownHandle)?;
        if handle.resource == resource { Ok(handle) } else { Err(TrapKind::WrongHandleType) }
    }

    pub fn add(&mut self, handle: Handle) -> u32 {
        let i = self.free.pop().unwrap_or(self.array.len() as u32);
        self.array.resize(self.array.len().max(i as usize + 1), None);
        self.array[i as usize] = Some(handle);
        i
    }
}

/// What `realloc` will do: it is deterministic, so that it can be foretold.
#[derive(Debug, Clone, Default)]
pub struct Allocator {
    /// The next free address.
    pub next: u64,
    /// Gives this pointer at the call after so many calls.
    pub odd: Option<(usize, u64)>,
    /// Its calls: old address, old size, alignment, new size.
    pub calls: Vec<[u64; 4]>,
}

impl Allocator {
    /// The pointer for a call.
    pub fn call(&mut self, args: [u64; 4]) -> u64 {
        let count = self.calls.len();
        self.calls.push(args);
        match self.odd {
            Some((at, pointer)) if at == count => pointer,
            _ => {
                let start = self.next.next_multiple_of(args[2].max(1));
                self.next = start + args[3];
                start
            }
        }
    }
}
