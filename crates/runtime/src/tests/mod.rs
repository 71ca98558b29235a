//! The whole runtime, with hand-made guests, and with hostile ones.

mod calls;
mod compiled;
mod elf;
mod engines;
mod exits;
#[cfg(target_os = "linux")]
mod faults;
mod guest;
mod handle_limits;
mod handles;
mod hostile;
mod interruption;
mod lifted;
mod linking;
mod modules;
mod reuse;
mod threads;
