//! Everything that can go wrong when objects are loaded, linked and called. The data of traps and
//! backtraces is here, too, for they are errors.
//!
//! It must not know how any of it comes about: neither memory, code, stores nor values.

pub(crate) mod frame;
pub(crate) mod host_error;
pub(crate) mod limits;
pub(crate) mod message;
pub(crate) mod trap;
pub(crate) mod unknown_imports;
pub(crate) mod value;

use self::frame::{Backtrace, Frame};
use self::host_error::Exit;
use self::limits::LimitExceeded;
use self::trap::Trap;
use self::unknown_imports::UnknownImports;
use self::value::ValueError;
use crate::sys::native_stack::StackError;
use cantilever_object::load::LoadError;

/// The error of a host function. Whatever the host returns reaches the caller of the guest
/// unchanged.
///
/// In a closure `?` makes it of every error that is `Send` and `Sync`, of texts, and of the errors
/// of crates such as `anyhow`.
pub type HostError = Box<dyn std::error::Error + Send + Sync>;

/// The result of this module's operations.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why an operation of the runtime failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The component cannot be compiled.
    #[error(transparent)]
    Compile(Box<dyn std::error::Error + Send + Sync>),
    /// The object cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Imports and what is given for them do not fit, or an export is not what was asked for.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The guest trapped.
    #[error(transparent)]
    Trap(#[from] Box<Trap>),
    /// A value does not fit its type, or a handle does not live.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A host function failed.
    #[error(transparent)]
    Host(HostFailure),
    /// The stack that the host is on has no room for guests.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// What was to be made is more than a limit of the store allows.
    #[error("a limit of the store forbids it: {0}")]
    Limit(#[from] LimitExceeded),
    /// The operating system refused a resource.
    #[error("{0}")]
    Resources(String),
}

impl Error {
    /// The trap, if that is what it is.
    pub fn trap(&self) -> Option<&Trap> {
        match self {
            Error::Trap(trap) => Some(trap),
            _ => None,
        }
    }

    /// The host function's error, if it is one of this type.
    pub fn downcast_ref<E: std::error::Error + 'static>(&self) -> Option<&E> {
        match self {
            Error::Host(failure) => failure.error.downcast_ref(),
            _ => None,
        }
    }

    /// The code with which the guest asked to end the program: that of the [`Exit`] that a host
    /// function returned, as it is or as the source of its error. It is no failure if it is 0.
    pub fn exit_code(&self) -> Option<u8> {
        let Error::Host(failure) = self else { return None };
        let first: &(dyn std::error::Error + 'static) = &*failure.error;
        let mut chain = std::iter::successors(Some(first), |error| error.source());
        chain.find_map(|error| error.downcast_ref()).map(|exit: &Exit| exit.code)
    }

    /// An error that a host function returned: errors of ours that it passed on are unwrapped.
    pub(crate) fn from_host(error: HostError, backtrace: impl FnOnce() -> Backtrace) -> Self {
        match error.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(error) => Error::Host(HostFailure { error, backtrace: Box::new(backtrace()) }),
        }
    }

    /// The functions of guests that were running, innermost first, if the guest trapped or a host
    /// function that it called failed.
    pub fn frames(&self) -> &[Frame] {
        match self {
            Error::Trap(trap) => trap.frames(),
            Error::Host(failure) => failure.frames(),
            _ => &[],
        }
    }

    pub(crate) fn out_of_resources(what: &str, error: &std::io::Error) -> Self {
        Error::Resources(format!("no memory for {what}: {error}"))
    }
}

/// The failure of a host function. As text it is that of its error.
#[derive(Debug)]
pub struct HostFailure {
    error: HostError,
    backtrace: Box<Backtrace>,
}

impl HostFailure {
    /// What the host function returned.
    pub fn error(&self) -> &HostError {
        &self.error
    }

    /// What the host function returned.
    pub fn into_error(self) -> HostError {
        self.error
    }

    /// The functions of guests that were running, innermost first.
    pub fn frames(&self) -> &[Frame] {
        self.backtrace.frames()
    }

    /// The frames, to print.
    pub fn backtrace(&self) -> &Backtrace {
        &self.backtrace
    }
}

impl std::fmt::Display for HostFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for HostFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// Why things could not be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Imports that the linker has nothing for.
    #[error("{0}")]
    UnknownImports(UnknownImports),
    /// What is given for an import has another type.
    #[error("incompatible import type for `{path}`: {reason}")]
    IncompatibleImport {
        /// The import.
        path: String,
        /// What does not fit.
        reason: String,
    },
    /// There is no such export.
    #[error("there is no exported {what} `{name}`")]
    UnknownExport {
        /// Function, instance, …
        what: &'static str,
        /// The name that was asked for.
        name: String,
    },
    /// A typed function does not have the type that was asked for.
    #[error("function `{name}` has another type: {reason}")]
    FuncType {
        /// The function.
        name: String,
        /// What does not fit.
        reason: String,
    },
    /// A name was defined twice in a linker.
    #[error("`{0}` is defined already")]
    DefinedTwice(String),
    /// The host has a handle to stop the guests of the store, and the code looks for no
    /// interruption.
    #[error(
        "the code cannot be interrupted: it was compiled without `--interruptible` (`CompileOptions::interruptible`)"
    )]
    NotInterruptible,
    /// The host has limited the fuel of the store's guests, and the code counts none.
    #[error("the code counts no fuel: it was compiled without `--count-fuel` (`CompileOptions::fuel`)")]
    CountsNoFuel,
    /// Something of another engine was given. Types are known to their engine alone.
    #[error("the {what} belongs to another engine than the {to}: make both with the same `Engine`, or clones of it")]
    WrongEngine {
        /// What was given: a component, a module.
        what: &'static str,
        /// What it was given to: a store, a linker.
        to: &'static str,
    },
    /// An export of one component was looked for in an instance of another.
    #[error("an export of another component was used")]
    WrongComponent,
    /// Something of another store was given.
    #[error("an item of another store was used")]
    WrongStore,
    /// The object's instructions for instantiation do not fit its layout or its code.
    #[error("malformed object: {0}")]
    Malformed(String),
}
