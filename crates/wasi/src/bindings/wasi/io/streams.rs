//! WASI I/O is an I/O abstraction API which is currently focused on providing
//! stream types.
//!
//! In the future, the component model is expected to add built-in stream types;
//! when it does, they are expected to subsume this API.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{
    ComponentType, Fill, Filled, HostError, Lift, LinkError, Linker, Lower, Resource,
};

pub use super::error::Error;
pub use super::poll::Pollable;

/// An error for input-stream and output-stream operations.
#[derive(Debug, ComponentType, Lift, Lower)]
pub enum StreamError {
    /// The last operation (a write or flush) failed before completion.
    ///
    /// More information is available in the `error` payload.
    ///
    /// After this, the stream will be closed. All future operations return
    /// `stream-error::closed`.
    LastOperationFailed(Resource<Error>),
    /// The stream is closed: no more input will be accepted by the
    /// stream. A closed output-stream will return this error on all
    /// future operations.
    Closed,
}

/// An input bytestream.
///
/// `input-stream`s are *non-blocking* to the extent practical on underlying
/// platforms. I/O operations always return promptly; if fewer bytes are
/// promptly available than requested, they return the number of bytes promptly
/// available, which could even be zero. To wait for data to be available,
/// use the `subscribe` function to obtain a `pollable` which can be polled
/// for using `wasi:io/poll`.
#[derive(Debug)]
pub enum InputStream {}

/// An output bytestream.
///
/// `output-stream`s are *non-blocking* to the extent practical on
/// underlying platforms. Except where specified otherwise, I/O operations also
/// always return promptly, after the number of bytes that can be written
/// promptly, which could even be zero. To wait for the stream to be ready to
/// accept data, the `subscribe` function to obtain a `pollable` which can be
/// polled for using `wasi:io/poll`.
///
/// Dropping an `output-stream` while there's still an active write in
/// progress may result in the data being lost. Before dropping the stream,
/// be sure to fully flush your writes.
#[derive(Debug)]
pub enum OutputStream {}

/// What a host does for guests that import `wasi:io/streams@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Streams {
    /// Perform a non-blocking read from the stream.
    ///
    /// When the source of a `read` is binary data, the bytes from the source
    /// are returned verbatim. When the source of a `read` is known to the
    /// implementation to be text, bytes containing the UTF-8 encoding of the
    /// text are returned.
    ///
    /// This function returns a list of bytes containing the read data,
    /// when successful. The returned list will contain up to `len` bytes;
    /// it may return fewer than requested, but not more. The list is
    /// empty when no bytes are available for reading at this time. The
    /// pollable given by `subscribe` will be ready when more bytes are
    /// available.
    ///
    /// This function fails with a `stream-error` when the operation
    /// encounters an error, giving `last-operation-failed`, or when the
    /// stream is closed, giving `closed`.
    ///
    /// When the caller gives a `len` of 0, it represents a request to
    /// read 0 bytes. If the stream is still open, this call should
    /// succeed and return an empty list, or otherwise fail with `closed`.
    ///
    /// The `len` parameter is a `u64`, which could represent a list of u8 which
    /// is not possible to allocate in wasm32, or not desirable to allocate as
    /// as a return value by the callee. The callee may return a list of bytes
    /// less than `len` in size while more bytes are available for reading.
    fn input_stream_read(
        &mut self,
        this: Resource<InputStream>,
        len: u64,
        fill: Fill<'_>,
    ) -> Result<Result<Filled, StreamError>, HostError>;

    /// Read bytes from a stream, after blocking until at least one byte can
    /// be read. Except for blocking, behavior is identical to `read`.
    fn input_stream_blocking_read(
        &mut self,
        this: Resource<InputStream>,
        len: u64,
        fill: Fill<'_>,
    ) -> Result<Result<Filled, StreamError>, HostError>;

    /// Skip bytes from a stream. Returns number of bytes skipped.
    ///
    /// Behaves identical to `read`, except instead of returning a list
    /// of bytes, returns the number of bytes consumed from the stream.
    fn input_stream_skip(
        &mut self,
        this: Resource<InputStream>,
        len: u64,
    ) -> Result<Result<u64, StreamError>, HostError>;

    /// Skip bytes from a stream, after blocking until at least one byte
    /// can be skipped. Except for blocking behavior, identical to `skip`.
    fn input_stream_blocking_skip(
        &mut self,
        this: Resource<InputStream>,
        len: u64,
    ) -> Result<Result<u64, StreamError>, HostError>;

    /// Create a `pollable` which will resolve once either the specified stream
    /// has bytes available to read or the other end of the stream has been
    /// closed.
    /// The created `pollable` is a child resource of the `input-stream`.
    /// Implementations may trap if the `input-stream` is dropped before
    /// all derived `pollable`s created with this function are dropped.
    fn input_stream_subscribe(
        &mut self,
        this: Resource<InputStream>,
    ) -> Result<Resource<Pollable>, HostError>;

    /// Check readiness for writing. This function never blocks.
    ///
    /// Returns the number of bytes permitted for the next call to `write`,
    /// or an error. Calling `write` with more bytes than this function has
    /// permitted will trap.
    ///
    /// When this function returns 0 bytes, the `subscribe` pollable will
    /// become ready when this function will report at least 1 byte, or an
    /// error.
    fn output_stream_check_write(
        &mut self,
        this: Resource<OutputStream>,
    ) -> Result<Result<u64, StreamError>, HostError>;

    /// Perform a write. This function never blocks.
    ///
    /// When the destination of a `write` is binary data, the bytes from
    /// `contents` are written verbatim. When the destination of a `write` is
    /// known to the implementation to be text, the bytes of `contents` are
    /// transcoded from UTF-8 into the encoding of the destination and then
    /// written.
    ///
    /// Precondition: check-write gave permit of Ok(n) and contents has a
    /// length of less than or equal to n. Otherwise, this function will trap.
    ///
    /// returns Err(closed) without writing if the stream has closed since
    /// the last call to check-write provided a permit.
    fn output_stream_write(
        &mut self,
        this: Resource<OutputStream>,
        contents: &[u8],
    ) -> Result<Result<(), StreamError>, HostError>;

    /// Perform a write of up to 4096 bytes, and then flush the stream. Block
    /// until all of these operations are complete, or an error occurs.
    ///
    /// Returns success when all of the contents written are successfully
    /// flushed to output. If an error occurs at any point before all
    /// contents are successfully flushed, that error is returned as soon as
    /// possible. If writing and flushing the complete contents causes the
    /// stream to become closed, this call should return success, and
    /// subsequent calls to check-write or other interfaces should return
    /// stream-error::closed.
    fn output_stream_blocking_write_and_flush(
        &mut self,
        this: Resource<OutputStream>,
        contents: &[u8],
    ) -> Result<Result<(), StreamError>, HostError>;

    /// Request to flush buffered output. This function never blocks.
    ///
    /// This tells the output-stream that the caller intends any buffered
    /// output to be flushed. the output which is expected to be flushed
    /// is all that has been passed to `write` prior to this call.
    ///
    /// Upon calling this function, the `output-stream` will not accept any
    /// writes (`check-write` will return `ok(0)`) until the flush has
    /// completed. The `subscribe` pollable will become ready when the
    /// flush has completed and the stream can accept more writes.
    fn output_stream_flush(
        &mut self,
        this: Resource<OutputStream>,
    ) -> Result<Result<(), StreamError>, HostError>;

    /// Request to flush buffered output, and block until flush completes
    /// and stream is ready for writing again.
    fn output_stream_blocking_flush(
        &mut self,
        this: Resource<OutputStream>,
    ) -> Result<Result<(), StreamError>, HostError>;

    /// Create a `pollable` which will resolve once the output-stream
    /// is ready for more writing, or an error has occurred. When this
    /// pollable is ready, `check-write` will return `ok(n)` with n>0, or an
    /// error.
    ///
    /// If the stream is closed, this pollable is always ready immediately.
    ///
    /// The created `pollable` is a child resource of the `output-stream`.
    /// Implementations may trap if the `output-stream` is dropped before
    /// all derived `pollable`s created with this function are dropped.
    fn output_stream_subscribe(
        &mut self,
        this: Resource<OutputStream>,
    ) -> Result<Resource<Pollable>, HostError>;

    /// Write zeroes to a stream.
    ///
    /// This should be used precisely like `write` with the exact same
    /// preconditions (must use check-write first), but instead of
    /// passing a list of bytes, you simply pass the number of zero-bytes
    /// that should be written.
    fn output_stream_write_zeroes(
        &mut self,
        this: Resource<OutputStream>,
        len: u64,
    ) -> Result<Result<(), StreamError>, HostError>;

    /// Perform a write of up to 4096 zeroes, and then flush the stream.
    /// Block until all of these operations are complete, or an error
    /// occurs.
    ///
    /// Functionality is equivelant to `blocking-write-and-flush` with
    /// contents given as a list of len containing only zeroes.
    fn output_stream_blocking_write_zeroes_and_flush(
        &mut self,
        this: Resource<OutputStream>,
        len: u64,
    ) -> Result<Result<(), StreamError>, HostError>;

    /// Read from one stream and write to another.
    ///
    /// The behavior of splice is equivalent to:
    /// 1. calling `check-write` on the `output-stream`
    /// 2. calling `read` on the `input-stream` with the smaller of the
    /// `check-write` permitted length and the `len` provided to `splice`
    /// 3. calling `write` on the `output-stream` with that read data.
    ///
    /// Any error reported by the call to `check-write`, `read`, or
    /// `write` ends the splice and reports that error.
    ///
    /// This function returns the number of bytes transferred; it may be less
    /// than `len`.
    fn output_stream_splice(
        &mut self,
        this: Resource<OutputStream>,
        src: Resource<InputStream>,
        len: u64,
    ) -> Result<Result<u64, StreamError>, HostError>;

    /// Read from one stream and write to another, with blocking.
    ///
    /// This is similar to `splice`, except that it blocks until the
    /// `output-stream` is ready for writing, and the `input-stream`
    /// is ready for reading, before performing the `splice`.
    fn output_stream_blocking_splice(
        &mut self,
        this: Resource<OutputStream>,
        src: Resource<InputStream>,
        len: u64,
    ) -> Result<Result<u64, StreamError>, HostError>;

    /// Ends this `input-stream`: its owner has dropped it.
    fn drop_input_stream(
        &mut self,
        this: Resource<InputStream>,
    ) -> Result<(), HostError>;

    /// Ends this `output-stream`: its owner has dropped it.
    fn drop_output_stream(
        &mut self,
        this: Resource<OutputStream>,
    ) -> Result<(), HostError>;
}

/// Defines `wasi:io/streams@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Streams + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:io/streams@0.2.12");
    instance.resource::<InputStream>("input-stream", move |mut caller, rep| {
        get(caller.data_mut()).drop_input_stream(Resource::new(rep))
    })?;
    instance.resource::<OutputStream>("output-stream", move |mut caller, rep| {
        get(caller.data_mut()).drop_output_stream(Resource::new(rep))
    })?;
    instance.func_fill("[method]input-stream.read", move |data, (this, len), fill| {
        get(data).input_stream_read(this, len, fill)
    })?;
    instance.func_fill("[method]input-stream.blocking-read", move |data, (this, len), fill| {
        get(data).input_stream_blocking_read(this, len, fill)
    })?;
    instance.func_wrap("[method]input-stream.skip", move |mut caller, (this, len)| {
        get(caller.data_mut()).input_stream_skip(this, len)
    })?;
    instance.func_wrap("[method]input-stream.blocking-skip", move |mut caller, (this, len)| {
        get(caller.data_mut()).input_stream_blocking_skip(this, len)
    })?;
    instance.func_wrap("[method]input-stream.subscribe", move |mut caller, (this,)| {
        get(caller.data_mut()).input_stream_subscribe(this)
    })?;
    instance.func_wrap("[method]output-stream.check-write", move |mut caller, (this,)| {
        get(caller.data_mut()).output_stream_check_write(this)
    })?;
    instance.func_view::<(Resource<OutputStream>, &[u8]), _, _>(
        "[method]output-stream.write",
        move |data, (this, contents)| get(data).output_stream_write(this, contents),
    )?;
    instance.func_view::<(Resource<OutputStream>, &[u8]), _, _>(
        "[method]output-stream.blocking-write-and-flush",
        move |data, (this, contents)| {
            get(data).output_stream_blocking_write_and_flush(this, contents)
        },
    )?;
    instance.func_wrap("[method]output-stream.flush", move |mut caller, (this,)| {
        get(caller.data_mut()).output_stream_flush(this)
    })?;
    instance.func_wrap("[method]output-stream.blocking-flush", move |mut caller, (this,)| {
        get(caller.data_mut()).output_stream_blocking_flush(this)
    })?;
    instance.func_wrap("[method]output-stream.subscribe", move |mut caller, (this,)| {
        get(caller.data_mut()).output_stream_subscribe(this)
    })?;
    instance.func_wrap("[method]output-stream.write-zeroes", move |mut caller, (this, len)| {
        get(caller.data_mut()).output_stream_write_zeroes(this, len)
    })?;
    instance.func_wrap(
        "[method]output-stream.blocking-write-zeroes-and-flush",
        move |mut caller, (this, len)| {
            get(caller.data_mut()).output_stream_blocking_write_zeroes_and_flush(this, len)
        },
    )?;
    instance.func_wrap("[method]output-stream.splice", move |mut caller, (this, src, len)| {
        get(caller.data_mut()).output_stream_splice(this, src, len)
    })?;
    instance.func_wrap(
        "[method]output-stream.blocking-splice",
        move |mut caller, (this, src, len)| {
            get(caller.data_mut()).output_stream_blocking_splice(this, src, len)
        },
    )?;
    Ok(())
}
