//! Why a module cannot be translated.

/// How many values a function may pass to blocks and calls. One byte of input can stand for a
/// thousand, so this, and not the length of the input, bounds the memory that a translation takes.
/// Cranelift's own limit is lower.
pub(super) const MAX_PASSED: usize = 1 << 22;

/// A module cannot be translated. Offsets are in the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An operator of a proposal that is not supported.
    #[error("operator `{operator}` is not supported (at offset {offset:#x})")]
    Unsupported {
        /// Its name.
        operator: String,
        /// Where it is.
        offset: usize,
    },
    /// Operators that are small in the input stand for more code than can be compiled.
    #[error("the function passes too many values between blocks and calls (at offset {offset:#x})")]
    TooComplex {
        /// Where the limit was reached.
        offset: usize,
    },
    /// The bytes are no sequence of operators. Validated input never is.
    #[error("malformed code: {message} (at offset {offset:#x})")]
    Malformed {
        /// What wasmparser says.
        message: String,
        /// Where.
        offset: usize,
    },
}

impl Error {
    /// An operator that is not supported.
    pub(super) fn unsupported(op: &wasmparser::Operator<'_>, offset: usize) -> Self {
        let shown = format!("{op:?}");
        let name = shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        Error::Unsupported { operator: name.to_owned(), offset }
    }
}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Self {
        Error::Malformed { message: error.message().to_owned(), offset: error.offset() as usize }
    }
}

impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Unsupported { operator, offset } => Self::unsupported(format!("operator `{operator}`"), offset),
            Error::TooComplex { offset } => Self::TooLarge {
                what: "values that a function passes between blocks and calls",
                limit: MAX_PASSED as u64,
                offset: Some(offset),
            },
            Error::Malformed { message, offset } => Self::invalid(message, offset),
        }
    }
}
