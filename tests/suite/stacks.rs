//! Native stacks: how deep guests go, what host functions have left, on whatever stack they run.

use cantilever::Compile;
use cantilever::abi::block::TrapKind;
use cantilever::object::artifact::{CoreFuncType, CoreValType};
use cantilever::runtime::{
    Caller, Config, CoreExtern, CoreFunc, CoreInstance, CoreLinker, CoreVal, Engine, Error, HostError, Module, Result,
    StackError, Store, with_stack,
};
use cantilever::{CompileOptions, OptLevel};
use std::cell::Cell;
use std::ffi::c_void;
use std::hint::black_box;
use std::ops::Range;
use std::thread;

/// `down` calls itself so often, then the host; `for-ever` does not end.
const RECURSIVE: &str = r#"(module
  (import "host" "f" (func $f (param i32) (result i32)))
  (func $down (export "down") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (call $f (i32.const 0)))
      (else (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))))
  (func $for-ever (export "for-ever") (result i32) (i32.add (i32.const 1) (call $for-ever)))
  (func (export "host-then-down") (param i32) (result i32)
    (drop (call $f (i32.const 1))) (call $down (local.get 0)))
  (func (export "host") (param i32) (result i32) (call $f (local.get 0))))"#;

type Host = fn(Caller<'_, ()>, i32) -> Result<i32, HostError>;

/// An instance of a module that imports this host function.
struct Guest {
    store: Store<()>,
    instance: CoreInstance,
}

fn core_type(ty: CoreValType, params: usize, results: usize) -> CoreFuncType {
    CoreFuncType { params: vec![ty; params], results: vec![ty; results] }
}

fn guest(config: Config, text: &str, host: Host) -> Result<Guest> {
    let engine = Engine::new(config);
    let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    instance(&engine, &module, host)
}

fn instance(engine: &Engine, module: &Module, host: Host) -> Result<Guest> {
    let mut store = Store::new(engine, ());
    let closure = move |caller: Caller<'_, ()>, params: &[CoreVal]| match params {
        [CoreVal::I32(param)] => Ok(vec![CoreVal::I32(host(caller, *param)?)]),
        _ => Err("other parameters".into()),
    };
    let mut linker = CoreLinker::new();
    linker.define("host", "f", CoreExtern::Func(CoreFunc::new(core_type(CoreValType::I32, 1, 1), closure)));
    let instance = linker.instantiate(&mut store, module)?;
    Ok(Guest { store, instance })
}

impl Guest {
    fn call(&mut self, name: &str, params: &[CoreVal]) -> Result<i32> {
        let func = self.instance.get_func(&mut self.store, name).unwrap();
        match func.call(&mut self.store, params)?[..] {
            [CoreVal::I32(result)] => Ok(result),
            ref results => panic!("{results:?}"),
        }
    }

    /// The greatest depth of `down` that does not exhaust the stack.
    fn depth(&mut self) -> i32 {
        let (mut fits, mut exhausts) = (0, 1 << 30);
        while exhausts - fits > 1 {
            let middle = fits + (exhausts - fits) / 2;
            match self.call("down", &[CoreVal::I32(middle)]) {
                Ok(_) => fits = middle,
                Err(error) => {
                    assert_exhausted(&error);
                    exhausts = middle;
                }
            }
        }
        fits
    }
}

#[track_caller]
fn assert_exhausted(error: &Error) {
    assert_eq!(error.trap().and_then(|trap| trap.kind()), Some(TrapKind::StackOverflow), "{error}");
}

fn nothing(_: Caller<'_, ()>, param: i32) -> Result<i32, HostError> {
    Ok(param)
}

fn on_thread<R: Send + 'static>(stack: usize, f: impl FnOnce() -> R + Send + 'static) -> R {
    thread::Builder::new().stack_size(stack).spawn(f).unwrap().join().unwrap()
}

/// Uses this much stack, page by page.
#[inline(never)]
fn use_stack<const BYTES: usize>() -> u8 {
    let bytes = black_box([1u8; BYTES]);
    bytes.iter().step_by(1024).fold(0, |sum, byte| sum ^ black_box(*byte))
}

const MIB: usize = 1 << 20;

#[test]
fn a_host_function_has_stack_where_guests_have_none_left() {
    let depth = on_thread(2 * MIB, || {
        let host: Host = |_, param| Ok(param + i32::from(use_stack::<{ 400 << 10 }>() > 1));
        guest(Config::new(), RECURSIVE, host).unwrap().depth()
    });
    assert!(depth > 1000, "{depth}");
    // What was asked for is there on a thread that is too small for the guest's.
    on_thread(2 * MIB, || {
        let host: Host = |_, param| Ok(param + i32::from(use_stack::<{ 1000 << 10 }>() > 1));
        let config = Config::new().max_wasm_stack(usize::MAX).host_stack_reserve(1100 << 10);
        assert!(guest(config, RECURSIVE, host).unwrap().depth() > 1000);
    });
}

#[test]
fn guests_have_the_same_stack_on_every_large_thread() {
    let depth = |stack: usize, guests: usize| {
        on_thread(stack, move || guest(Config::new().max_wasm_stack(guests), RECURSIVE, nothing).unwrap().depth())
    };
    let usual = depth(8 * MIB, MIB);
    // Limits are rounded by 64 KiB, of 1 MiB.
    for (stack, guests, times) in [(64 * MIB, MIB, 1), (4 * MIB, MIB, 1), (8 * MIB, 4 * MIB, 4)] {
        let difference = (depth(stack, guests) / times).abs_diff(usual);
        assert!(difference <= usual as u32 / 8, "{stack} {guests}: {difference} of {usual}");
    }
    let config = Config::new().max_wasm_stack(4 * MIB).host_stack_reserve(MIB);
    let whole = on_thread(config.thread_stack_size(), move || guest(config, RECURSIVE, nothing).unwrap().depth());
    assert!(whole >= depth(64 * MIB, 4 * MIB) * 7 / 8);
}

#[test]
fn a_small_stack_is_used_or_refused() {
    let (mut used, mut refused) = (0, 0);
    for size in (128 << 10..640 << 10).step_by(8 << 10) {
        let outcome = on_thread(size, || guest(Config::new(), RECURSIVE, nothing)?.call("for-ever", &[]));
        match outcome.unwrap_err() {
            Error::Stack(error) => {
                assert!(matches!(error, StackError::TooSmall { left, needed } if left < needed), "{error}");
                assert!(error.to_string().contains("stack_size"), "{error}");
                refused += 1;
            }
            error => {
                assert_exhausted(&error);
                used += 1;
            }
        }
    }
    assert!(used > 10 && refused > 10, "{used} {refused}");
}

thread_local! {
    /// What host functions on this thread look at.
    static INSTANCE: Cell<Option<CoreInstance>> = const { Cell::new(None) };
    static LEVELS: Cell<u32> = const { Cell::new(0) };
    static INNERMOST: Cell<usize> = const { Cell::new(0) };
}

#[test]
fn recursion_through_the_host_ends() {
    let again: Host = |mut caller, param| {
        LEVELS.set(LEVELS.get() + 1);
        let func = INSTANCE.get().unwrap().get_func(&mut caller, "host").unwrap();
        match func.call(&mut caller, &[CoreVal::I32(param)])?[..] {
            [CoreVal::I32(result)] => Ok(result),
            _ => Err("other results".into()),
        }
    };
    on_thread(64 * MIB, move || {
        let mut guest = guest(Config::new(), RECURSIVE, again).unwrap();
        INSTANCE.set(Some(guest.instance));
        assert_exhausted(&guest.call("host", &[CoreVal::I32(0)]).unwrap_err());
        // Each level takes some hundred bytes at least, of 1 MiB.
        assert!((10..10_000).contains(&LEVELS.get()), "{}", LEVELS.get());
    });
}

#[test]
fn recursion_through_stores_ends() {
    let another: Host = |_, param| {
        LEVELS.set(LEVELS.get() + 1);
        let mut guest = guest(Config::new().max_wasm_stack(MIB / 4), RECURSIVE, nested())?;
        Ok(guest.call("host", &[CoreVal::I32(param)])?)
    };
    fn nested() -> Host {
        |_, param| {
            LEVELS.set(LEVELS.get() + 1);
            Ok(guest(Config::new(), RECURSIVE, nested())?.call("host", &[CoreVal::I32(param)])?)
        }
    }
    on_thread(64 * MIB, move || {
        let error =
            guest(Config::new().max_wasm_stack(MIB / 4), RECURSIVE, another).unwrap().call("host", &[CoreVal::I32(0)]);
        assert_exhausted(&error.unwrap_err());
        assert!((2..10_000).contains(&LEVELS.get()), "{}", LEVELS.get());
    });
}

#[test]
fn a_thread_that_had_a_trap_has_all_its_stack_again() {
    on_thread(8 * MIB, || {
        let mut guest = guest(Config::new(), RECURSIVE, nothing).unwrap();
        let depth = guest.depth();
        assert_eq!(guest.depth(), depth);
    });
}

/// A stack that the host has made.
struct Made(Vec<u128>);

impl Made {
    fn new(size: usize) -> Self {
        Made(vec![0; size / size_of::<u128>()])
    }

    fn addresses(&self) -> Range<usize> {
        let start = self.0.as_ptr() as usize;
        start..start + size_of_val(&self.0[..])
    }

    /// Where calls begin.
    fn top(&self) -> usize {
        self.addresses().end & !15
    }
}

// Calls `run(data)` with another stack pointer, and says so to unwinders.
#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".globl cantilever_test_call_on",
    "cantilever_test_call_on:",
    ".cfi_startproc",
    "push rbp",
    ".cfi_def_cfa_offset 16",
    ".cfi_offset rbp, -16",
    "mov rbp, rsp",
    ".cfi_def_cfa_register rbp",
    "mov rsp, rdi",
    "mov rdi, rsi",
    "call rdx",
    "mov rsp, rbp",
    "pop rbp",
    ".cfi_def_cfa rsp, 8",
    "ret",
    ".cfi_endproc",
);

#[cfg(target_arch = "x86_64")]
unsafe extern "C" {
    fn cantilever_test_call_on(top: usize, data: *mut c_void, run: extern "C" fn(*mut c_void));
}

/// Runs `f` with this stack pointer.
///
/// # Safety
///
/// It must be a multiple of 16, and below it there must be stack enough, which nobody uses.
#[cfg(target_arch = "x86_64")]
unsafe fn call_on<F: FnOnce() -> R, R>(top: usize, f: F) -> R {
    struct Call<F, R>(Option<F>, Option<R>);
    extern "C" fn run<F: FnOnce() -> R, R>(call: *mut c_void) {
        // SAFETY: `call_on` passes what it waits for.
        let call = unsafe { &mut *call.cast::<Call<F, R>>() };
        call.1 = call.0.take().map(|f| f());
    }
    let mut call = Call(Some(f), None);
    // SAFETY: the caller vouches for the stack.
    unsafe { cantilever_test_call_on(top, (&raw mut call).cast(), run::<F, R>) };
    call.1.unwrap()
}

#[cfg(target_arch = "x86_64")]
#[test]
fn a_stack_of_the_hosts_own_is_declared_or_refused() {
    let made = Made::new(3 * MIB);
    let mut guest = guest(Config::new(), RECURSIVE, nothing).unwrap();
    assert_eq!(guest.call("down", &[CoreVal::I32(10)]).unwrap(), 10);
    // SAFETY: the stack is there, and nobody uses it.
    let error = unsafe { call_on(made.top(), || guest.call("down", &[CoreVal::I32(10)])) }.unwrap_err();
    assert!(matches!(error, Error::Stack(StackError::Unknown)), "{error}");
    assert!(error.to_string().contains("with_stack"), "{error}");
    let own = guest.depth();
    // SAFETY: as above.
    let there = unsafe { call_on(made.top(), || with_stack(made.addresses(), || guest.depth())) };
    assert!(there.abs_diff(own) <= own as u32 / 4, "{there} {own}");
    assert!(guest.depth().abs_diff(own) <= own as u32 / 4);
    let small = Made::new(200 << 10);
    // SAFETY: as above.
    let error = unsafe { call_on(small.top(), || with_stack(small.addresses(), || guest.call("for-ever", &[]))) };
    assert!(matches!(error.unwrap_err(), Error::Stack(StackError::TooSmall { .. })));
}

/// The store's contexts have the limit of another stack while a guest waits on this one.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_guest_has_its_limit_again_when_another_stack_is_left() {
    let elsewhere: Host = |mut caller, param| {
        if param != 1 {
            return Ok(param);
        }
        let made = Made::new(3 * MIB);
        let func = INSTANCE.get().unwrap().get_func(&mut caller, "down").unwrap();
        // SAFETY: the stack is there, and nobody uses it.
        let results = unsafe {
            call_on(made.top(), || with_stack(made.addresses(), || func.call(&mut caller, &[CoreVal::I32(7)])))
        };
        assert_eq!(results?, [CoreVal::I32(7)]);
        // Without a declaration it is refused, though a guest waits.
        // SAFETY: as above.
        let refused = unsafe { call_on(made.top(), || func.call(&mut caller, &[CoreVal::I32(7)])) };
        assert!(matches!(refused, Err(Error::Stack(StackError::Unknown))));
        Ok(0)
    };
    on_thread(8 * MIB, move || {
        let mut guest = guest(Config::new(), RECURSIVE, elsewhere).unwrap();
        INSTANCE.set(Some(guest.instance));
        let depth = guest.depth();
        for _ in 0..3 {
            assert!(guest.call("host-then-down", &[CoreVal::I32(depth * 3 / 4)]).is_ok());
            let deeper = guest.call("host-then-down", &[CoreVal::I32(depth * 5 / 4)]);
            assert_exhausted(&deeper.unwrap_err());
        }
    });
}

/// `wide` has as many parameters and results as there can be, the widest.
fn wide() -> String {
    let vectors = "v128 ".repeat(1000);
    let parameters: String = (0..1000).map(|index| format!("(local.get {index}) ")).collect();
    format!(
        r#"(module
          (import "host" "f" (func $f (param i32) (result i32)))
          (func (export "host") (param i32) (result i32) (call $f (local.get 0)))
          (func $again (param {vectors}) (result {vectors}) {parameters})
          (func (export "wide") (param {vectors}) (result {vectors}) (call $again {parameters})))"#
    )
}

/// Enters guests from a host function with stack pointers at all depths from those that are
/// admitted to those that are not.
#[cfg(target_arch = "x86_64")]
#[test]
fn no_entry_crashes_however_little_stack_is_left() {
    fn enter_at_all_depths(caller: &mut Caller<'_, ()>, name: &str, params: &[CoreVal], step: usize) -> (u32, u32) {
        let func = INSTANCE.get().unwrap().get_func(&mut *caller, name).unwrap();
        let here = &raw const func as usize;
        let (mut entered, mut refused) = (0, 0);
        // Guests have 128 KiB at least and 256 KiB at most; what is below is the host's and the
        // runtime's.
        for below in (4096..288 << 10).step_by(step) {
            let sp = (here - below) & !15;
            // SAFETY: this is the thread's own stack, below all frames, with room for the host.
            match unsafe { call_on(sp, || func.call(&mut *caller, params)) } {
                Ok(_) => entered += 1,
                Err(error) => {
                    assert_exhausted(&error);
                    refused += 1;
                }
            }
        }
        (entered, refused)
    }
    let host: Host = |mut caller, kind| {
        let (entered, refused) = match kind {
            0 => enter_at_all_depths(&mut caller, "host", &[CoreVal::I32(2)], 16),
            1 => enter_at_all_depths(&mut caller, "wide", &[CoreVal::V128(7); 1000], 1040),
            _ => return Ok(0),
        };
        assert!(entered > 10 && refused > 10, "{entered} {refused}");
        Ok(0)
    };
    on_thread(MIB, move || {
        let config = Config::new().max_wasm_stack(128 << 10).host_stack_reserve(0);
        let mut guest = guest(config, &wide(), host).unwrap();
        INSTANCE.set(Some(guest.instance));
        for kind in [0, 1] {
            assert_eq!(guest.call("host", &[CoreVal::I32(kind)]).unwrap(), 0);
        }
    });
}

/// What the runtime keeps of a stack for the frames of its own.
const RUNTIME_STACK: usize = 128 << 10;

/// Frames that are compared with no limit must not go beyond what is kept for them: they could skip
/// the guard.
#[test]
fn the_widest_entry_needs_no_more_than_the_runtime_keeps() {
    let params = [CoreVal::V128(7); 1000];
    let vectors = "v128 ".repeat(1000);
    let parameters: String = (0..1000).map(|index| format!("(local.get {index}) ")).collect();
    let text = format!(
        r#"(module
          (import "host" "f" (func $f (param {vectors}) (result {vectors})))
          (func (export "wide") (param {vectors}) (result {vectors}) (return_call $f {parameters})))"#
    );
    let wasm = wat::parse_str(text).unwrap();
    for opt_level in [OptLevel::None, OptLevel::Speed] {
        let engine = Engine::default();
        let module = Module::with_options(&engine, &wasm, &CompileOptions { opt_level, ..Default::default() }).unwrap();
        let mut store = Store::new(&engine, ());
        let host = |_: Caller<'_, ()>, params: &[CoreVal]| {
            INNERMOST.set(&raw const params as usize);
            Ok(params.to_vec())
        };
        let mut linker = CoreLinker::new();
        linker.define("host", "f", CoreExtern::Func(CoreFunc::new(core_type(CoreValType::V128, 1000, 1000), host)));
        let wide = linker.instantiate(&mut store, &module).unwrap().get_func(&mut store, "wide").unwrap();
        assert_eq!(wide.call(&mut store, &params).unwrap(), params);
        let here = &raw const wide as usize;
        let taken = here - INNERMOST.get();
        assert!((32_000..RUNTIME_STACK).contains(&taken), "{taken}");
    }
}

/// The same at the limit, on threads of all sizes.
#[test]
fn the_widest_entry_is_refused_where_it_does_not_fit() {
    let params = [CoreVal::V128(7); 1000];
    let engine = Engine::new(Config::new().host_stack_reserve(0));
    let module = Module::new(&engine, &wat::parse_str(wide()).unwrap()).unwrap();
    let (mut entered, mut exhausted) = (0, 0);
    for size in (150 << 10..400 << 10).step_by(2 << 10) {
        let (engine, module) = (engine.clone(), module.clone());
        let outcome = on_thread(size, move || {
            let mut guest = instance(&engine, &module, nothing)?;
            guest.instance.get_func(&mut guest.store, "wide").unwrap().call(&mut guest.store, &params)
        });
        match outcome {
            Ok(results) => {
                assert_eq!(results, params);
                entered += 1;
            }
            Err(Error::Stack(StackError::TooSmall { .. })) => {}
            Err(error) => {
                assert_exhausted(&error);
                exhausted += 1;
            }
        }
    }
    assert!(entered > 10 && exhausted > 5, "{entered} {exhausted}");
}
