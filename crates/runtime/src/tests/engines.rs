//! Objects of one engine do not meet those of another, nor objects of one store those of another.

use super::compiled::Compile;
use crate::*;
use cantilever_abi::CoreTypeId;
use cantilever_object::artifact::{CoreFuncType, CoreValType, MemoryLimits, TableLimits};

fn module(engine: &Engine, text: &str) -> Module {
    Module::new(engine, &wat::parse_str(text).unwrap()).unwrap()
}

fn component(engine: &Engine, text: &str) -> Component {
    Component::new(engine, &wat::parse_str(text).unwrap()).unwrap()
}

fn link_error<T: std::fmt::Debug>(outcome: Result<T>) -> LinkError {
    match outcome {
        Err(Error::Link(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn is_mismatch<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::Value(ValueError::Mismatch { .. })))
}

/// The first type of one engine is another engine's first, though they differ: a number would be
/// taken for a function.
const MAKER: &str = r#"(module
    (type $t (func (param i64) (result i64)))
    (func (export "cast") (param i64) (result i64) (local.get 0)))"#;
const USER: &str = r#"(module
    (type $t (func (param funcref) (result i64)))
    (import "maker" "cast" (func $cast (param funcref) (result i64))))"#;

#[test]
fn a_module_is_of_the_engine_of_the_store() {
    let [one, other] = [(); 2].map(|()| Engine::default());
    let mut store = Store::new(&one, ());
    let expected = LinkError::WrongEngine { what: "module", to: "store" };
    let maker = module(&other, MAKER);
    assert_eq!(link_error(CoreInstance::new(&mut store, &maker, &[])), expected);
    assert_eq!(link_error(CoreLinker::new().instantiate(&mut store, &maker)), expected);
    // What is given for imports is of the store, and so is what `maker` exports when the engine is
    // the store's.
    let mut linker = CoreLinker::new();
    let maker = linker.instantiate(&mut store, &module(&one, MAKER)).unwrap();
    linker.define_instance(&mut store, "maker", maker).unwrap();
    let user = module(&other, USER);
    assert_eq!(link_error(linker.instantiate(&mut store, &user)), expected);
    let cast = CoreExtern::Func(maker.get_func(&mut store, "cast").unwrap());
    assert_eq!(link_error(CoreInstance::new(&mut store, &user, &[cast])), expected);
    let same = link_error(linker.instantiate(&mut store, &module(&one, USER)));
    assert!(matches!(same, LinkError::IncompatibleImport { .. }), "{same}");
    assert_eq!(
        expected.to_string(),
        "the module belongs to another engine than the store: make both with the same `Engine`, or clones of it"
    );
}

#[test]
fn a_component_is_of_the_engine_of_linker_and_store() {
    let [one, other] = [(); 2].map(|()| Engine::default());
    let empty = component(&one, "(component)");
    let to = |to| LinkError::WrongEngine { what: "component", to };
    assert_eq!(link_error(Linker::<()>::new(&other).instantiate_pre(&empty)), to("linker"));
    let mut store = Store::new(&other, ());
    assert_eq!(link_error(Linker::new(&other).instantiate(&mut store, &empty)), to("linker"));
    assert_eq!(link_error(Linker::new(&one).instantiate(&mut store, &empty)), to("store"));
    let pre = Linker::new(&one).instantiate_pre(&empty).unwrap();
    assert_eq!(link_error(pre.instantiate(&mut store)), to("store"));
    pre.instantiate(Store::new(&one.clone(), ())).unwrap();
}

/// Items of another store, of the same engine or not, are of another store.
#[test]
fn items_are_of_their_store() {
    let engine = Engine::default();
    let exporter = r#"(module (func (export "func")) (table (export "table") 1 funcref) (memory (export "memory") 1)
        (global (export "global") (mut i32) (i32.const 0)) (tag (export "tag")))"#;
    let importer = r#"(module (import "" "func" (func)) (import "" "table" (table 1 funcref))
        (import "" "memory" (memory 1)) (import "" "global" (global (mut i32))) (import "" "tag" (tag)))"#;
    let mut store = Store::new(&engine, ());
    for of_items in [&engine, &Engine::default()] {
        let mut others = Store::new(of_items, ());
        let theirs = CoreLinker::new().instantiate(&mut others, &module(of_items, exporter)).unwrap();
        let ours = CoreLinker::new().instantiate(&mut store, &module(&engine, exporter)).unwrap();
        for name in ["func", "table", "memory", "global", "tag"] {
            let mut linker = CoreLinker::new();
            linker.define_instance(&mut store, "", ours).unwrap();
            linker.instantiate(&mut store, &module(&engine, importer)).unwrap();
            linker.define("", name, theirs.get_export(&mut others, name).unwrap());
            let error = link_error(linker.instantiate(&mut store, &module(&engine, importer)));
            assert_eq!(error, LinkError::WrongStore, "{name}");
        }
        assert_eq!(link_error(theirs.exports(&mut store)), LinkError::WrongStore);
        assert_eq!(link_error(CoreLinker::new().define_instance(&mut store, "", theirs)), LinkError::WrongStore);
        assert!(theirs.get_export(&mut store, "func").is_none());
        let func = theirs.get_func(&mut others, "func").unwrap();
        assert_eq!(link_error(func.call(&mut store, &[])), LinkError::WrongStore);
    }
}

#[test]
fn items_of_the_host_are_of_their_store() {
    let engine = Engine::default();
    let [mut store, mut others] = [(); 2].map(|()| Store::new(&engine, ()));
    let global = CoreGlobal::new(&mut others, CoreValType::I32, true, CoreVal::I32(0)).unwrap();
    assert_eq!(link_error(global.get(&mut store)), LinkError::WrongStore);
    assert_eq!(link_error(global.set(&mut store, CoreVal::I32(1))), LinkError::WrongStore);
    let limits = MemoryLimits { min: 1, max: None, memory64: false, page_log2: 16 };
    let memory = CoreMemory::new(&mut others, limits).unwrap();
    assert_eq!(link_error(memory.data(&mut store)), LinkError::WrongStore);
    assert_eq!((memory.grow(&mut store, 1), memory.grow(&mut others, 1)), (None, Some(1)));
    let element = CoreValType::FuncRef { nullable: true };
    let limits = TableLimits { min: 1, max: None, table64: false, element };
    assert_eq!(link_error(CoreTable::new(&mut others, limits).unwrap().len(&mut store)), LinkError::WrongStore);
    let func = CoreFunc::new(CoreFuncType { params: vec![], results: vec![] }, |_: Caller<'_, u32>, _| Ok(vec![]));
    let importer = module(&engine, r#"(module (import "" "" (func)))"#);
    let of_other_data = CoreInstance::new(&mut store, &importer, &[CoreExtern::Func(func)]);
    assert_eq!(link_error(of_other_data), LinkError::WrongStore);
}

const FUNCTIONS: &str = r#"(module
    (import "host" "reference" (func $of_host (result funcref)))
    (func $seven (export "seven") (result i32) (i32.const 7))
    (global (export "null") (mut funcref) (ref.null func))
    (elem declare func $seven)
    (func (export "reference") (result funcref) (ref.func $seven))
    (func (export "take") (param funcref))
    (func (export "ask") (drop (call $of_host))))"#;

#[test]
fn references_are_of_their_store() {
    let engine = Engine::default();
    let module = module(&engine, FUNCTIONS);
    let ty = CoreFuncType { params: vec![], results: vec![CoreValType::FuncRef { nullable: true }] };
    let give = |caller: Caller<'_, CoreVal>, _: &[CoreVal]| Ok(vec![*caller.data()]);
    let mut linker = CoreLinker::new();
    linker.define("host", "reference", CoreExtern::Func(CoreFunc::new(ty, give)));
    let [mut store, mut others] = [(); 2].map(|()| Store::new(&engine, CoreVal::FuncRef(None)));
    let ours = linker.instantiate(&mut store, &module).unwrap();
    let theirs = linker.instantiate(&mut others, &module).unwrap();
    let reference = theirs.get_func(&mut others, "reference").unwrap().call(&mut others, &[]).unwrap()[0];
    let Some(CoreExtern::Global(global)) = ours.get_export(&mut store, "null") else { panic!() };
    assert_eq!(link_error(global.set(&mut store, reference)), LinkError::WrongStore);
    let nullable = CoreValType::FuncRef { nullable: true };
    assert_eq!(link_error(CoreGlobal::new(&mut store, nullable, true, reference)), LinkError::WrongStore);
    let take = ours.get_func(&mut store, "take").unwrap();
    assert_eq!(link_error(take.call(&mut store, &[reference])), LinkError::WrongStore);
    *store.data_mut() = reference;
    let ask = ours.get_func(&mut store, "ask").unwrap();
    assert_eq!(link_error(ask.call(&mut store, &[])), LinkError::WrongStore);
    *store.data_mut() = ours.get_func(&mut store, "reference").unwrap().call(&mut store, &[]).unwrap()[0];
    ask.call(&mut store, &[]).unwrap();
}

/// A type that was looked up names another engine's types by numbers. Here they are what they are
/// in this engine.
#[test]
fn types_that_were_looked_up_are_checked_by_the_engine_that_they_meet() {
    let [one, other] = [(); 2].map(|()| Engine::default());
    let typed = |result: &str| {
        format!(
            r#"(module (type $t (func (result {result})))
            (import "host" "f" (func $f (result (ref null $t))))
            (func $this (result {result}) ({result}.const 5)) (elem declare func $this)
            (func (export "this") (result (ref null $t)) (ref.func $this))
            (func (export "call") (result {result}) (call_ref $t (call $f))))"#
        )
    };
    let (of_i32, of_i64) = (module(&one, &typed("i32")), module(&other, &typed("i64")));
    let host = |ty: &CoreFuncType| {
        CoreExtern::Func(CoreFunc::new(ty.clone(), |caller: Caller<'_, CoreVal>, _| Ok(vec![*caller.data()])))
    };
    // The first type is the module's only other type: any number makes a host function for the
    // first instance.
    let reference = |id| CoreValType::TypedFuncRef { nullable: true, ty: CoreTypeId::from_u32(id) };
    let guess = (1..9).map(|id| CoreFuncType { params: vec![], results: vec![reference(id)] });
    let mut store = Store::new(&one, CoreVal::FuncRef(None));
    let found = guess.clone().find_map(|ty| CoreInstance::new(&mut store, &of_i32, &[host(&ty)]).ok()).unwrap();
    let ty = found.get_func(&mut store, "this").unwrap().ty().clone();
    let mut others = Store::new(&other, CoreVal::FuncRef(None));
    let instance = CoreInstance::new(&mut others, &of_i64, &[host(&ty)]).unwrap();
    let this = found.get_func(&mut store, "this").unwrap().call(&mut store, &[]).unwrap()[0];
    *others.data_mut() = this;
    let call = instance.get_func(&mut others, "call").unwrap();
    assert_eq!(link_error(call.call(&mut others, &[])), LinkError::WrongStore);
    *others.data_mut() = instance.get_func(&mut others, "this").unwrap().call(&mut others, &[]).unwrap()[0];
    assert_eq!(call.call(&mut others, &[]).unwrap(), [CoreVal::I64(5)]);
}

#[test]
fn a_table_of_the_host_has_no_null_where_there_can_be_none() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    for element in [
        CoreValType::FuncRef { nullable: false },
        CoreValType::ExternRef { nullable: false },
        CoreValType::TypedFuncRef { nullable: false, ty: CoreTypeId::from_u32(1) },
    ] {
        let table = CoreTable::new(&mut store, TableLimits { min: 1, max: None, table64: false, element });
        assert!(is_mismatch(&table), "{table:?}");
    }
}

const COMPONENT: &str = r#"(component
    (type $thing' (resource (rep i32)))
    (export $thing "thing" (type $thing'))
    (core func $new (canon resource.new $thing'))
    (core module $M (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (result i32) (call $new (i32.const 1)))
        (func (export "take") (param i32)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $thing)) (canon lift (core func $m "make")))
    (func (export "take") (param "t" (own $thing)) (canon lift (core func $m "take"))))"#;

#[test]
fn functions_and_handles_are_of_their_store() {
    for of_others in [None, Some(Engine::default())] {
        let engine = Engine::default();
        let of_others = of_others.unwrap_or(engine.clone());
        let [(mut store, ours), (mut others, theirs)] = [&engine, &of_others].map(|engine| {
            let mut store = Store::new(engine, ());
            let instance = Linker::new(engine).instantiate(&mut store, &component(engine, COMPONENT)).unwrap();
            (store, instance)
        });
        let wrong = LinkError::WrongStore;
        assert!(theirs.get_func(&mut store, "make").is_none());
        assert_eq!(link_error(theirs.get_typed_func::<(), ResourceAny>(&mut store, "make")), wrong);
        assert_eq!(link_error(theirs.exports(&mut store)), wrong);
        let func = theirs.get_func(&mut others, "make").unwrap();
        assert_eq!(link_error(func.typed::<(), ResourceAny>(&mut store)), wrong);
        assert_eq!(link_error(func.call(&mut store, &[])), wrong);
        let make = func.typed::<(), ResourceAny>(&mut others).unwrap();
        assert_eq!(link_error(make.call(&mut store, ())), wrong);
        let thing = make.call(&mut others, ()).unwrap();
        assert_eq!(link_error(thing.clone().resource_drop(&mut store)), wrong);
        let take = ours.get_func(&mut store, "take").unwrap();
        let refused = take.call(&mut store, &[thing.clone().into()]).unwrap_err();
        let Error::Value(refused) = refused else { panic!("{refused}") };
        assert_eq!(refused.cause(), &ValueError::ForeignHandle);
        thing.resource_drop(&mut others).unwrap();
    }
}
