//! One stream under several handles, as guests may ask for a standard stream more than once.
//!
//! It must not know what the stream is.

use super::{Input, InputStream, Mode, Output, OutputStream, Stop};
use crate::wait::Pollable;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A source that several handles read from. Each byte goes to one of them.
#[derive(Debug, Clone)]
pub struct SharedInput(Arc<Mutex<Input>>);

impl SharedInput {
    /// Shares a source.
    pub fn new(input: impl InputStream + 'static) -> Self {
        SharedInput(Arc::new(Mutex::new(Box::new(input))))
    }

    fn input(&self) -> MutexGuard<'_, Input> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InputStream for SharedInput {
    fn certain(&mut self, len: u64) -> Option<u64> {
        self.input().certain(len)
    }

    fn read(&mut self, room: &mut [u8], mode: Mode) -> Result<usize, Stop> {
        self.input().read(room, mode)
    }

    fn skip(&mut self, len: u64, mode: Mode) -> Result<u64, Stop> {
        self.input().skip(len, mode)
    }

    fn pollable(&self) -> Pollable {
        self.input().pollable()
    }

    fn is_terminal(&self) -> bool {
        self.input().is_terminal()
    }
}

/// A sink that several handles write to.
#[derive(Debug, Clone)]
pub struct SharedOutput(Arc<Mutex<Output>>);

impl SharedOutput {
    /// Shares a sink.
    pub fn new(output: impl OutputStream + 'static) -> Self {
        SharedOutput(Arc::new(Mutex::new(Box::new(output))))
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OutputStream for SharedOutput {
    fn check_write(&mut self) -> Result<u64, Stop> {
        self.output().check_write()
    }

    fn write(&mut self, bytes: &[u8], mode: Mode) -> Result<(), Stop> {
        self.output().write(bytes, mode)
    }

    fn flush(&mut self, mode: Mode) -> Result<(), Stop> {
        self.output().flush(mode)
    }

    fn pollable(&self) -> Pollable {
        self.output().pollable()
    }

    fn is_terminal(&self) -> bool {
        self.output().is_terminal()
    }
}
