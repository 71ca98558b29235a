//! Exceptions of core code, as a host sees them; what they do inside of guests is in
//! `filetests/exceptions` and in the specification's scripts.

use cantilever::Compile;
use cantilever::abi::block::TrapKind;
use cantilever::object::artifact::CoreFuncType;
use cantilever::runtime::{
    CoreExtern, CoreFunc, CoreInstance, CoreVal, Engine, Error, Limits, Module, Result, Store, StoreContextMut,
};
use cantilever::{CompileOptions, EmitText};
use std::sync::OnceLock;

/// A store with an instance of a module, given as text.
fn instance(text: &str, imports: &[CoreExtern]) -> (Store<()>, CoreInstance) {
    let engine = Engine::default();
    let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = CoreInstance::new(&mut store, &module, imports).unwrap();
    (store, instance)
}

fn call(store: &mut Store<()>, instance: CoreInstance, name: &str, params: &[CoreVal]) -> Result<Vec<CoreVal>> {
    instance.get_func(&mut *store, name).unwrap().call(store, params)
}

fn trap(result: Result<Vec<CoreVal>>) -> Option<TrapKind> {
    match result {
        Err(Error::Trap(trap)) => trap.kind(),
        other => panic!("no trap: {other:?}"),
    }
}

#[test]
fn references_that_the_host_keeps_or_makes_up_are_checked() {
    let text = r#"(module
      (tag $t (param i32))
      (func (export "make") (result exnref)
        (local exnref)
        (block $caught (result i32 exnref)
          (try_table (catch_ref $t $caught) (throw $t (i32.const 5)))
          (unreachable))
        (local.set 0)
        (drop)
        (local.get 0))
      (func (export "rethrow") (param exnref) (result i32)
        (block $caught (result i32)
          (try_table (catch $t $caught) (throw_ref (local.get 0)))
          (unreachable))))"#;
    let (mut store, instance) = instance(text, &[]);
    let made = call(&mut store, instance, "make", &[]).unwrap();
    assert_eq!(call(&mut store, instance, "rethrow", &made).unwrap(), [CoreVal::I32(5)]);
    let forged = [CoreVal::ExnRef(Some(0x1000))];
    assert_eq!(trap(call(&mut store, instance, "rethrow", &forged)), Some(TrapKind::StaleException));
    let null = [CoreVal::ExnRef(None)];
    assert_eq!(trap(call(&mut store, instance, "rethrow", &null)), Some(TrapKind::NullReference));
}

#[test]
fn exceptions_that_may_be_referred_to_have_a_quota() {
    let text = r#"(module
      (tag $t)
      (func (export "collect") (param i32)
        (loop $again
          (block $caught (result exnref)
            (try_table (catch_all_ref $caught) (throw $t))
            (unreachable))
          (drop)
          (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;
    let (mut store, instance) = instance(text, &[]);
    let mut limits = Limits::default();
    limits.exception_bytes = 6400;
    store.set_limits(limits);
    // Each of them takes 64 bytes, all told; a call frees what it made.
    for _ in 0..3 {
        call(&mut store, instance, "collect", &[CoreVal::I32(100)]).unwrap();
    }
    let exhausted = call(&mut store, instance, "collect", &[CoreVal::I32(101)]);
    let message = exhausted.as_ref().unwrap_err().to_string();
    let said = "no memory for another exception: `Limits::exception_bytes` is 6400 bytes, and 6464 would be needed";
    assert!(message.contains(said), "{message}");
    assert_eq!(trap(exhausted), Some(TrapKind::ExceptionsExhausted));
    call(&mut store, instance, "collect", &[CoreVal::I32(100)]).unwrap();
}

#[test]
fn an_exception_does_not_pass_a_frame_of_the_host() {
    static CALLED: OnceLock<CoreInstance> = OnceLock::new();
    let no_values = CoreFuncType { params: Vec::new(), results: Vec::new() };
    let back = CoreFunc::new(no_values, |mut caller: StoreContextMut<'_, ()>, _: &[CoreVal]| {
        let throw = CALLED.get().unwrap().get_func(&mut caller, "throw").unwrap();
        assert_eq!(trap(throw.call(&mut caller, &[])), Some(TrapKind::UncaughtException));
        Ok(Vec::new())
    });
    let text = r#"(module
      (import "" "back" (func $back))
      (tag $t)
      (func $throw (export "throw") (throw $t))
      (func (export "run") (result i32)
        (block $caught
          (try_table (catch_all $caught) (call $back))
          (block $mine
            (try_table (catch_all $mine) (call $throw))
            (unreachable))
          (return (i32.const 1)))
        (i32.const 2)))"#;
    let (mut store, instance) = instance(text, &[CoreExtern::Func(back)]);
    CALLED.set(instance).unwrap();
    assert_eq!(call(&mut store, instance, "run", &[]).unwrap(), [CoreVal::I32(1)]);
    assert_eq!(trap(call(&mut store, instance, "throw", &[])), Some(TrapKind::UncaughtException));
}

/// Of a component, the CLIF of everything but entry trampolines. Its core function's body is given.
fn clif(body: &str) -> String {
    let text = format!(
        r#"(component
          (core module $M (tag $t) (func (export "f") {body}))
          (core instance $m (instantiate $M))
          (func (export "f") (canon lift (core func $m "f"))))"#
    );
    let bytes = wat::parse_str(text).unwrap();
    let whole = cantilever::emit_text(&bytes, &CompileOptions::default(), EmitText::Clif, None).unwrap();
    let functions = whole.split("\n; ").filter(|text| !text.contains("entry["));
    functions.collect::<Vec<_>>().join("\n; ")
}

#[test]
fn code_that_does_not_throw_does_not_pay() {
    let throwing = clif("(if (i32.const 0) (then (throw $t)))");
    assert!(throwing.contains("try_call") && throwing.contains("; throw\n"), "{throwing}");
    let plain = clif("(if (i32.const 0) (then (unreachable)))");
    assert!(!plain.contains("try_call") && !plain.contains("; throw\n"), "{plain}");
}
