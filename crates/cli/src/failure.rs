//! How a command fails: what is printed to standard error, and the exit code.

use std::fmt;
use std::process::ExitCode;

/// Why a command did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The input or an argument was refused.
    Refused {
        /// What is wrong, with the place.
        what: String,
        /// What to do about it, when that is known.
        remedy: Option<String>,
    },
    /// The guest trapped.
    Trapped(String),
    /// The guest was stopped, for it ran for too long.
    TimedOut(String),
    /// Everything has been reported already.
    Reported,
    /// The guest ended itself with this code, which may be 0, and has said why.
    Exited(u8),
}

impl Failure {
    /// A refusal without a remedy.
    pub fn refused(what: impl fmt::Display) -> Self {
        Failure::Refused { what: what.to_string(), remedy: None }
    }

    /// A refusal and its remedy.
    pub fn remedied(what: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Failure::Refused { what: what.to_string(), remedy: Some(remedy.to_string()) }
    }

    /// 134 for a trap, as a process that aborts has it; 124 for a guest that was stopped, as
    /// timeout(1) has it; the guest's own code; 1 otherwise.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Refused { .. } | Failure::Reported => ExitCode::from(1),
            Failure::Trapped(_) => ExitCode::from(134),
            Failure::TimedOut(_) => ExitCode::from(124),
            Failure::Exited(code) => ExitCode::from(*code),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused { what, remedy: None } => write!(f, "error: {what}"),
            Failure::Refused { what, remedy: Some(remedy) } => write!(f, "error: {what}\n  help: {remedy}"),
            Failure::Trapped(message) => write!(f, "error: the guest trapped: {message}"),
            Failure::TimedOut(message) => write!(f, "error: the guest ran for too long: {message}"),
            Failure::Reported | Failure::Exited(_) => Ok(()),
        }
    }
}
