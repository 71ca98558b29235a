//! Errors of host functions that mean something to whoever called the guest.

/// The guest asked to end the program. A host function returns it as its error, and
/// [`Error::exit_code`](crate::Error::exit_code) finds it.
///
/// As after every failure of a host function, no code runs again of the root component that called
/// it: neither the instances that are nested in it, nor what waits on the stack. Roots that waited
/// for it through host functions end too if these pass the error on with `?`. Other roots of the
/// store can still be called. Nothing is unwound, and no destructor of the guest runs.
///
/// ```
/// # use cantilever_runtime::{Engine, Exit, Linker, LinkError};
/// # fn main() -> Result<(), LinkError> {
/// let mut linker = Linker::<()>::new(&Engine::default());
/// linker
///     .instance("wasi:cli/exit@0.2.0")
///     .func_wrap("exit", |_, (status,): (Result<(), ()>,)| -> Result<(), _> {
///         Err(Exit { code: status.is_err().into() }.into())
///     })?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the guest exited with code {code}")]
pub struct Exit {
    /// What the process is to end with; 0 is success.
    pub code: u8,
}

/// A host function stopped waiting since the guests of its store were interrupted. When it returns
/// this as its error, the guest traps with
/// [`TrapKind::Interrupted`](cantilever_abi::block::TrapKind::Interrupted), as if it had been
/// running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("interrupted by the host")]
pub struct Interrupted;
