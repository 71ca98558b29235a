//! Why a value could not be passed, and where in the value that is.

use super::limits::LimitExceeded;
use std::fmt;
use std::sync::Arc;

/// Why a value could not be passed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// A value of one type where another is needed.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// The type that is needed.
        expected: String,
        /// What was there.
        found: String,
    },
    /// Too few or too many values.
    #[error("expected {expected} values, found {found}")]
    Count {
        /// How many are needed.
        expected: usize,
        /// How many were there.
        found: usize,
    },
    /// A handle that is gone.
    #[error("resource `{resource}` was {used} after {after}")]
    DeadHandle {
        /// The resource type's name.
        resource: String,
        /// What was to be done with it.
        used: HandleUse,
        /// What ended it.
        after: HandleEnd,
    },
    /// An owned handle that cannot move now.
    #[error("the resource handle is lent and cannot be moved or dropped")]
    Lent,
    /// A handle of another instance.
    #[error("the resource handle belongs to another instance")]
    ForeignHandle,
    /// A value where its type says there can be none, or the like: the guest's adapter should have
    /// refused it.
    #[error("the guest gave an invalid {0}")]
    Invalid(&'static str),
    /// A value that cannot be passed between host and guest.
    #[error("values of type {0} cannot be passed to or from the host")]
    Unsupported(String),
    /// Bytes that were filled in a guest's memory, where they are not.
    #[error("the bytes were filled in by another call, which alone can return them")]
    FilledElsewhere,
    /// The allocator refused memory.
    #[error("no memory for a value")]
    NoMemory,
    /// The guest gives the host more than a limit of the store allows.
    #[error("the guest gives too much: {0}")]
    Limit(#[from] LimitExceeded),
    /// What is wrong with a part of a value.
    #[error("in {}: {error}", Path(.path))]
    Located {
        /// Where the part lies, innermost place first.
        path: Vec<PathStep>,
        /// What is wrong with it.
        error: Box<ValueError>,
    },
}

impl ValueError {
    /// The error as one of a part of a value that lies at a place.
    #[cold]
    pub fn within(self, place: PathStep) -> Self {
        match self {
            ValueError::Located { mut path, error } => {
                path.push(place);
                ValueError::Located { path, error }
            }
            error => ValueError::Located { path: vec![place], error: Box::new(error) },
        }
    }

    /// What is wrong, without the place.
    pub fn cause(&self) -> &ValueError {
        match self {
            ValueError::Located { error, .. } => error,
            error => error,
        }
    }
}

/// A part of a value, or of all values of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathStep {
    /// A parameter: its index, and its name.
    Param(usize, String),
    /// The result.
    Result,
    /// The field of a record with this label, or that of a tuple with this index.
    Field(String),
    /// The payload of the case with this label.
    Case(String),
    /// An element of a list or an entry of a map.
    Element(usize),
    /// All elements of a list, when types are checked.
    Elements,
    /// The key of an entry.
    Key,
    /// The value of an entry.
    Value,
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathStep::Param(index, name) => write!(f, "parameter {} (`{name}`)", index + 1),
            PathStep::Result => f.write_str("the result"),
            PathStep::Field(label) => write!(f, "field `{label}`"),
            PathStep::Case(label) => write!(f, "the payload of `{label}`"),
            PathStep::Element(index) => write!(f, "element {index}"),
            PathStep::Elements => f.write_str("the elements"),
            PathStep::Key => f.write_str("the key"),
            PathStep::Value => f.write_str("the value"),
        }
    }
}

/// Places joined, innermost first.
struct Path<'a>(&'a [PathStep]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.0.iter().enumerate() {
            if index != 0 {
                f.write_str(" of ")?;
            }
            write!(f, "{place}")?;
        }
        Ok(())
    }
}

/// What the host does with a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandleUse {
    /// It is passed to a function.
    PassedTo(Arc<str>),
    /// A host function returns it to the guest that has called.
    Returned,
    /// It is dropped.
    Dropped,
    /// It becomes a [`Resource`](crate::Resource).
    Downcast,
}

impl fmt::Display for HandleUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HandleUse::PassedTo(function) => write!(f, "passed to `{function}`"),
            HandleUse::Returned => f.write_str("returned to the guest"),
            HandleUse::Dropped => f.write_str("dropped"),
            HandleUse::Downcast => f.write_str("downcast"),
        }
    }
}

/// What ended a handle of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandleEnd {
    /// Its ownership went with this use.
    Use(HandleUse),
    /// It was a borrow, and the host function that received it has returned.
    CallEnded,
    /// One of these; the host has received other handles in its place since then.
    Forgotten,
}

impl fmt::Display for HandleEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HandleEnd::Use(what) => write!(f, "it had been {what}"),
            HandleEnd::CallEnded => f.write_str("the call that lent it had ended"),
            HandleEnd::Forgotten => f.write_str("it had been moved or dropped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_part() {
        let error = ValueError::Mismatch { expected: "u32".into(), found: "string".into() };
        let error = error.within(PathStep::Field("x".into())).within(PathStep::Param(1, "point".into()));
        assert_eq!(error.to_string(), "in field `x` of parameter 2 (`point`): expected u32, found string");
        assert!(matches!(error.cause(), ValueError::Mismatch { .. }));
        assert_eq!(error.cause().cause(), error.cause());
        let after = HandleEnd::Use(HandleUse::PassedTo("absorb".into()));
        let dead = ValueError::DeadHandle { resource: "file".into(), used: HandleUse::Dropped, after };
        assert_eq!(dead.to_string(), "resource `file` was dropped after it had been passed to `absorb`");
    }
}
