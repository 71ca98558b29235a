//! Everything that asks the operating system or the process: address space, files in memory,
//! events, signals, stacks, the unwinder, the profiler.
//!
//! It must not know what any of it is for: neither guests nor stores.

pub(crate) mod address_space;
pub(crate) mod event;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) mod fault;
pub(crate) mod memory_file;
pub(crate) mod native_stack;
pub(crate) mod profiler;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) mod registers;
pub(crate) mod signal_stack;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) mod signals;
pub(crate) mod unwinder;
