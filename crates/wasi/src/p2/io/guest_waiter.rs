//! How synchronous guests wait: in the system call that they asked for, or for what makes it
//! worthwhile. An interruption of the store ends it.
//!
//! It must not know which function of WASI waits.

use crate::stream::{InputStream, Mode, OutputStream, Stop};
use crate::wait::{Pollable, WaitError, Waiter};
use cantilever_runtime::{HostError, InterruptEvent, Interrupted};
use rustix::fd::AsFd;

/// Waits for the guests of one store.
#[derive(Debug, Default)]
pub(crate) struct GuestWaiter {
    waiter: Waiter,
    /// What is readable once the store has been interrupted, if somebody can do that.
    interrupt: Option<InterruptEvent>,
}

impl GuestWaiter {
    pub(super) fn set_interrupt_event(&mut self, event: Option<InterruptEvent>) {
        self.interrupt = event;
    }

    /// May operations block in the system call? Not if that must end when somebody interrupts.
    pub(crate) fn mode(&self) -> Mode {
        if self.interrupt.is_some() { Mode::Try } else { Mode::Block }
    }

    /// Waits until one is ready. Gives the indices of all that are.
    pub(crate) fn wait(&mut self, pollables: &[&Pollable]) -> Result<&[u32], HostError> {
        let interrupt = self.interrupt.as_ref().map(AsFd::as_fd);
        self.waiter.wait(pollables, interrupt).map_err(|error| match error {
            WaitError::Interrupted => Interrupted.into(),
            error => error.into(),
        })
    }

    /// Waits until this is ready.
    pub(crate) fn wait_for(&mut self, pollable: &Pollable) -> Result<(), HostError> {
        self.wait(&[pollable]).map(|_| ())
    }

    /// Repeats an operation on a source until it does not give up.
    pub(super) fn read<R>(
        &mut self,
        input: &mut dyn InputStream,
        mut operation: impl FnMut(&mut dyn InputStream, Mode) -> Result<R, Stop>,
    ) -> Result<Result<R, Stop>, HostError> {
        loop {
            match operation(input, self.mode()) {
                Err(Stop::WouldBlock) => self.wait_for(&input.pollable())?,
                outcome => return Ok(outcome),
            }
        }
    }

    /// Waits until a sink accepts something. Gives how much.
    pub(super) fn permit(&mut self, output: &mut dyn OutputStream) -> Result<Result<u64, Stop>, HostError> {
        loop {
            match output.check_write() {
                Ok(0) | Err(Stop::WouldBlock) => self.wait_for(&output.pollable())?,
                outcome => return Ok(outcome),
            }
        }
    }

    /// Writes all of these bytes.
    pub(super) fn write(
        &mut self,
        output: &mut dyn OutputStream,
        mut bytes: &[u8],
    ) -> Result<Result<(), Stop>, HostError> {
        while !bytes.is_empty() {
            let permitted = match self.permit(output)? {
                Ok(permitted) => usize::try_from(permitted).unwrap_or(usize::MAX),
                Err(stop) => return Ok(Err(stop)),
            };
            let (now, later) = bytes.split_at(permitted.min(bytes.len()));
            match output.write(now, self.mode()) {
                Ok(()) => bytes = later,
                Err(Stop::WouldBlock) => self.wait_for(&output.pollable())?,
                Err(stop) => return Ok(Err(stop)),
            }
        }
        Ok(Ok(()))
    }

    /// Hands over all that a sink keeps.
    pub(crate) fn flush(&mut self, output: &mut dyn OutputStream) -> Result<Result<(), Stop>, HostError> {
        loop {
            match output.flush(self.mode()) {
                Ok(()) => break,
                Err(Stop::WouldBlock) => self.wait_for(&output.pollable())?,
                Err(stop) => return Ok(Err(stop)),
            }
        }
        match output.check_write() {
            Ok(0) | Err(Stop::WouldBlock) => Ok(self.permit(output)?.map(|_| ())),
            // Nothing was left to be handed over: if the stream has been closed by it, the next
            // operation will say so.
            Ok(_) | Err(Stop::Closed) => Ok(Ok(())),
            Err(stop) => Ok(Err(stop)),
        }
    }
}
