//! Streams with nothing behind them.
//!
//! They must not know who closed what, nor why.

use super::{InputStream, Mode, OutputStream, Stop};
use crate::wait::Pollable;

/// A source that has ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Empty;

impl InputStream for Empty {
    fn read(&mut self, _: &mut [u8], _: Mode) -> Result<usize, Stop> {
        Err(Stop::Closed)
    }

    fn skip(&mut self, _: u64, _: Mode) -> Result<u64, Stop> {
        Err(Stop::Closed)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }
}

/// A sink that takes everything, and keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sink;

impl OutputStream for Sink {
    fn check_write(&mut self) -> Result<u64, Stop> {
        Ok(u64::MAX)
    }

    fn write(&mut self, _: &[u8], _: Mode) -> Result<(), Stop> {
        Ok(())
    }

    fn flush(&mut self, _: Mode) -> Result<(), Stop> {
        Ok(())
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }
}

/// A sink that takes no more: what becomes of one that has failed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Closed;

impl OutputStream for Closed {
    fn check_write(&mut self) -> Result<u64, Stop> {
        Err(Stop::Closed)
    }

    fn write(&mut self, _: &[u8], _: Mode) -> Result<(), Stop> {
        Err(Stop::Closed)
    }

    fn flush(&mut self, _: Mode) -> Result<(), Stop> {
        Err(Stop::Closed)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }
}
