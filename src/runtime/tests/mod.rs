//! The whole runtime, with hand-made guests.

mod calls;
mod elf;
mod guest;
mod handles;
mod modules;
mod reuse;
