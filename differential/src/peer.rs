//! Runs a case under Wasmtime.

use crate::differential::generate::Case;
use crate::differential::lifted::{Lifted, canonical};
use crate::differential::observe::{
    Fault, Guest, Host, MEMORY_BYTES, Outcome, STACK, TABLE_ELEMENTS, initial, observe,
};
use crate::differential::shape::Item;
use crate::differential::value::{Heap, Type, Value};
use std::fmt;
use wasmtime::{
    AsContextMut, Config, Engine, Extern, ExternRef, ExternType, Func, FuncType, Global, Instance, Memory, Module,
    OptLevel, Ref, Store, StoreLimits, StoreLimitsBuilder, Table, Tag, ThrownException, Trap, Val,
};

/// An engine with the proposals that are compared. It optimises nothing, so that a mistake in an
/// optimisation is a difference.
pub fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .relaxed_simd_deterministic(true)
        .wasm_custom_page_sizes(true)
        .wasm_exceptions(true)
        .wasm_function_references(true)
        .wasm_wide_arithmetic(true)
        .parallel_compilation(false)
        .max_wasm_stack(STACK / 2)
        .async_stack_size(STACK);
    Engine::new(&config)
}

/// What a case does under Wasmtime.
pub fn run(engine: &Engine, case: &Case) -> Outcome {
    let host = Host::default();
    match &case.lifted {
        None => observe(case, &host, Peer::new(engine, case, &host)),
        Some(lifted) => observe(case, &host, LiftedPeer::new(engine, case, lifted)),
    }
}

/// The instances of a module whose functions are lifted, all made anew after a fault. Wasmtime runs
/// them without a component.
struct LiftedPeer<'a> {
    module: Module,
    lifted: &'a Lifted,
    live: Option<Vec<Peer>>,
}

impl<'a> LiftedPeer<'a> {
    fn new(engine: &Engine, case: &Case, lifted: &'a Lifted) -> Result<Self, Fault> {
        let module = Module::new(engine, &case.wasm).map_err(|e| Fault::Refused(format!("{e:?}")))?;
        let mut peer = LiftedPeer { module, lifted, live: None };
        peer.live = Some(peer.instantiate()?);
        Ok(peer)
    }

    fn instantiate(&self) -> Result<Vec<Peer>, Fault> {
        (0..self.lifted.instances).map(|_| Peer::instantiate(&self.module, |_| Ok(Vec::new()))).collect()
    }
}

impl Guest for LiftedPeer<'_> {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Vec<Value>, Fault> {
        let mut instances = self.live.take().map_or_else(|| self.instantiate(), Ok)?;
        let found = self.lifted.funcs.iter().find(|(lifted, ..)| lifted == name);
        let (_, instance, name) = found.expect("the shape names what is there");
        let results = instances[*instance].call(name, args)?;
        self.live = Some(instances);
        Ok(results.into_iter().map(canonical).collect())
    }
}

struct Peer {
    store: Store<StoreLimits>,
    instance: Instance,
}

/// The error of a host function.
#[derive(Debug)]
struct HostRefused;

impl fmt::Display for HostRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host refused")
    }
}

impl std::error::Error for HostRefused {}

impl Peer {
    fn new(engine: &Engine, case: &Case, host: &Host) -> Result<Self, Fault> {
        let module = Module::new(engine, &case.wasm).map_err(|e| Fault::Refused(format!("{e:?}")))?;
        Peer::instantiate(&module, |store| {
            let types: Vec<ExternType> = module.imports().map(|import| import.ty()).collect();
            types.into_iter().enumerate().map(|(index, ty)| import(store, case, index, ty, host)).collect()
        })
    }

    fn instantiate(
        module: &Module,
        imports: impl FnOnce(&mut Store<StoreLimits>) -> wasmtime::Result<Vec<Extern>>,
    ) -> Result<Self, Fault> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_BYTES as usize)
            .table_elements(TABLE_ELEMENTS as usize)
            .build();
        let mut store = Store::new(module.engine(), limits);
        store.limiter(|limits| limits);
        let imports = imports(&mut store).map_err(|e| fault(&mut store, &e))?;
        let instance = Instance::new(&mut store, module, &imports).map_err(|e| fault(&mut store, &e))?;
        Ok(Peer { store, instance })
    }

    fn export(&mut self, name: &str) -> Extern {
        self.instance.get_export(&mut self.store, name).expect("the shape names what is there")
    }
}

/// The item that a case gives for an import.
fn import(
    store: &mut Store<StoreLimits>,
    case: &Case,
    index: usize,
    ty: ExternType,
    host: &Host,
) -> wasmtime::Result<Extern> {
    Ok(match (ty, &case.shape.imports[index]) {
        (ExternType::Func(ty), Item::Func(shape)) => host_func(store, index, ty, &shape.results, host).into(),
        (ExternType::Memory(ty), _) => Memory::new(store, ty)?.into(),
        (ExternType::Table(ty), _) => {
            let null = Ref::null(ty.element().heap_type());
            Table::new(store, ty, null)?.into()
        }
        (ExternType::Global(ty), Item::Global { ty: shape, .. }) => {
            let value = initial(case, index, *shape).expect("imports have types of the host's");
            let value = val(&mut *store, value)?;
            Global::new(store, ty, value)?.into()
        }
        (ExternType::Tag(ty), _) => Tag::new(store, &ty)?.into(),
        (ty, shape) => unreachable!("{ty:?} is not {shape:?}"),
    })
}

fn host_func(store: &mut Store<StoreLimits>, index: usize, ty: FuncType, types: &[Type], host: &Host) -> Func {
    let (host, types) = (host.clone(), types.to_vec());
    Func::new(store, ty, move |mut caller, args, results| {
        let args = args.iter().map(|arg| value(&mut caller, arg)).collect::<wasmtime::Result<Vec<_>>>()?;
        let values = host.call(index, &types, &args).ok_or(HostRefused)?;
        for (slot, given) in results.iter_mut().zip(values) {
            *slot = val(&mut caller, given)?;
        }
        Ok(())
    })
}

impl Guest for Peer {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Vec<Value>, Fault> {
        let Extern::Func(func) = self.export(name) else { unreachable!("{name} is a function") };
        let mut scope = wasmtime::RootScope::new(&mut self.store);
        let given = args.iter().map(|arg| val(&mut scope, *arg)).collect::<wasmtime::Result<Vec<_>>>();
        let given = given.expect("there is memory for arguments");
        let mut results = vec![Val::I32(0); func.ty(&scope).results().len()];
        let called = func.call(&mut scope, &given, &mut results);
        let values = called.and_then(|()| results.iter().map(|result| value(&mut scope, result)).collect());
        drop(scope);
        values.map_err(|e| fault(&mut self.store, &e))
    }

    fn memory(&mut self, name: &str) -> Vec<u8> {
        let Extern::Memory(memory) = self.export(name) else { unreachable!("{name} is a memory") };
        memory.data(&self.store).to_vec()
    }

    fn table_len(&mut self, name: &str) -> u64 {
        let Extern::Table(table) = self.export(name) else { unreachable!("{name} is a table") };
        table.size(&self.store)
    }

    fn global(&mut self, name: &str) -> Value {
        let Extern::Global(global) = self.export(name) else { unreachable!("{name} is a global") };
        let mut scope = wasmtime::RootScope::new(&mut self.store);
        let found = global.get(&mut scope);
        value(&mut scope, &found).expect("references of the host are numbers")
    }

    fn set_global(&mut self, name: &str, value: Value) {
        let Extern::Global(global) = self.export(name) else { unreachable!("{name} is a global") };
        let value = val(&mut self.store, value).expect("there is memory for it");
        global.set(&mut self.store, value).expect("it has this type");
    }
}

fn val(mut store: impl AsContextMut, value: Value) -> wasmtime::Result<Val> {
    Ok(match value {
        Value::I32(v) => Val::I32(v as i32),
        Value::I64(v) => Val::I64(v as i64),
        Value::F32(v) => Val::F32(v),
        Value::F64(v) => Val::F64(v),
        Value::V128(v) => Val::V128(v.into()),
        Value::Null(Heap::Func | Heap::TypedFunc) => Val::FuncRef(None),
        Value::Null(Heap::Extern) => Val::ExternRef(None),
        Value::Null(Heap::Exn) => Val::ExnRef(None),
        Value::Extern(v) => Val::ExternRef(Some(ExternRef::new(store.as_context_mut(), v)?)),
        Value::Ref(_) => unreachable!("the host gives no reference that it was given"),
    })
}

fn value(mut store: impl AsContextMut, val: &Val) -> wasmtime::Result<Value> {
    Ok(match val {
        Val::I32(v) => Value::I32(*v as u32),
        Val::I64(v) => Value::I64(*v as u64),
        Val::F32(v) => Value::F32(*v),
        Val::F64(v) => Value::F64(*v),
        Val::V128(v) => Value::V128(v.as_u128()),
        Val::FuncRef(None) => Value::Null(Heap::Func),
        Val::FuncRef(Some(_)) => Value::Ref(Heap::Func),
        Val::ExternRef(None) => Value::Null(Heap::Extern),
        Val::ExternRef(Some(r)) => {
            let data = r.data(store.as_context_mut())?.and_then(|data| data.downcast_ref::<u32>());
            Value::Extern(*data.expect("references of the host are numbers"))
        }
        Val::ExnRef(None) => Value::Null(Heap::Exn),
        Val::ExnRef(Some(_)) => Value::Ref(Heap::Exn),
        other => unreachable!("{other:?} has a type that is not compared"),
    })
}

fn fault(store: &mut Store<StoreLimits>, error: &wasmtime::Error) -> Fault {
    if error.is::<ThrownException>() {
        store.take_pending_exception();
        return Fault::Exception;
    }
    if error.is::<HostRefused>() {
        return Fault::Host;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => Fault::StackOverflow,
        Some(trap) => trap_name(*trap).map_or_else(|| Fault::Refused(format!("{error:?}")), Fault::Trap),
        None => Fault::Resources,
    }
}

fn trap_name(trap: Trap) -> Option<&'static str> {
    Some(match trap {
        Trap::UnreachableCodeReached => "unreachable",
        Trap::MemoryOutOfBounds => "memory out of bounds",
        Trap::TableOutOfBounds => "table out of bounds",
        Trap::IndirectCallToNull => "null element",
        Trap::BadSignature => "bad signature",
        Trap::IntegerOverflow => "integer overflow",
        Trap::IntegerDivisionByZero => "division by zero",
        Trap::BadConversionToInteger => "bad conversion",
        Trap::NullReference => "null reference",
        _ => return None,
    })
}
