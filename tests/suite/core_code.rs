//! What the CLIF of functions looks like, and that all of it verifies and compiles. What code
//! computes is tested by running the specification's scripts.

use cantilever::abi::block::memory::RESERVATION;
use cantilever::abi::block::{Context, Supervision};
use cantilever::abi::{Callee, CtxArg, FuncKey, Place};
use cantilever::decode::{Decoded, decode};
use cantilever::pass::clif::Convention;
use cantilever::plan::prepared::PreparedModule;
use cantilever::wasm::{
    ElemPlace, Error, KnownElement, ModuleEnv, ModulePlaces, Tunables, translate_function, translate_init,
};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;

fn isa() -> OwnedTargetIsa {
    let mut flags = settings::builder();
    for (name, value) in [("opt_level", "speed"), ("enable_verifier", "true"), ("preserve_frame_pointers", "true")] {
        flags.set(name, value).unwrap();
    }
    cranelift_native::builder().unwrap().finish(settings::Flags::new(flags)).unwrap()
}

/// Places for a module alone: definitions here, imports through pointers, one after the other.
fn places(decoded: &Decoded) -> ModulePlaces {
    let module = &decoded.modules[0];
    let mut next = size_of::<Context>() as u32;
    let mut at = || {
        next += 32;
        next
    };
    let mut place = |count: usize, imported: u32| -> Vec<Place> {
        (0..count).map(|i| if i < imported as usize { Place::Through(at()) } else { Place::Here(at()) }).collect()
    };
    let tables = place(module.tables.len(), module.imported_tables);
    let memories = place(module.memories.len(), module.imported_memories);
    let globals = place(module.globals.len(), module.imported_globals);
    let tags = place(module.tags.len(), module.imported_tags);
    let func = |i: u32| match i.checked_sub(module.imported_funcs) {
        None => Callee::Slot(1000 + 32 * i),
        Some(defined) => Callee::Direct { func: FuncKey::Core(0, defined), ctx: CtxArg::Same },
    };
    ModulePlaces {
        funcs: (0..module.funcs.len() as u32).map(func).collect(),
        func_defs: (0..module.funcs.len() as u32).map(|i| Some(10_000 + 32 * i)).collect(),
        tables,
        memories,
        globals,
        tags,
        datas: (0..module.datas.len() as u32).map(|i| 20_000 + 16 * i).collect(),
        elems: (0..module.elems.len() as u32)
            .map(|i| ElemPlace { slot: 30_000 + 16 * i, storage: 40_000 + 1024 * i })
            .collect(),
        prepared: PreparedModule::nothing(module),
        ..ModulePlaces::default()
    }
}

fn env<'a>(decoded: &'a Decoded, places: &'a ModulePlaces, convention: Convention) -> ModuleEnv<'a> {
    ModuleEnv {
        source: &decoded.source,
        core_types: &decoded.core_types,
        core_type_decls: &decoded.core_type_decls,
        module: &decoded.modules[0],
        module_index: 0,
        places,
        convention,
        tunables: Tunables::default(),
    }
}

fn decoded(wat: &str) -> Decoded {
    decode(wat::parse_str(wat).unwrap().into()).unwrap()
}

/// Translates every function and the initialisation, verifies and compiles them; the functions as
/// text.
fn translate_with(wat: &str, adjust: impl FnOnce(&Decoded, &mut ModulePlaces)) -> Vec<String> {
    translate_adjusted(wat, Tunables::default(), adjust)
}

fn translate_adjusted(wat: &str, tunables: Tunables, adjust: impl FnOnce(&Decoded, &mut ModulePlaces)) -> Vec<String> {
    let (isa, decoded) = (isa(), decoded(wat));
    let mut places = places(&decoded);
    adjust(&decoded, &mut places);
    let env = ModuleEnv { tunables, ..env(&decoded, &places, Convention::of(&*isa)) };
    let mut cx = FunctionBuilderContext::new();
    let init = translate_init(&env, &mut cx).unwrap();
    let bodies = 0..decoded.modules[0].bodies.len() as u32;
    let funcs: Vec<Function> = bodies.map(|i| translate_function(&env, &mut cx, i).unwrap()).collect();
    let text = funcs.iter().map(|func| func.display().to_string()).collect();
    for func in funcs.into_iter().chain([init]) {
        let text = func.display().to_string();
        let mut context = cranelift_codegen::Context::for_function(func);
        if let Err(error) = context.compile(&*isa, &mut ControlPlane::default()) {
            panic!("{}\n{text}", error.inner);
        }
    }
    text
}

fn translate(wat: &str) -> Vec<String> {
    translate_with(wat, |_, _| {})
}

fn translate_tuned(wat: &str, tunables: Tunables) -> Vec<String> {
    translate_adjusted(wat, tunables, |_, _| {})
}

#[test]
fn control_flow_joins_and_unreachable_code() {
    translate(
        r#"(module
          (func (param i32) (result i32) (if (result i32) (local.get 0) (then (return (i32.const 1))) (else (i32.const 2))))
          (func (param i32 i32) (result i32 i32)
            (local.get 0) (local.get 1) (local.get 0)
            (if (param i32 i32) (result i32 i32) (then (drop) (i32.const 7))))
          (func (param i32) (result i32)
            (block $a (result i32) (block $b (result i32) (block $c (result i32)
              (i32.const 5) (local.get 0) (br_table $a $b $c $a $b)) (i32.add (i32.const 1))) (i32.mul (i32.const 3))))
          (func (param i32) (result i64) (local i64)
            (loop $l (result i64)
              (local.set 1 (i64.add (local.get 1) (i64.const 1)))
              (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))
              (local.get 1)))
          (func (param i32) (result i32 i32 i32)
            (i32.const 1) (i32.const 2) (local.get 0)
            (loop $l (param i32 i32 i32) (result i32 i32 i32) (br_if $l (local.get 0))))
          (func (result i32) (unreachable) (block (br 0) (loop (br 0)) (if (then) (else (unreachable) (drop)))) (i32.add))
          (func (result i32) (block (result i32) (br 0 (i32.const 1)) (if (result i32) (then (i32.const 1)) (else (i32.const 2))) (drop) (i32.const 3)))
          (func (param i32) (loop (br 0)) (if (local.get 0) (then)))
          (func (param i32) (if (local.get 0) (then (unreachable)) (else (unreachable))))
        )"#,
    );
}

#[test]
fn calls_tables_and_segments_compile() {
    translate(
        r#"(module
          (type $t (func (param i32 f64) (result i64 i32)))
          (import "m" "f" (func $f (type $t)))
          (import "m" "t" (table $it 0 funcref))
          (import "m" "g" (global $ig (mut i64)))
          (table $t 4 8 funcref) (table $e 2 2 externref)
          (memory 1) (memory $m2 i64 1)
          (global $g (mut f32) (f32.const 1)) (global $r funcref (ref.func $g))
          (elem (table $t) (i32.const 0) func $f $g)
          (elem $p funcref (ref.func $g) (ref.null func))
          (elem declare func $g)
          (data (i32.const 0) "abc") (data $d "def")
          (start $s)
          (func $s)
          (func $g (type $t) (call $f (local.get 0) (local.get 1)))
          (func (type $t) (return_call $f (local.get 0) (local.get 1)))
          (func (type $t) (call_indirect $t (type $t) (local.get 0) (local.get 1) (i32.const 1)))
          (func (type $t) (return_call_indirect $it (type $t) (local.get 0) (local.get 1) (local.get 0)))
          (func (param i32)
            (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))
            (memory.copy 0 $m2 (i32.const 0) (i64.const 1) (i32.const 2))
            (memory.fill $m2 (i64.const 0) (i32.const 1) (i64.const 2))
            (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)) (data.drop $d)
            (table.init $t $p (i32.const 0) (i32.const 0) (i32.const 2)) (elem.drop $p)
            (table.copy $t $it (i32.const 0) (i32.const 0) (i32.const 1))
            (table.fill $e (i32.const 0) (ref.null extern) (i32.const 1))
            (table.set $t (local.get 0) (table.get $it (local.get 0)))
            (drop (table.grow $t (ref.func $g) (i32.const 1))) (drop (table.size $e))
            (drop (memory.grow (i32.const 1))) (drop (memory.size $m2))
            (global.set $ig (i64.load $m2 offset=0xffffffffffffffff (i64.const 1)))
            (global.set $g (f32.load offset=0xffffffff (local.get 0)))
            (if (ref.is_null (global.get $r)) (then (i64.store32 offset=3 (local.get 0) (global.get $ig))))))"#,
    );
}

#[test]
fn vectors_pass_through_control_flow_as_bytes() {
    translate(
        r#"(module (memory 1)
          (func (param v128 i32) (result v128) (local v128)
            (if (result v128) (local.get 1)
              (then (f32x4.add (local.get 0) (i32x4.splat (local.get 1))))
              (else (select (i64x2.mul (local.get 0) (local.get 2)) (v128.load8x8_s (local.get 1)) (local.get 1)))))
        )"#,
    );
}

#[test]
fn only_large_offsets_and_addresses_are_checked() {
    let load = |memory: &str, index: &str, offset: u64| {
        translate(&format!(
            "(module (memory {memory} 1) (func (param {index}) (result i32) (i32.load offset={offset} (local.get 0))))"
        ))[0]
            .contains("trapnz")
    };
    assert!(!load("", "i32", 0));
    assert!(!load("", "i32", cantilever::abi::block::memory::GUARD - 4));
    assert!(load("", "i32", cantilever::abi::block::memory::GUARD - 3));
    assert!(load("i64", "i64", 0));
}

#[test]
fn a_small_reservation_is_checked() {
    let load = |reservation| {
        let text = translate_tuned(
            "(module (memory 1) (func (param i32) (result i32) (i32.load (local.get 0))))",
            Tunables { memory_reservation: reservation, ..Tunables::default() },
        );
        text[0].contains("trapnz")
    };
    assert!(!load(RESERVATION));
    assert!(load(RESERVATION - 1));
    assert!(load(0));
}

#[test]
fn supervision_costs_nothing_when_it_is_off() {
    const LOOPS: &str = "(module (func (param i32)
        (loop $outer
          (loop $inner (br_if $inner (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
          (br_if $outer (local.get 0)))
        (call 0 (local.get 0))))";
    // What reads the stack limit in the prologue is no instruction of a block.
    let loads = |supervision| {
        let text = translate_tuned(LOOPS, Tunables { supervision, ..Tunables::default() });
        let blocks = text[0].split_once("block0").expect("there is an entry block").1;
        (blocks.matches("load.i64").count(), blocks.matches("store ").count(), blocks.matches("trapnz").count())
    };
    let off = Supervision::default();
    assert_eq!(loads(off), (0, 0, 0));
    assert_eq!(loads(Supervision { interruptible: true, ..off }), (2, 0, 2));
    // Three blocks have operators that cost something: the inner loop, and what follows each of the
    // branches.
    let (loads, stores, traps) = loads(Supervision { fuel: true, ..off });
    assert_eq!((loads, stores, traps), (2 * stores, 3, 3));
}

const INDIRECT: &str = r#"(module (type $a (func)) (type $b (func (result i32)))
    (table 2 2 funcref)
    (func (export "") (call_indirect (type $a) (i32.const 1)))
    (func (param i32) (call_indirect (type $a) (local.get 0)))
    (func (call_indirect (type $a) (i32.const 0))))"#;

/// The signature check compares the type's identity with one that is loaded from an array.
const SIGNATURE_CHECK: &str = "user5";

#[test]
fn indirect_calls_are_checked() {
    for text in translate(INDIRECT) {
        assert!(text.contains("call_indirect") && text.contains(SIGNATURE_CHECK), "{text}");
    }
}

#[test]
fn known_tables_are_called_directly() {
    let texts = translate_with(INDIRECT, |decoded, places| {
        let ty = decoded.modules[0].funcs[0];
        let callee = places.funcs[0];
        places.known_tables = vec![Some(vec![None, Some(KnownElement { callee, ty })])];
    });
    let [constant, variable, null] = &texts[..] else { panic!("three functions") };
    assert!(!constant.contains("call_indirect") && constant.contains("call fn0"), "{constant}");
    assert!(variable.contains("call_indirect") && !variable.contains(SIGNATURE_CHECK), "{variable}");
    assert!(null.contains("call_indirect"), "{null}");
}

#[test]
fn known_tables_of_other_types_are_checked() {
    let texts = translate_with(INDIRECT, |decoded, places| {
        let ty = decoded.modules[0].types[1].unwrap();
        let callee = places.funcs[0];
        places.known_tables = vec![Some(vec![None, Some(KnownElement { callee, ty })])];
    });
    assert!(texts.iter().all(|text| text.contains("call_indirect") && text.contains(SIGNATURE_CHECK)));
}

#[test]
fn constants_in_globals_are_constants() {
    let texts = translate(
        "(module (global i32 (i32.const 42)) (global (mut i32) (i32.const 43))
           (func (result i32) (global.get 0)) (func (result i32) (global.get 1)))",
    );
    assert!(texts[0].contains("iconst.i32 42") && !texts[0].contains("load.i32"), "{}", texts[0]);
    assert!(texts[1].contains("load.i32"), "{}", texts[1]);
}

#[test]
fn nesting_costs_no_native_stack() {
    let depth = 20_000;
    let body = format!("{}{}", "block\n".repeat(depth), "end\n".repeat(depth));
    let nested = decoded(&format!("(module (func {body}))"));
    let translate = move || {
        let places = places(&nested);
        let env = env(&nested, &places, Convention::of(&*isa()));
        translate_function(&env, &mut FunctionBuilderContext::new(), 0).unwrap();
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(translate).unwrap().join().unwrap();
}

#[test]
fn only_calls_inside_of_try_table_have_handlers() {
    let functions = translate(
        r#"(module
          (import "" "f" (func $f (param i32) (result i32)))
          (tag $t (param i32))
          (func (export "catch") (param i32) (result i32)
            (local.set 0 (call $f (local.get 0)))
            (block $caught (result i32)
              (try_table (result i32) (catch $t $caught)
                (call $f (local.get 0)))))
          (func (export "local") (result i32)
            (block $caught (result i32)
              (try_table (result i32) (catch $t $caught)
                (throw $t (i32.const 1)))))
          (func (export "nothing-caught") (param i32) (result i32)
            (try_table (result i32) (call $f (local.get 0)))))"#,
    );
    let tries = |function: &String| function.matches("try_call").count();
    assert_eq!(functions.iter().map(tries).collect::<Vec<_>>(), [1, 0, 0]);
}

#[test]
fn small_code_that_stands_for_much_is_refused() {
    let results = "i32 ".repeat(1000);
    let values = "(i32.const 0)".repeat(1000);
    let targets = "0 ".repeat(5_000);
    let module = decoded(&format!(
        "(module (type $t (func (result {results}))) (func (type $t) {values} (br_table {targets} (i32.const 0))) (func))"
    ));
    let places = places(&module);
    let env = env(&module, &places, Convention::of(&*isa()));
    let mut cx = FunctionBuilderContext::new();
    let error = translate_function(&env, &mut cx, 0).unwrap_err();
    assert!(matches!(error, Error::TooComplex { .. }), "{error}");
    // What is left of the failed function does not disturb the next.
    translate_function(&env, &mut cx, 1).unwrap();
}
