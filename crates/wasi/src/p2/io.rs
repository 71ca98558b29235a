//! `wasi:io`: what guests wait for, and the tables of streams, pollables and errors, to which the
//! other domains add theirs.
//!
//! It must not know what is behind a stream or a pollable.

pub(crate) mod guest_waiter;
mod streams;

use self::guest_waiter::GuestWaiter;
use super::MAX_RESOURCES;
use crate::bindings::wasi::io::{error, poll, streams as streams_wit};
use crate::p2::ctx::WasiCtx;
use crate::stream::null::{Closed, Empty};
use crate::stream::{Failure, Input, Output, Stop};
use crate::wait::{Pollable, WaitError};
use cantilever_runtime::{HostError, InterruptEvent, LinkError, Linker, Resource, Table};

/// The resource type `wasi:io/poll.pollable`. A [`Pollable`] stands behind each.
pub type PollableResource = poll::Pollable;

/// The resource type `wasi:io/streams.input-stream`. An [`Input`] stands behind each.
pub type InputStreamResource = streams_wit::InputStream;

/// The resource type `wasi:io/streams.output-stream`. An [`Output`] stands behind each.
pub type OutputStreamResource = streams_wit::OutputStream;

/// The resource type `wasi:io/error.error`. A [`Failure`] stands behind each.
pub type ErrorResource = error::Error;

/// The streams, pollables and errors of a store's guests.
#[derive(Debug)]
pub(crate) struct Io {
    pub(crate) inputs: Table<Input, InputStreamResource>,
    pub(crate) outputs: Table<Output, OutputStreamResource>,
    pub(crate) pollables: Table<Pollable, PollableResource>,
    pub(crate) errors: Table<Failure, ErrorResource>,
    /// How guests wait.
    pub(crate) waiter: GuestWaiter,
    /// Room for bytes on their way from a stream.
    room: Vec<u8>,
}

impl Default for Io {
    fn default() -> Self {
        Io {
            inputs: Table::with_limit(MAX_RESOURCES),
            outputs: Table::with_limit(MAX_RESOURCES),
            pollables: Table::with_limit(MAX_RESOURCES),
            errors: Table::with_limit(MAX_RESOURCES),
            waiter: GuestWaiter::default(),
            room: Vec::new(),
        }
    }
}

impl Io {
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.inputs.set_limit(limit);
        self.outputs.set_limit(limit);
        self.pollables.set_limit(limit);
        self.errors.set_limit(limit);
    }

    pub(crate) fn set_interrupt_event(&mut self, event: Option<InterruptEvent>) {
        self.waiter.set_interrupt_event(event);
    }

    /// Gives a guest a stream to read from.
    pub(crate) fn push_input(&mut self, input: Input) -> Result<Resource<InputStreamResource>, HostError> {
        Ok(self.inputs.push(input)?)
    }

    /// Gives a guest a stream to write to.
    pub(crate) fn push_output(&mut self, output: Output) -> Result<Resource<OutputStreamResource>, HostError> {
        Ok(self.outputs.push(output)?)
    }

    /// Gives a guest something to wait for.
    pub(crate) fn subscribe(&mut self, pollable: Pollable) -> Result<Resource<PollableResource>, HostError> {
        Ok(self.pollables.push(pollable)?)
    }

    /// What stopped the operation on a source, for the guest. A source that failed has ended.
    fn input_error(
        &mut self,
        this: &Resource<InputStreamResource>,
        stop: Stop,
    ) -> Result<streams_wit::StreamError, HostError> {
        if matches!(stop, Stop::Failed(_)) {
            *self.inputs.get_mut(this)? = Box::new(Empty);
        }
        self.stream_error(stop)
    }

    /// What stopped the operation on a sink, for the guest. A sink that failed has ended.
    fn output_error(
        &mut self,
        this: &Resource<OutputStreamResource>,
        stop: Stop,
    ) -> Result<streams_wit::StreamError, HostError> {
        if matches!(stop, Stop::Failed(_)) {
            *self.outputs.get_mut(this)? = Box::new(Closed);
        }
        self.stream_error(stop)
    }

    fn stream_error(&mut self, stop: Stop) -> Result<streams_wit::StreamError, HostError> {
        let failure = match stop {
            Stop::Closed => return Ok(streams_wit::StreamError::Closed),
            Stop::Failed(failure) => failure,
            // Whoever must not wait says so in a result, and whoever must has waited.
            Stop::WouldBlock => Failure::Other("the stream would block".to_owned()),
        };
        Ok(streams_wit::StreamError::LastOperationFailed(self.errors.push(failure)?))
    }
}

impl poll::Poll for WasiCtx {
    fn pollable_ready(&mut self, this: Resource<PollableResource>) -> Result<bool, HostError> {
        Ok(self.io.pollables.get(&this)?.is_ready())
    }

    fn pollable_block(&mut self, this: Resource<PollableResource>) -> Result<(), HostError> {
        self.io.waiter.wait_for(self.io.pollables.get(&this)?)
    }

    fn poll(&mut self, r#in: Vec<Resource<PollableResource>>) -> Result<Vec<u32>, HostError> {
        let Io { pollables, waiter, .. } = &mut self.io;
        let ready = match &r#in[..] {
            [] => return Err(WaitError::Empty.into()),
            [only] => waiter.wait(&[pollables.get(only)?])?,
            all => {
                let all = all.iter().map(|handle| pollables.get(handle)).collect::<Result<Vec<_>, _>>()?;
                waiter.wait(&all)?
            }
        };
        Ok(ready.to_vec())
    }

    fn drop_pollable(&mut self, this: Resource<PollableResource>) -> Result<(), HostError> {
        self.io.pollables.remove(this)?;
        Ok(())
    }
}

impl error::ErrorInterface for WasiCtx {
    fn error_to_debug_string(&mut self, this: Resource<ErrorResource>) -> Result<String, HostError> {
        Ok(self.io.errors.get(&this)?.to_string())
    }

    fn drop_error(&mut self, this: Resource<ErrorResource>) -> Result<(), HostError> {
        self.io.errors.remove(this)?;
        Ok(())
    }
}

/// Defines `wasi:io/{error,poll,streams}`. `get` finds the context in the data of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    error::add_to_linker(linker, get)?;
    poll::add_to_linker(linker, get)?;
    streams_wit::add_to_linker(linker, get)
}
