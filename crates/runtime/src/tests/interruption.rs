//! Host functions that wait are woken by an interruption.

use super::compiled::Compile;
use crate::*;
use cantilever::CompileOptions;
use cantilever_abi::block::TrapKind;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{PipeReader, PipeWriter};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// `run` calls the import; `spin` runs for ever.
const GUEST: &str = r#"(component
  (import "wait" (func $wait))
  (core func $wait' (canon lower (func $wait)))
  (core module $M
    (import "" "wait" (func $wait))
    (func (export "run") (call $wait))
    (func (export "spin") (loop (br 0))))
  (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait'))))))
  (func (export "run") (canon lift (core func $m "run")))
  (func (export "spin") (canon lift (core func $m "spin"))))"#;

/// A test whose host function is not woken fails after this long.
const PATIENCE: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };

/// What the host function waits for, and where it says that it begins to.
struct Waiting {
    never_written: PipeReader,
    began: Sender<()>,
}

/// Waits for a pipe that nobody writes to, and for an interruption.
fn wait(mut caller: Caller<'_, Waiting>, (): ()) -> Result<(), HostError> {
    let event = caller.interrupt_event()?.ok_or("nobody can interrupt this store")?;
    let Waiting { never_written, began } = caller.data();
    began.send(())?;
    let mut files = [PollFd::new(never_written, PollFlags::IN), PollFd::new(&event, PollFlags::IN)];
    poll(&mut files, Some(&PATIENCE))?;
    match [files[0].revents(), files[1].revents()].map(|found| found.contains(PollFlags::IN)) {
        [false, true] => Err(Interrupted.into()),
        found => Err(format!("readable: {found:?}").into()),
    }
}

/// A store and what makes instances in it. The other end of the host function's pipe keeps it open,
/// and the channel tells when the function begins to wait.
fn store() -> (Store<Waiting>, InstancePre<Waiting>, (PipeWriter, Receiver<()>)) {
    let engine = Engine::default();
    let options = CompileOptions { interruptible: true, ..CompileOptions::default() };
    let component = Component::with_options(&engine, &wat::parse_str(GUEST).unwrap(), &options).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("wait", wait).unwrap();
    let (never_written, writer) = std::io::pipe().unwrap();
    let (began, begins) = channel();
    let store = Store::new(&engine, Waiting { never_written, began });
    (store, linker.instantiate_pre(&component).unwrap(), (writer, begins))
}

fn call(store: &mut Store<Waiting>, instance: Instance, name: &str) -> Option<TrapKind> {
    let func = instance.get_typed_func::<(), ()>(&mut *store, name).unwrap();
    let error = func.call(store, ()).unwrap_err();
    assert!(error.trap().is_some_and(|trap| !trap.frames().is_empty()), "{error}");
    error.trap().unwrap().kind()
}

#[test]
fn a_host_function_that_waits_is_woken_and_its_guest_traps_as_interrupted() {
    let (mut store, pre, (_writer, mut begins)) = store();
    let handle = store.interrupt_handle().unwrap();
    for name in ["run", "run", "spin"] {
        let instance = pre.instantiate(&mut store).unwrap();
        let (handle, begins) = (&handle, &mut begins);
        let kind = thread::scope(|scope| {
            scope.spawn(move || {
                if name == "run" {
                    begins.recv().unwrap();
                }
                handle.interrupt();
            });
            call(&mut store, instance, name)
        });
        assert_eq!(kind, Some(TrapKind::Interrupted));
        // Who waits from now on waits for the next interruption.
        store.clear_interrupt();
    }
}

#[test]
fn an_event_that_is_made_after_the_interruption_is_signalled() {
    let (mut store, pre, (_writer, begins)) = store();
    let handle = store.interrupt_handle().unwrap();
    let instance = pre.instantiate(&mut store).unwrap();
    let interrupted = thread::spawn(move || handle.interrupt());
    interrupted.join().unwrap();
    assert_eq!(store.as_context_mut().check_interrupt(), Err(Interrupted));
    let event = store.interrupt_event().unwrap().expect("the interruption lasts, though no handle is left");
    let readable = |event: &InterruptEvent| {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut [PollFd::new(event, PollFlags::IN)], Some(&now)).unwrap() == 1
    };
    assert!(readable(&event));
    assert_eq!(call(&mut store, instance, "run"), Some(TrapKind::Interrupted));
    assert!(begins.try_recv().is_err(), "the guest is stopped before it calls");
    store.clear_interrupt();
    assert!(!readable(&event));
    assert_eq!(store.as_context_mut().check_interrupt(), Ok(()));
}

#[test]
fn a_store_that_nobody_can_interrupt_has_no_event() {
    let (mut store, ..) = store();
    assert!(store.interrupt_event().unwrap().is_none());
    let handle = store.interrupt_handle().unwrap();
    assert!(store.interrupt_event().unwrap().is_some());
    drop(handle);
    assert!(store.interrupt_event().unwrap().is_none());
}
