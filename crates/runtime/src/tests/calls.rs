//! Calls in both directions, traps, and errors of the host.

use super::guest::{Guest, code, core_signature, declare};
use crate::*;
use cantilever_abi::block::{Header, HostCallee, MemoryDef, TrapKind};
use cantilever_abi::{FuncKey, FuncType, ValType};
use cantilever_object::artifact::{ImportSlot, MemoryEntry, MemoryLimits};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};
use std::mem::offset_of;

fn func(params: &[ValType], result: Option<ValType>) -> FuncType {
    let params = params.iter().enumerate().map(|(i, ty)| (format!("p{i}"), *ty)).collect();
    FuncType { params, result, is_async: false }
}

/// A guest that adds, traps in several ways, calls the host, and echoes.
fn guest() -> Guest {
    let (mut guest, slots) = Guest::new(2);
    let [host, memory] = slots[..] else { unreachable!() };
    let flags = MemFlagsData::trusted();
    guest.import(&["env", "hook"], ImportSlot::Func { ty: func(&[ValType::U32], Some(ValType::U32)), at: host });
    let limits = MemoryLimits { min: 1, max: Some(2), memory64: false, page_log2: 16 };
    guest.artifact.instantiation.memories.push(MemoryEntry { at: memory, limits, contents: Vec::new() });
    guest.export("add", func(&[ValType::U32, ValType::U32], Some(ValType::U32)), &|b, p| {
        let [x, y] = [0, 4].map(|at| b.ins().load(types::I32, flags, p[1], at));
        let sum = b.ins().iadd(x, y);
        b.ins().store(flags, sum, p[2], 0);
    });
    guest.export("unknown-handle", func(&[ValType::U32], None), &|b, p| {
        let index = b.ins().load(types::I32, flags, p[1], 0);
        let wide = b.ins().uextend(types::I64, index);
        b.ins().store(flags, wide, p[0], offset_of!(Header, trap_values) as i32);
        b.ins().trapnz(index, code(TrapKind::UnknownHandle));
    });
    guest.export("peek", func(&[ValType::U32], Some(ValType::U32)), &|b, p| {
        let base = b.ins().load(types::I64, flags, p[0], (memory as usize + offset_of!(MemoryDef, base)) as i32);
        let address = b.ins().load(types::I32, flags, p[1], 0);
        let wide = b.ins().uextend(types::I64, address);
        let place = b.ins().iadd(base, wide);
        let checked = MemFlagsData::new().with_trap_code(Some(code(TrapKind::MemoryOutOfBounds)));
        let value = b.ins().load(types::I32, checked, place, 0);
        b.ins().store(flags, value, p[2], 0);
    });
    guest.export("recurse", func(&[], None), &|b, p| {
        let callee = declare(b, FuncKey::Lift(3), core_signature(&[types::I64; 2]));
        b.ins().call(callee, p);
    });
    guest.export("hook", func(&[ValType::U32], Some(ValType::U32)), &|b, p| {
        let at = |field: usize| (host as usize + field) as i32;
        let func = b.ins().load(types::I64, flags, p[0], at(offset_of!(HostCallee, func)));
        let data = b.ins().load(types::I64, flags, p[0], at(offset_of!(HostCallee, data)));
        let signature = b.import_signature(super::guest::c_signature(4));
        let call = b.ins().call_indirect(signature, func, &[data, p[0], p[1], p[2]]);
        let failed = b.inst_results(call)[0];
        b.ins().trapnz(failed, code(TrapKind::HostError));
    });
    guest.export("echo", func(&[ValType::String], Some(ValType::String)), &|b, p| {
        let text = b.ins().load(types::I64X2, MemFlagsData::new(), p[1], 0);
        b.ins().store(MemFlagsData::new(), text, p[2], 0);
    });
    guest
}

/// The data of these tests' stores: what the host function does with its argument.
#[derive(Clone, Copy)]
struct Hook(HookFn);
type HookFn = fn(Caller<'_, Hook>, u32) -> Result<u32, HostError>;

fn instance(hook: HookFn) -> (Store<Hook>, Instance) {
    let engine = Engine::default();
    let component = guest().load(&engine);
    let mut linker = Linker::<Hook>::new(&engine);
    let call_hook = |caller: Caller<'_, Hook>, (x,): (u32,)| (caller.data().0)(caller, x);
    linker.instance("env").func_wrap("hook", call_hook).unwrap();
    let mut store = Store::new(&engine, Hook(hook));
    let instance = linker.instantiate(&mut store, &component).unwrap();
    (store, instance)
}

fn trap_message(result: Result<impl std::fmt::Debug>) -> String {
    result.unwrap_err().trap().expect("a trap").to_string()
}

#[test]
fn typed_and_dynamic_calls_agree() {
    let (mut store, instance) = instance(|_, x| Ok(x));
    let add = instance.get_typed_func::<(u32, u32), u32>(&mut store, "add").unwrap();
    assert_eq!(add.call(&mut store, (40, 2)).unwrap(), 42);
    let add = instance.get_func(&mut store, "add").unwrap();
    assert_eq!(add.call(&mut store, &[Val::U32(40), Val::U32(2)]).unwrap(), Some(Val::U32(42)));
    assert_eq!(add.signature().to_string(), "func(p0: u32, p1: u32) -> u32");
    assert!(matches!(add.call(&mut store, &[Val::U32(1)]), Err(Error::Value(ValueError::Count { .. }))));
    let wrong = add.call(&mut store, &[Val::U32(1), Val::S8(1)]).unwrap_err();
    assert_eq!(wrong.to_string(), "in parameter 2 (`p1`): expected u32, found s8");
    let wrong = instance.get_typed_func::<(u32, u8), u32>(&mut store, "add").unwrap_err();
    assert!(wrong.to_string().contains("expected u32, found u8"), "{wrong}");
    assert!(instance.get_func(&mut store, "sub").is_none());
}

#[test]
fn strings_pass_both_ways() {
    let (mut store, instance) = instance(|_, x| Ok(x));
    let echo = instance.get_typed_func::<(&str,), String>(&mut store, "echo").unwrap();
    assert_eq!(echo.call(&mut store, ("grüße",)).unwrap(), "grüße");
    let echo = instance.get_func(&mut store, "echo").unwrap();
    assert_eq!(echo.call(&mut store, &["".into()]).unwrap(), Some("".into()));
}

#[test]
fn a_trap_names_its_values_and_place_and_poisons_the_instance() {
    let (mut store, instance) = instance(|_, x| Ok(x));
    let func = instance.get_typed_func::<(u32,), ()>(&mut store, "unknown-handle").unwrap();
    func.call(&mut store, (0,)).unwrap();
    let error = func.call(&mut store, (5,)).unwrap_err();
    let trap = error.trap().unwrap();
    assert_eq!((trap.kind(), trap.message()), (Some(TrapKind::UnknownHandle), "unknown handle index 5"));
    assert_eq!(trap.to_string(), "unknown handle index 5\nwasm backtrace:\n     0: 0x1234 - Lift(1)");
    let refused = trap_message(func.call(&mut store, (0,)));
    assert!(refused.starts_with("wasm trap: cannot enter component instance"), "{refused}");
}

#[test]
fn memory_faults_land_as_traps() {
    let (mut store, instance) = instance(|_, x| Ok(x));
    let peek = instance.get_typed_func::<(u32,), u32>(&mut store, "peek").unwrap();
    assert_eq!(peek.call(&mut store, (65532,)).unwrap(), 0);
    let message = trap_message(peek.call(&mut store, (u32::MAX,)));
    assert!(message.starts_with("wasm trap: out of bounds memory access"), "{message}");
}

#[test]
fn recursion_without_end_is_a_trap_on_every_thread() {
    let run = || {
        let (mut store, instance) = instance(|_, x| Ok(x));
        let recurse = instance.get_typed_func::<(), ()>(&mut store, "recurse").unwrap();
        let message = trap_message(recurse.call(&mut store, ()));
        assert!(message.starts_with("wasm trap: call stack exhausted"), "{message}");
    };
    run();
    std::thread::spawn(run).join().unwrap();
}

#[test]
fn a_store_can_move_to_another_thread() {
    let (mut store, instance) = instance(|_, x| Ok(x));
    let add = instance.get_typed_func::<(u32, u32), u32>(&mut store, "add").unwrap();
    assert_eq!(add.call(&mut store, (1, 2)).unwrap(), 3);
    let sum = std::thread::spawn(move || add.call(&mut store, (3, 4)).unwrap()).join().unwrap();
    assert_eq!(sum, 7);
}

#[test]
fn host_functions_are_called() {
    let (mut store, instance) = instance(|_, x| Ok(x * 2));
    let hook = instance.get_typed_func::<(u32,), u32>(&mut store, "hook").unwrap();
    assert_eq!(hook.call(&mut store, (21,)).unwrap(), 42);
}

#[test]
fn an_error_of_the_host_arrives_unchanged() {
    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("no {0}")]
    struct Custom(u32);
    let (mut store, instance) = instance(|_, x| Err(Custom(x).into()));
    let hook = instance.get_typed_func::<(u32,), u32>(&mut store, "hook").unwrap();
    let error = hook.call(&mut store, (7,)).unwrap_err();
    assert_eq!(error.downcast_ref::<Custom>(), Some(&Custom(7)));
}

#[test]
fn a_panic_of_the_host_goes_on_above_the_guest() {
    let (mut store, instance) = instance(|_, x| panic!("host panic {x}"));
    let hook = instance.get_typed_func::<(u32,), u32>(&mut store, "hook").unwrap();
    let call = std::panic::AssertUnwindSafe(|| hook.call(&mut store, (9,)));
    let payload = std::panic::catch_unwind(call).unwrap_err();
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "host panic 9");
}

thread_local! {
    /// The instance that `reentrant` calls back.
    static REENTERED: std::cell::Cell<Option<Instance>> = const { std::cell::Cell::new(None) };
}

fn reentrant(mut caller: Caller<'_, Hook>, x: u32) -> Result<u32, HostError> {
    let instance = REENTERED.get().ok_or("no instance")?;
    if x == 0 {
        let trap = instance.get_typed_func::<(u32,), ()>(&mut caller, "unknown-handle")?;
        let message = trap_message(trap.call(&mut caller, (8,)));
        assert!(message.contains("index 8"), "{message}");
        return Err("after the inner trap".into());
    }
    let hook = instance.get_typed_func::<(u32,), u32>(&mut caller, "hook")?;
    Ok(hook.call(&mut caller, (x - 1,))? + 1)
}

#[test]
fn the_host_may_call_back_and_inner_traps_land_inside() {
    let (mut store, instance) = instance(reentrant);
    REENTERED.set(Some(instance));
    let hook = instance.get_typed_func::<(u32,), u32>(&mut store, "hook").unwrap();
    let error = hook.call(&mut store, (3,)).unwrap_err();
    assert_eq!(error.to_string(), "after the inner trap");
}

#[test]
fn missing_and_wrong_imports_are_named() {
    let engine = Engine::default();
    let component = guest().load(&engine);
    let linker = Linker::<()>::new(&engine);
    let error = linker.instantiate(Store::new(&engine, ()), &component).unwrap_err();
    let expected = "unknown imports, which the host does not define:\n  env\n    hook: func(p0: u32) -> u32;";
    assert_eq!(error.to_string(), expected);
    let mut linker = Linker::<()>::new(&engine);
    linker.instance("env").func_wrap("hook", |_, (_,): (u64,)| Ok(0u32)).unwrap();
    let error = linker.instantiate(Store::new(&engine, ()), &component).unwrap_err();
    assert!(error.to_string().starts_with("incompatible import type for `env/hook`"), "{error}");
    let mut linker = Linker::<()>::new(&engine);
    linker.define_unknown_imports_as_traps(&component);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let hook = instance.get_func(&mut store, "hook").unwrap();
    let error = hook.call(&mut store, &[Val::U32(1)]).unwrap_err();
    assert!(error.to_string().contains("env/hook"), "{error}");
}

#[test]
fn ten_thousand_instances_live_at_once() {
    let engine = Engine::default();
    let component = guest().load(&engine);
    let mut linker = Linker::<u32>::new(&engine);
    linker.instance("env").func_wrap("hook", |_, (x,): (u32,)| Ok(x)).unwrap();
    let pre = linker.instantiate_pre(&component).unwrap();
    let mut store = Store::new(&engine, 0);
    let instances: Vec<Instance> = (0..10_000).map(|_| pre.instantiate(&mut store).unwrap()).collect();
    for instance in [instances[0], instances[9_999]] {
        let add = instance.get_typed_func::<(u32, u32), u32>(&mut store, "add").unwrap();
        assert_eq!(add.call(&mut store, (2, 3)).unwrap(), 5);
    }
}

#[test]
fn handles_of_one_store_do_not_work_in_another() {
    let (mut store, instance) = instance(|_, x| Ok(x));
    let (mut other, _) = self::instance(|_, x| Ok(x));
    let add = instance.get_typed_func::<(u32, u32), u32>(&mut store, "add").unwrap();
    assert!(matches!(add.call(&mut other, (1, 2)), Err(Error::Link(LinkError::WrongStore))));
}
