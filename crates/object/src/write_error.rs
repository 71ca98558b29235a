//! Why an object could not be written.

/// Why an object could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// There are no objects for the target.
    #[error("{0}")]
    Target(String),
    /// The machine code is longer than 4 GiB.
    #[error("too many bytes of machine code: the limit is {}", u32::MAX)]
    TooMuchCode,
    /// What was compiled does not fit an object file.
    #[error("{0}")]
    Object(String),
}
