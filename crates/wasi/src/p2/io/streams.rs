//! `wasi:io/streams`: reading, writing, and moving bytes between streams.
//!
//! It must not know what is behind a stream, nor how guests wait.

use super::{InputStreamResource, Io, OutputStreamResource, PollableResource};
use crate::bindings::wasi::io::streams::{StreamError, Streams};
use crate::p2::ctx::WasiCtx;
use crate::p2::misuse::Misuse;
use crate::stream::splice::transfer;
use crate::stream::{Mode, Stop};
use cantilever_runtime::{Fill, Filled, HostError, Resource};

/// How many bytes the host has room for on their way. No call moves more, unless the stream is
/// certain to have more.
const ROOM: u64 = 64 << 10;

/// How many bytes one call reads from a stream that is certain to have them.
const CERTAIN: u64 = 1 << 20;

/// How many bytes a guest may write with one call, whatever the stream accepts.
const PERMIT: u64 = 1 << 20;

/// How many bytes `blocking-write-and-flush` takes.
const BLOCKING_WRITE: u64 = 4096;

/// What a guest writes when it writes zeroes.
static ZEROES: [u8; BLOCKING_WRITE as usize] = [0; BLOCKING_WRITE as usize];

/// As the functions of WIT return: traps outside, errors for the guest inside.
type Outcome<T> = Result<Result<T, StreamError>, HostError>;

/// The first `len` bytes of the room, or all that it can have.
fn room_for(room: &mut Vec<u8>, len: u64) -> &mut [u8] {
    let len = len.min(ROOM) as usize;
    if room.len() < len {
        room.resize(len, 0);
    }
    &mut room[..len]
}

impl Io {
    fn input_outcome<T>(&mut self, this: &Resource<InputStreamResource>, outcome: Result<T, Stop>) -> Outcome<T> {
        Ok(match outcome {
            Ok(value) => Ok(value),
            Err(stop) => Err(self.input_error(this, stop)?),
        })
    }

    fn output_outcome<T>(&mut self, this: &Resource<OutputStreamResource>, outcome: Result<T, Stop>) -> Outcome<T> {
        Ok(match outcome {
            Ok(value) => Ok(value),
            Err(stop) => Err(self.output_error(this, stop)?),
        })
    }

    /// Reads once, without waiting or after waiting for something to read. What is certain to come
    /// goes straight to where the guest has room for it.
    fn read(&mut self, this: &Resource<InputStreamResource>, len: u64, waits: bool, fill: Fill<'_>) -> Outcome<Filled> {
        let Io { inputs, waiter, room, .. } = self;
        let input = &mut **inputs.get_mut(this)?;
        // At the end of a file nothing is certain, and that it is the end is seen by reading.
        let certain = input.certain(len).filter(|certain| *certain > 0);
        let certain = certain.map(|certain| certain.min(len).min(CERTAIN) as usize);
        let mut read = |room: &mut [u8]| match waits {
            true => waiter.read(input, |input, mode| input.read(room, mode)),
            false => Ok(input.read(room, Mode::Try).or_else(nothing_yet)),
        };
        let outcome = match certain {
            Some(certain) => filled(fill, certain, read)?,
            None => {
                let room = room_for(room, len);
                read(room)?.map(|len| Filled::copy(&room[..len]))
            }
        };
        self.input_outcome(this, outcome)
    }

    /// How much a sink accepts in one call.
    fn permitted(&mut self, this: &Resource<OutputStreamResource>) -> Outcome<u64> {
        let outcome = self.outputs.get_mut(this)?.check_write().map(|permitted| permitted.min(PERMIT));
        self.output_outcome(this, outcome)
    }

    /// Is it no more than what `check-write` permits? Traps if it is more. A permit ends when
    /// another handle of the same stream uses it.
    fn demand_permit(&mut self, this: &Resource<OutputStreamResource>, len: u64) -> Outcome<()> {
        match self.permitted(this)? {
            Ok(permitted) if len > permitted => Err(Misuse::Write { len, permitted }.into()),
            outcome => Ok(outcome.map(|_| ())),
        }
    }

    /// Writes a number of times, each with up to [`ZEROES`].
    fn write_zeroes(&mut self, this: &Resource<OutputStreamResource>, len: u64) -> Outcome<()> {
        let output = &mut **self.outputs.get_mut(this)?;
        let mut left = len;
        while left > 0 {
            let portion = left.min(BLOCKING_WRITE);
            if let Err(stop) = output.write(&ZEROES[..portion as usize], Mode::Try) {
                return Ok(Err(self.output_error(this, stop)?));
            }
            left -= portion;
        }
        Ok(Ok(()))
    }

    /// Writes all, and waits until nothing of it is kept.
    fn write_and_flush(&mut self, this: &Resource<OutputStreamResource>, bytes: &[u8]) -> Outcome<()> {
        let output = &mut **self.outputs.get_mut(this)?;
        let outcome = match self.waiter.write(output, bytes)? {
            Ok(()) => self.waiter.flush(output)?,
            stopped => stopped,
        };
        self.output_outcome(this, outcome)
    }

    /// Moves bytes once.
    fn splice(
        &mut self,
        this: &Resource<OutputStreamResource>,
        src: &Resource<InputStreamResource>,
        len: u64,
    ) -> Outcome<u64> {
        let (input, output) = (&mut **self.inputs.get_mut(src)?, &mut **self.outputs.get_mut(this)?);
        let outcome = transfer(input, output, len, room_for(&mut self.room, len));
        Ok(match outcome {
            Ok(moved) => Ok(moved),
            // Either stream may have failed. The next operation on it will end it.
            Err(stop) => Err(self.stream_error(stop)?),
        })
    }
}

/// Has so many bytes read to where the guest has room for them. What ends the call of the guest is
/// the outer error, also where the room was there already.
fn filled(
    fill: Fill<'_>,
    len: usize,
    mut read: impl FnMut(&mut [u8]) -> Result<Result<usize, Stop>, HostError>,
) -> Result<Result<Filled, Stop>, HostError> {
    let outcome = fill.bytes(len, |room| match read(room) {
        Ok(Ok(count)) => Ok(count),
        Ok(Err(stop)) => Err(Ok(stop)),
        Err(error) => Err(Err(error)),
    })?;
    match outcome {
        Ok(filled) => Ok(Ok(filled)),
        Err(Ok(stop)) => Ok(Err(stop)),
        Err(Err(error)) => Err(error),
    }
}

/// Reading nothing is not an error for whoever does not wait.
fn nothing_yet<T: Default>(stop: Stop) -> Result<T, Stop> {
    match stop {
        Stop::WouldBlock => Ok(T::default()),
        stop => Err(stop),
    }
}

/// Traps if a blocking write is larger than allowed.
fn demand_small(len: u64) -> Result<(), HostError> {
    match len {
        0..=BLOCKING_WRITE => Ok(()),
        _ => Err(Misuse::BlockingWrite { len, limit: BLOCKING_WRITE }.into()),
    }
}

impl Streams for WasiCtx {
    fn input_stream_read(&mut self, this: Resource<InputStreamResource>, len: u64, fill: Fill<'_>) -> Outcome<Filled> {
        self.io.read(&this, len, false, fill)
    }

    fn input_stream_blocking_read(
        &mut self,
        this: Resource<InputStreamResource>,
        len: u64,
        fill: Fill<'_>,
    ) -> Outcome<Filled> {
        self.io.read(&this, len, len > 0, fill)
    }

    fn input_stream_skip(&mut self, this: Resource<InputStreamResource>, len: u64) -> Outcome<u64> {
        let outcome = self.io.inputs.get_mut(&this)?.skip(len, Mode::Try).or_else(nothing_yet);
        self.io.input_outcome(&this, outcome)
    }

    fn input_stream_blocking_skip(&mut self, this: Resource<InputStreamResource>, len: u64) -> Outcome<u64> {
        if len == 0 {
            return self.input_stream_skip(this, len);
        }
        let input = &mut **self.io.inputs.get_mut(&this)?;
        let outcome = self.io.waiter.read(input, |input, mode| input.skip(len, mode))?;
        self.io.input_outcome(&this, outcome)
    }

    fn input_stream_subscribe(
        &mut self,
        this: Resource<InputStreamResource>,
    ) -> Result<Resource<PollableResource>, HostError> {
        let pollable = self.io.inputs.get(&this)?.pollable();
        self.io.subscribe(pollable)
    }

    fn output_stream_check_write(&mut self, this: Resource<OutputStreamResource>) -> Outcome<u64> {
        self.io.permitted(&this)
    }

    fn output_stream_write(&mut self, this: Resource<OutputStreamResource>, contents: &[u8]) -> Outcome<()> {
        if let Err(error) = self.io.demand_permit(&this, contents.len() as u64)? {
            return Ok(Err(error));
        }
        let outcome = self.io.outputs.get_mut(&this)?.write(contents, Mode::Try);
        self.io.output_outcome(&this, outcome)
    }

    fn output_stream_blocking_write_and_flush(
        &mut self,
        this: Resource<OutputStreamResource>,
        contents: &[u8],
    ) -> Outcome<()> {
        demand_small(contents.len() as u64)?;
        self.io.write_and_flush(&this, contents)
    }

    fn output_stream_flush(&mut self, this: Resource<OutputStreamResource>) -> Outcome<()> {
        let outcome = self.io.outputs.get_mut(&this)?.flush(Mode::Try).or_else(nothing_yet);
        self.io.output_outcome(&this, outcome)
    }

    fn output_stream_blocking_flush(&mut self, this: Resource<OutputStreamResource>) -> Outcome<()> {
        self.io.write_and_flush(&this, &[])
    }

    fn output_stream_subscribe(
        &mut self,
        this: Resource<OutputStreamResource>,
    ) -> Result<Resource<PollableResource>, HostError> {
        let pollable = self.io.outputs.get(&this)?.pollable();
        self.io.subscribe(pollable)
    }

    fn output_stream_write_zeroes(&mut self, this: Resource<OutputStreamResource>, len: u64) -> Outcome<()> {
        if let Err(error) = self.io.demand_permit(&this, len)? {
            return Ok(Err(error));
        }
        self.io.write_zeroes(&this, len)
    }

    fn output_stream_blocking_write_zeroes_and_flush(
        &mut self,
        this: Resource<OutputStreamResource>,
        len: u64,
    ) -> Outcome<()> {
        demand_small(len)?;
        self.io.write_and_flush(&this, &ZEROES[..len as usize])
    }

    fn output_stream_splice(
        &mut self,
        this: Resource<OutputStreamResource>,
        src: Resource<InputStreamResource>,
        len: u64,
    ) -> Outcome<u64> {
        self.io.splice(&this, &src, len)
    }

    fn output_stream_blocking_splice(
        &mut self,
        this: Resource<OutputStreamResource>,
        src: Resource<InputStreamResource>,
        len: u64,
    ) -> Outcome<u64> {
        let Io { inputs, outputs, waiter, .. } = &mut self.io;
        if len > 0 {
            let output = &mut **outputs.get_mut(&this)?;
            if let Err(stop) = waiter.permit(output)? {
                return self.io.output_outcome(&this, Err(stop));
            }
            waiter.wait_for(&inputs.get(&src)?.pollable())?;
        }
        self.io.splice(&this, &src, len)
    }

    fn drop_input_stream(&mut self, this: Resource<InputStreamResource>) -> Result<(), HostError> {
        self.io.inputs.remove(this)?;
        Ok(())
    }

    fn drop_output_stream(&mut self, this: Resource<OutputStreamResource>) -> Result<(), HostError> {
        self.io.outputs.remove(this)?;
        Ok(())
    }
}
