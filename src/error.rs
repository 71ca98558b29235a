//! Errors of the whole compiler and of the loader: typed, and located in the input where there is a
//! place.
//!
//! An error is about what the user gave us. A fault of a running guest is a trap, never an error of
//! this type; a mistake of our own is an assertion.

use cantilever_object::WriteError;
use std::path::PathBuf;

/// A result of any pass.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What is wrong with an input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The binary is malformed, or well-formed and not valid.
    #[error("invalid input at offset {offset:#x}: {message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Offset in the input.
        offset: usize,
    },
    /// The input is valid and uses something that this compiler does not have.
    #[error("{feature} is not supported{}{}", at(*offset), remedy_text(*remedy))]
    Unsupported {
        /// Its name.
        feature: String,
        /// Offset in the input, where there is one.
        offset: Option<usize>,
        /// What to do instead, where something can be done.
        remedy: Option<&'static str>,
    },
    /// The input is valid and asks for more than a limit of this compiler.
    #[error("too many {what}{}: the limit is {limit}", at(*offset))]
    TooLarge {
        /// Of what there is too much.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// Offset in the input, where there is one.
        offset: Option<usize>,
    },
    /// What was given for an import of the root component cannot be that.
    #[error("the import `{import}` cannot be what was given for it: {reason}")]
    Provided {
        /// The name of the import.
        import: String,
        /// Why.
        reason: String,
    },
    /// There is no such target, or it is not supported.
    #[error("cannot compile for this target: {reason}")]
    Target {
        /// Why, and what is supported.
        reason: String,
    },
    /// Cranelift refuses a function, or what it made does not fit an object file.
    #[error("cannot compile {function}: {reason}")]
    Codegen {
        /// The function's symbol.
        function: String,
        /// Why.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    /// Something invalid at an offset of the input.
    pub fn invalid(message: impl Into<String>, offset: usize) -> Self {
        Error::Invalid { message: message.into(), offset }
    }

    /// Something unsupported at an offset of the input.
    pub fn unsupported(feature: impl Into<String>, offset: usize) -> Self {
        Error::Unsupported { feature: feature.into(), offset: Some(offset), remedy: None }
    }

    /// The same error, which names what to do instead. Only for [`Error::Unsupported`].
    #[must_use]
    pub fn with_remedy(mut self, text: &'static str) -> Self {
        if let Error::Unsupported { remedy, .. } = &mut self {
            *remedy = Some(text);
        }
        self
    }

    /// The offset in the input, where there is one.
    pub fn offset(&self) -> Option<usize> {
        match self {
            Error::Invalid { offset, .. } => Some(*offset),
            Error::Unsupported { offset, .. } | Error::TooLarge { offset, .. } => *offset,
            Error::Io { .. } | Error::Target { .. } | Error::Codegen { .. } | Error::Provided { .. } => None,
        }
    }
}

fn at(offset: Option<usize>) -> String {
    offset.map(|o| format!(" (at offset {o:#x})")).unwrap_or_default()
}

fn remedy_text(remedy: Option<&'static str>) -> String {
    remedy.map(|r| format!("; {r}")).unwrap_or_default()
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Target(reason) => Error::Target { reason },
            WriteError::TooMuchCode => {
                Error::TooLarge { what: "bytes of machine code", limit: u64::from(u32::MAX), offset: None }
            }
            error => Error::Codegen { function: "the object".to_owned(), reason: error.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_offset_and_remedy() {
        assert_eq!(Error::invalid("bad magic", 16).to_string(), "invalid input at offset 0x10: bad magic");
        assert_eq!(
            Error::unsupported("async lift", 255).with_remedy("lift it synchronously").to_string(),
            "async lift is not supported (at offset 0xff); lift it synchronously"
        );
    }
}
