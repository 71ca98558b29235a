//! What compiled code does on request so that the host can keep it in check. Code that was compiled
//! without does nothing.

/// What compiled code does so that the host can keep it in check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Supervision {
    /// Loops look at [`Context::stack_limit`](super::Context::stack_limit) too, not only the
    /// prologues of functions, and trap when it is
    /// [`Context::INTERRUPTED`](super::Context::INTERRUPTED).
    pub interruptible: bool,
    /// Operators are subtracted from what [`Context::fuel`](super::Context::fuel) points to, before
    /// they run. When there is less than they cost, they trap instead.
    pub fuel: bool,
}

/// The logarithm of how many bytes a bulk operator, a string or a list moves for one unit of fuel.
pub const BYTES_PER_FUEL_LOG2: u32 = 6;
