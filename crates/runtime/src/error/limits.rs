//! What the instances of a store may use, and the error of whatever would be more.

use cantilever_abi::block::TrapKind;

/// What the instances of a store may use.
///
/// ```
/// # use cantilever_runtime::{Engine, Limits, Store};
/// # let mut store = Store::new(&Engine::default(), ());
/// store.set_limits(Limits::new().memory_bytes(64 << 20).handles(1_000));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// The greatest size of a linear memory, in bytes. 4 GiB, which is all that a memory with
    /// 32-bit addresses can have, unless it is set. Memories with 64-bit addresses may be given
    /// more.
    pub memory_bytes: u64,
    /// The greatest number of elements of a table.
    pub table_elements: u64,
    /// The greatest number of instances.
    pub instances: usize,
    /// The greatest size of all exceptions that core code has thrown and that may still be referred
    /// to, in bytes.
    pub exception_bytes: u64,
    /// The most that the host spends at one time on what guests give to it, in bytes; 128 MiB
    /// unless it is set. It counts the Rust values that are made of a function's result or of a
    /// host function's parameters, and what adapters allocate on the way: strings from other
    /// encodings than UTF-8 in the greatest size that they can have, lists whose elements change
    /// their layout, and results of asynchronous tasks.
    ///
    /// What a call needs is free again when its values have been handed over: those of a host
    /// function when it returns, a result when the host has it. Calls that nest share the limit, so
    /// depth does not multiply it. Views of strings and of lists of numbers count nothing, since
    /// they copy nothing; neither does what the host gives.
    pub lifted_bytes: u64,
    /// The greatest number of handles that a component instance has at one time; also how many the
    /// host has of one root. A guest that would make another traps with
    /// [`TrapKind::HandleTableFull`]. Unlimited unless it is set.
    /// [`Config::handle_quota`](crate::Config::handle_quota) holds beside it. A table that has
    /// grown above a new limit keeps the room that it has.
    pub handles: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory_bytes: cantilever_abi::block::memory::RESERVATION,
            table_elements: 10_000_000,
            instances: usize::MAX,
            exception_bytes: 64 << 20,
            lifted_bytes: 128 << 20,
            handles: u32::MAX,
        }
    }
}

/// The same limits but for one.
macro_rules! setters {
    ($($field:ident: $ty:ty),* $(,)?) => {
        impl Limits {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $ty) -> Self {
                    self.$field = $field;
                    self
                }
            )*
        }
    };
}

setters! {
    memory_bytes: u64,
    table_elements: u64,
    instances: usize,
    exception_bytes: u64,
    lifted_bytes: u64,
    handles: u32,
}

/// A limit that something would have exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`Limits::{field}` is {value} {unit}, and {needed} would be needed")]
#[non_exhaustive]
pub struct LimitExceeded {
    /// The field of [`Limits`].
    pub field: &'static str,
    /// What the limit counts, in the plural.
    pub unit: &'static str,
    /// What the limit allows.
    pub value: u64,
    /// What would have been needed, together with what is in use already.
    pub needed: u64,
}

impl Limits {
    /// The limits of a new store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Is a linear memory of so many bytes allowed?
    pub(crate) fn check_memory(&self, needed: u64) -> Result<(), LimitExceeded> {
        check("memory_bytes", "bytes", self.memory_bytes, needed)
    }

    /// Is a table of so many elements allowed?
    pub(crate) fn check_table(&self, needed: u64) -> Result<(), LimitExceeded> {
        check("table_elements", "elements", self.table_elements, needed)
    }

    /// Are so many instances allowed?
    pub(crate) fn check_instances(&self, needed: usize) -> Result<(), LimitExceeded> {
        check("instances", "instances", self.instances as u64, needed as u64)
    }

    /// Are exceptions of so many bytes together allowed?
    pub(crate) fn check_exceptions(&self, needed: u64) -> Result<(), LimitExceeded> {
        check("exception_bytes", "bytes", self.exception_bytes, needed)
    }

    /// May so many bytes be spent on what guests give?
    pub(crate) fn check_lifted(&self, needed: u64) -> Result<(), LimitExceeded> {
        check("lifted_bytes", "bytes", self.lifted_bytes, needed)
    }
}

#[inline]
fn check(field: &'static str, unit: &'static str, value: u64, needed: u64) -> Result<(), LimitExceeded> {
    if needed <= value { Ok(()) } else { Err(LimitExceeded { field, unit, value, needed }) }
}

/// What a trap means if the runtime refused something for the sake of a limit just before it, and
/// the end of its message, which names the limit.
#[cold]
pub(crate) fn explain(kind: TrapKind, exceeded: Option<LimitExceeded>) -> (TrapKind, String) {
    match (kind, exceeded) {
        (TrapKind::HostAllocFailed, Some(exceeded)) => (TrapKind::LiftedBytesExceeded, format!(": {exceeded}")),
        (TrapKind::ExceptionsExhausted, Some(exceeded)) => (kind, format!(": {exceeded}")),
        _ => (kind, String::new()),
    }
}
