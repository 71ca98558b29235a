//! Native objects: what `compile` writes and `run` loads.

pub mod artifact;
pub mod load;
