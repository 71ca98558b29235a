//! Backtraces as a host sees them: through host functions, through other modules' code, of deep
//! stacks, and what profilers are told. Those of single guests are in `filetests/backtraces`.

use cantilever::Compile;
use cantilever::abi::block::TrapKind;
use cantilever::object::artifact::CoreFuncType;
use cantilever::runtime::{
    Caller, Component, Config, CoreExtern, CoreFunc, CoreInstance, CoreLinker, CoreVal, Engine, Error, Frame,
    HostError, Instance, Linker, Module, Profiler, Result, Store,
};
use std::sync::OnceLock;

fn component(engine: &Engine, text: &str) -> Component {
    Component::new(engine, &wat::parse_str(text).unwrap()).unwrap()
}

fn module(engine: &Engine, text: &str) -> Module {
    Module::new(engine, &wat::parse_str(text).unwrap()).unwrap()
}

/// The frames of core functions, without adapters.
fn core_frames(error: &Error) -> Vec<String> {
    error.frames().iter().filter(|frame| frame.module.is_some()).map(Frame::to_string).collect()
}

/// Calls the host with one less, and traps at 0.
const PING: &str = r#"(component
  (import "pong" (func $pong (param "n" u32)))
  (core func $pong' (canon lower (func $pong)))
  (core module $M
    (import "" "pong" (func $pong (param i32)))
    (func $zero (unreachable))
    (func (export "ping") (param i32)
      (if (i32.eqz (local.get 0)) (then (call $zero)))
      (call $pong (i32.sub (local.get 0) (i32.const 1)))))
  (core instance $m (instantiate $M (with "" (instance (export "pong" (func $pong'))))))
  (func (export "ping") (param "n" u32) (canon lift (core func $m "ping"))))"#;

/// What `ping(n)` ends with when the host function is this.
fn ping<F>(pong: F, n: u32) -> Error
where
    F: Fn(Caller<'_, Option<Instance>>, u32) -> Result<(), HostError> + Send + Sync + 'static,
{
    let engine = Engine::default();
    let component = component(&engine, PING);
    let mut linker = Linker::<Option<Instance>>::new(&engine);
    linker.func_wrap("pong", move |caller, (n,): (u32,)| pong(caller, n)).unwrap();
    let mut store = Store::new(&engine, None);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    *store.data_mut() = Some(instance);
    let ping = instance.get_typed_func::<(u32,), ()>(&mut store, "ping").unwrap();
    ping.call(&mut store, (n,)).unwrap_err()
}

/// Calls the guest that called.
fn back(mut caller: Caller<'_, Option<Instance>>, n: u32) -> Result<(), HostError> {
    let instance = (*caller.data()).unwrap();
    let ping = instance.get_typed_func::<(u32,), ()>(&mut caller, "ping")?;
    Ok(ping.call(&mut caller, (n,))?)
}

#[test]
fn frames_go_on_through_host_functions() {
    let error = ping(back, 2);
    assert_eq!(error.trap().unwrap().kind(), Some(TrapKind::Unreachable));
    let inlined = "M!ping (inlined)";
    assert_eq!(core_frames(&error), ["M!zero (inlined)", inlined, inlined, inlined]);
    let frames = error.frames();
    assert_eq!((frames[0].function_index, frames[1].function_index), (Some(1), Some(2)));
    // The module does not begin where the component does.
    assert!(frames[0].module_offset.unwrap() < frames[0].offset.unwrap());
    let pings: Vec<_> = frames.iter().filter(|frame| frame.function == "ping").map(|frame| frame.offset).collect();
    // The innermost one calls `zero`, the others call the host.
    assert!(pings[0] < pings[1] && pings[1] == pings[2], "{pings:?}");
}

#[test]
fn errors_of_host_functions_have_frames() {
    let error = ping(|_, _| Err("no".into()), 1);
    assert_eq!((error.to_string().as_str(), core_frames(&error)), ("no", vec!["M!ping (inlined)".to_owned()]));
    let nested = |caller: Caller<'_, Option<Instance>>, n| match n {
        0 => Err("no".into()),
        n => back(caller, n),
    };
    assert_eq!(core_frames(&ping(nested, 2)).len(), 2);
}

#[test]
fn a_deep_stack_is_cut() {
    let engine = Engine::default();
    let text = r#"(module $deep (func $f (export "f") (param i32) (result i32)
        (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (i32.const 1))))"#;
    let module = module(&engine, text);
    let mut store = Store::new(&engine, ());
    let instance = CoreInstance::new(&mut store, &module, &[]).unwrap();
    let func = instance.get_func(&mut store, "f").unwrap();
    let error = func.call(&mut store, &[CoreVal::I32(0)]).unwrap_err();
    assert_eq!(error.trap().unwrap().kind(), Some(TrapKind::StackOverflow));
    assert_eq!(error.frames().len(), 64);
    assert!(error.frames().iter().all(|frame| frame.to_string() == "deep!f"));
    assert!(error.to_string().ends_with("and their callers"), "{error}");
}

#[test]
fn frames_of_other_modules_are_named() {
    let engine = Engine::default();
    let callee = module(&engine, r#"(module $callee (func (export "f") (unreachable)))"#);
    let caller = module(&engine, r#"(module $caller (import "a" "f" (func $f)) (func (export "g") (call $f)))"#);
    let mut store = Store::new(&engine, ());
    let mut linker = CoreLinker::new();
    let callee = linker.instantiate(&mut store, &callee).unwrap();
    linker.define_instance(&mut store, "a", callee).unwrap();
    let caller = linker.instantiate(&mut store, &caller).unwrap();
    let error = caller.get_func(&mut store, "g").unwrap().call(&mut store, &[]).unwrap_err();
    assert_eq!(core_frames(&error), ["callee!f", "caller!g"]);
    assert_eq!(error.frames()[0].offset, error.frames()[0].module_offset);
}

#[test]
fn the_unwinder_goes_through_guests() {
    static SEEN: OnceLock<String> = OnceLock::new();
    let engine = Engine::default();
    let module = module(&engine, r#"(module (import "" "f" (func $f)) (func (export "g") (call $f)))"#);
    let no_values = CoreFuncType { params: Vec::new(), results: Vec::new() };
    let look = CoreFunc::new(no_values, |_: Caller<'_, ()>, _: &[CoreVal]| {
        SEEN.set(std::backtrace::Backtrace::force_capture().to_string()).unwrap();
        Ok(Vec::new())
    });
    let mut store = Store::new(&engine, ());
    let instance = CoreInstance::new(&mut store, &module, &[CoreExtern::Func(look)]).unwrap();
    instance.get_func(&mut store, "g").unwrap().call(&mut store, &[]).unwrap();
    let seen = SEEN.get().unwrap();
    assert!(seen.contains("the_unwinder_goes_through_guests"), "{seen}");
}

#[test]
fn profilers_are_told_where_functions_lie() {
    let engine = Engine::new(Config::new().profiler(Profiler::PerfMap));
    let _module = module(&engine, r#"(module $profiled (func $named (export "f")))"#);
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let map = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    let line = map.lines().find(|line| line.ends_with(" profiled.named")).expect("the function has a line");
    let [start, len] = [0, 1].map(|field| u64::from_str_radix(line.split(' ').nth(field).unwrap(), 16).unwrap());
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let is_code = maps.lines().any(|mapping| {
        let (range, rest) = mapping.split_once(' ').unwrap();
        let (low, high) = range.split_once('-').unwrap();
        let [low, high] = [low, high].map(|address| u64::from_str_radix(address, 16).unwrap());
        rest.starts_with("r-xp") && low <= start && start + len <= high
    });
    assert!(len > 0 && is_code, "{line}");
}
