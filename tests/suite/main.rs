//! The tests of the whole: one binary, so that the library is linked once. A module for each
//! subject.
//!
//! ```text
//! cargo test --release --test suite typed::
//! ```
//!
//! Tests share the process. One that changes what belongs to all of it (signal handlers, variables)
//! runs itself in a child, as those of `signals` do.

mod architecture;
mod backtraces;
mod conformance;
mod core_code;
mod core_inlining;
mod core_spec;
mod damaged_objects;
mod debug_lines;
mod differential;
mod dissolved;
mod examples;
mod exceptions;
mod expansion;
mod files;
mod filetests;
mod generated;
mod handle_debugging;
mod inline_code;
mod isolation;
mod kv;
mod large_types;
mod limits;
mod lockdown;
mod robustness;
mod scale;
mod signals;
mod stacks;
mod supervision;
mod tasks;
mod typed;
mod unchanged;
