//! Functions that fill a list of a guest, called by a guest that gives the list back.
//!
//! The methods have the names of those of the generated traits, and are found before them.

use super::*;
use crate::bindings::wasi::filesystem::types::{self, ErrorCode, Types};
use crate::p2::io::InputStreamResource;
use cantilever::Compile;
use cantilever_runtime::{Component, Error, Fill, Filled, Linker};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::OnceLock;

const GUEST: &str = r#"(component
  (import "fill" (func $fill (result (list u8))))
  (core module $Memory
    (memory (export "memory") 80)
    (global $next (mut i32) (i32.const 16))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3)))))
  (core instance $memory (instantiate $Memory))
  (core func $fill (canon lower (func $fill)
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $Main
    (import "host" "fill" (func $fill (param i32)))
    (func (export "run") (result i32) (call $fill (i32.const 8)) (i32.const 8)))
  (core instance $main (instantiate $Main (with "host" (instance (export "fill" (func $fill))))))
  (func (export "run") (result (list u8)) (canon lift (core func $main "run")
    (memory (core memory $memory "memory")))))"#;

/// What fills the guest's list.
type Filling = Box<dyn FnOnce(&mut WasiCtx, Fill<'_>) -> Result<Filled, HostError>>;

/// A call that fills, with its context.
struct Call {
    ctx: WasiCtx,
    call: Option<Filling>,
}

/// The guest, compiled once.
fn guest() -> &'static Component {
    static GUEST_COMPONENT: OnceLock<Component> = OnceLock::new();
    GUEST_COMPONENT.get_or_init(|| {
        let bytes = wat::parse_str(GUEST).expect("the guest is well-formed");
        Component::new(&Engine::default(), &bytes).expect("the guest compiles")
    })
}

/// Has the guest make this call. Gives what it has then.
fn fill(
    ctx: &mut WasiCtx,
    call: impl FnOnce(&mut WasiCtx, Fill<'_>) -> Result<Filled, HostError> + 'static,
) -> Result<Vec<u8>, HostError> {
    let mut linker = Linker::<Call>::new(guest().engine());
    let mut root = linker.root();
    let filling = root.func_fill::<(), Filled, _>("fill", |data: &mut Call, (), fill| {
        (data.call.take().expect("the guest calls once"))(&mut data.ctx, fill)
    });
    filling.map(|_| ()).expect("nothing is defined twice");
    let data = Call { ctx: std::mem::take(ctx), call: Some(Box::new(call)) };
    let mut store = Store::new(guest().engine(), data);
    let instance = linker.instantiate(&mut store, guest()).expect("the imports fit");
    let run = instance.get_typed_func::<(), Vec<u8>>(&mut store, "run").expect("the export fits");
    let outcome = run.call(&mut store, ());
    *ctx = std::mem::take(&mut store.data_mut().ctx);
    outcome.map_err(|error| match error {
        Error::Host(failure) => failure.into_error(),
        Error::Trap(trap) if trap.to_string().contains("interrupted") => Interrupted.into(),
        error => error.into(),
    })
}

/// The same with a function whose result has an error of WIT, and something beside the list.
fn fill_or_error<R: 'static, E: 'static>(
    ctx: &mut WasiCtx,
    call: impl FnOnce(&mut WasiCtx, Fill<'_>) -> Result<Result<(Filled, R), E>, HostError> + 'static,
) -> Result<Result<(Vec<u8>, R), E>, HostError> {
    let rest = Rc::new(RefCell::new(None));
    let kept = rest.clone();
    let bytes = fill(ctx, move |ctx, fill| {
        let (filled, rest) = match call(ctx, fill)? {
            Ok((filled, rest)) => (filled, Ok(rest)),
            Err(error) => (Filled::empty(), Err(error)),
        };
        *kept.borrow_mut() = Some(rest);
        Ok(filled)
    })?;
    let rest = rest.borrow_mut().take().expect("the guest called");
    Ok(rest.map(|rest| (bytes, rest)))
}

type Read = Result<Result<Vec<u8>, StreamError>, HostError>;

impl WasiCtx {
    pub(crate) fn input_stream_read(&mut self, this: Resource<InputStreamResource>, len: u64) -> Read {
        let call = move |ctx: &mut WasiCtx, fill: Fill<'_>| Streams::input_stream_read(ctx, lend(&this), len, fill);
        read(self, call)
    }

    pub(crate) fn input_stream_blocking_read(&mut self, this: Resource<InputStreamResource>, len: u64) -> Read {
        let call =
            move |ctx: &mut WasiCtx, fill: Fill<'_>| Streams::input_stream_blocking_read(ctx, lend(&this), len, fill);
        read(self, call)
    }

    pub(crate) fn descriptor_read(
        &mut self,
        this: Resource<types::Descriptor>,
        len: u64,
        offset: u64,
    ) -> Result<Result<(Vec<u8>, bool), ErrorCode>, HostError> {
        fill_or_error(self, move |ctx, fill| Types::descriptor_read(ctx, lend(&this), len, offset, fill))
    }

    pub(crate) fn get_random_bytes(&mut self, len: u64) -> Result<Vec<u8>, HostError> {
        fill(self, move |ctx, fill| Random::get_random_bytes(ctx, len, fill))
    }

    pub(crate) fn get_insecure_random_bytes(&mut self, len: u64) -> Result<Vec<u8>, HostError> {
        fill(self, move |ctx, fill| Insecure::get_insecure_random_bytes(ctx, len, fill))
    }
}

fn read(
    ctx: &mut WasiCtx,
    call: impl FnOnce(&mut WasiCtx, Fill<'_>) -> Result<Result<Filled, StreamError>, HostError> + 'static,
) -> Read {
    let outcome = fill_or_error(ctx, move |ctx, fill| Ok(call(ctx, fill)?.map(|filled| (filled, ()))))?;
    Ok(outcome.map(|(bytes, ())| bytes))
}
