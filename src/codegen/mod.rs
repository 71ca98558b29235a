//! From a placed plan to machine code, one function at a time.
//!
//! Each function is translated, inlined and compiled from one [`Graph`](graph::Graph), which
//! nothing changes. So functions are independent of one another, and threads take them as they
//! come. Nothing here knows the runtime.

pub mod bodies;
mod body;
pub mod demand;
mod functions;
pub mod graph;
mod inline;
pub mod lines;
pub mod listing;
mod machine_code;
mod origin;
#[cfg(feature = "cache")]
pub mod reuse;
pub mod target;
