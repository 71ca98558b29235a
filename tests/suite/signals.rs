//! Signals that somebody sent are no guest's fault. Each test runs itself in a child process, whose
//! handlers it changes.

use cantilever::Compile;
use cantilever::abi::block::TrapKind;
use cantilever::runtime::{CoreInstance, CoreLinker, CoreVal, Engine, Module, Store};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Set in a child process.
const CHILD: &str = "CANTILEVER_TEST_CHILD";

/// So many signals that some come at an instruction that may trap.
const TIMES: u32 = 200;

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs a test of this file in a child process, after this command of the shell.
fn run_child(test: &str, before: &str) -> Output {
    let exe = std::env::current_exe().unwrap();
    let (_, module) = module_path!().split_once("::").expect("this file is a module of the suite");
    let output = Command::new("sh")
        .args(["-c", &format!("{before}; ulimit -c 0; exec \"$0\" \"$@\"")])
        .arg(exe)
        .args(["--exact", &format!("{module}::{test}"), "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("running 1 test\n"), "the child ran something else than `{test}`: {said}");
    output
}

#[track_caller]
fn assert_succeeds(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}: {}{}", output.status, text(&output.stdout), text(&output.stderr));
}

/// `spin` accesses memory in nearly all of its instructions, as often as it is told to.
fn guest() -> (Store<()>, CoreInstance) {
    let loads = "(local.set 1 (i32.add (local.get 1) (i32.load (local.get 1))))".repeat(200);
    let text = format!(
        r#"(module
          (memory 1)
          (func (export "spin") (param i32) (result i32) (local i32)
            (loop {loads}
              (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get 1))
          (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#
    );
    let engine = Engine::default();
    let module = Module::new(&engine, &wat::parse_str(&text).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = CoreLinker::new().instantiate(&mut store, &module).unwrap();
    (store, instance)
}

fn call((store, instance): &mut (Store<()>, CoreInstance), name: &str, param: i32) -> Result<i32, Option<TrapKind>> {
    let func = instance.get_func(&mut *store, name).unwrap();
    match func.call(&mut *store, &[CoreVal::I32(param)]) {
        Ok(results) => match results[..] {
            [CoreVal::I32(result)] => Ok(result),
            _ => panic!("{results:?}"),
        },
        Err(error) => Err(error.trap().unwrap_or_else(|| panic!("{error}")).kind()),
    }
}

/// Sends this thread a signal so often, while it runs on.
fn send(signal: i32, times: u32) -> thread::JoinHandle<()> {
    // SAFETY: asks for two numbers.
    let (process, thread) = unsafe { (libc::getpid(), libc::syscall(libc::SYS_gettid)) };
    thread::spawn(move || {
        for _ in 0..times {
            thread::sleep(std::time::Duration::from_millis(2));
            // SAFETY: the thread is this process's.
            assert_eq!(unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal) }, 0);
        }
    })
}

#[test]
fn a_fault_that_was_sent_ends_the_process() {
    if is_child() {
        let mut guest = guest();
        assert_eq!(call(&mut guest, "load", -1), Err(Some(TrapKind::MemoryOutOfBounds)));
        let signal = std::env::var("CANTILEVER_TEST_SIGNAL").unwrap().parse().unwrap();
        let _sender = send(signal, 1);
        for _ in 0..1000 {
            let _ = call(&mut guest, "spin", 10_000_000);
        }
        return;
    }
    for signal in [libc::SIGSEGV, libc::SIGILL, libc::SIGFPE] {
        let set = format!("export CANTILEVER_TEST_SIGNAL={signal}");
        let output = run_child("a_fault_that_was_sent_ends_the_process", &set);
        assert_eq!(output.status.signal(), Some(signal), "{}", output.status);
    }
}

static SEEN: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_signal: i32) {
    SEEN.fetch_add(1, SeqCst);
}

#[test]
fn a_fault_that_was_sent_goes_to_the_handler_before() {
    if is_child() {
        // SAFETY: the handler does nothing but count.
        unsafe { libc::signal(libc::SIGSEGV, count as *const () as usize) };
        let mut guest = guest();
        let sender = send(libc::SIGSEGV, TIMES);
        while !sender.is_finished() {
            assert_eq!(call(&mut guest, "spin", 100_000), Ok(0));
        }
        let seen = SEEN.load(SeqCst);
        assert!(seen > 0, "the handler was not called");
        assert_eq!(call(&mut guest, "load", -1), Err(Some(TrapKind::MemoryOutOfBounds)));
        assert_eq!(SEEN.load(SeqCst), seen);
        return;
    }
    assert_succeeds(&run_child("a_fault_that_was_sent_goes_to_the_handler_before", ":"));
}

#[test]
fn a_fault_that_was_sent_and_is_ignored_changes_nothing() {
    if is_child() {
        // SAFETY: ignores a signal.
        unsafe { libc::signal(libc::SIGSEGV, libc::SIG_IGN) };
        let mut guest = guest();
        let sender = send(libc::SIGSEGV, TIMES);
        while !sender.is_finished() {
            assert_eq!(call(&mut guest, "spin", 100_000), Ok(0));
        }
        assert_eq!(call(&mut guest, "load", -1), Err(Some(TrapKind::MemoryOutOfBounds)));
        return;
    }
    assert_succeeds(&run_child("a_fault_that_was_sent_and_is_ignored_changes_nothing", ":"));
}
