//! The whole runtime, with hand-made guests, and with hostile ones.

mod calls;
mod elf;
mod guest;
mod handles;
mod hostile;
mod lifted;
mod modules;
mod reuse;
