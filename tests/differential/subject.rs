//! Runs a case under Cantilever.

use super::component::LiftedGuest;
use super::generate::Case;
use super::observe::{Fault, Guest, Host, MEMORY_BYTES, Outcome, STACK, TABLE_ELEMENTS, initial, observe};
use super::random::Random;
use super::shape::{FuncType, Item};
use super::value::{Heap, Type, Value};
use cantilever::Compile;
use cantilever::abi::block::TrapKind;
use cantilever::abi::block::memory::RESERVATION;
use cantilever::object::artifact::{CoreFuncType, CoreValType, MemoryLimits, TableLimits};
use cantilever::runtime::{
    Config, CoreExtern, CoreFunc, CoreGlobal, CoreInstance, CoreMemory, CoreTable, CoreTag, CoreVal, Engine, Error,
    Limits, Module, Store,
};
use cantilever::{CompileOptions, OptLevel};

/// An engine whose guests have as much stack as the peer's.
pub fn engine() -> Engine {
    Engine::new(Config::new().max_wasm_stack(STACK / 2))
}

/// What a case does under Cantilever, compiled with these options.
pub fn run(case: &Case, options: &CompileOptions) -> Outcome {
    let host = Host::default();
    match &case.lifted {
        None => observe(case, &host, Instance::new(case, options, &host)),
        Some(lifted) => {
            let component = lifted.component(&case.wasm, &case.shape);
            observe(case, &host, LiftedGuest::new(case, &component, options))
        }
    }
}

/// The options of a seed.
pub fn options(seed: u64) -> CompileOptions {
    let mut random = Random::new(!seed);
    let portable = cfg!(target_arch = "x86_64").then(|| "x86_64-unknown-linux-gnu".to_owned());
    CompileOptions {
        target: portable.filter(|_| random.below(4) == 0),
        opt_level: random.one_of(&[OptLevel::None, OptLevel::Speed, OptLevel::Speed, OptLevel::SpeedAndSize]),
        spectre_guard: random.below(4) != 0,
        interruptible: random.below(4) == 0,
        fuel: random.below(4) == 0,
        memory_reservation: random.one_of(&[RESERVATION, RESERVATION, MEMORY_BYTES]),
        ..CompileOptions::default()
    }
}

struct Instance {
    store: Store<()>,
    instance: CoreInstance,
}

impl Instance {
    fn new(case: &Case, options: &CompileOptions, host: &Host) -> Result<Self, Fault> {
        let engine = engine();
        let module = Module::with_options(&engine, &case.wasm, options).map_err(|error| match error {
            cantilever::runtime::Error::Compile(error) => Fault::Refused(error.to_string()),
            error => fault(error),
        })?;
        let mut store = store(&engine);
        let imports = (0..case.shape.imports.len()).map(|index| import(&mut store, case, index, host));
        let imports = imports.collect::<Result<Vec<_>, _>>()?;
        let instance = CoreInstance::new(&mut store, &module, &imports).map_err(fault)?;
        Ok(Instance { store, instance })
    }

    fn export(&mut self, name: &str) -> CoreExtern {
        self.instance.get_export(&mut self.store, name).expect("the shape names what is there")
    }
}

/// A store with the limits that every engine has.
pub fn store(engine: &Engine) -> Store<()> {
    let mut store = Store::new(engine, ());
    let mut limits = Limits::default();
    limits.memory_bytes = MEMORY_BYTES;
    limits.table_elements = TABLE_ELEMENTS;
    store.set_limits(limits);
    store
}

/// The item that a case gives for an import.
fn import(store: &mut Store<()>, case: &Case, index: usize, host: &Host) -> Result<CoreExtern, Fault> {
    Ok(match &case.shape.imports[index] {
        Item::Func(ty) => CoreExtern::Func(host_func(index, ty, host)),
        Item::Memory { min, max, memory64, page_log2 } => {
            let limits = MemoryLimits { min: *min, max: *max, memory64: *memory64, page_log2: *page_log2 };
            CoreExtern::Memory(CoreMemory::new(store, limits).map_err(fault)?)
        }
        Item::Table { min, max, table64, element } => {
            let limits = TableLimits { min: *min, max: *max, table64: *table64, element: core_type(*element) };
            CoreExtern::Table(CoreTable::new(store, limits).map_err(fault)?)
        }
        Item::Global { ty, mutable } => {
            let value = core_val(initial(case, index, *ty).expect("imports have types of the host's"));
            CoreExtern::Global(CoreGlobal::new(store, core_type(*ty), *mutable, value).map_err(fault)?)
        }
        Item::Tag(ty) => CoreExtern::Tag(CoreTag::new(store, &func_type(ty))),
    })
}

fn host_func(index: usize, ty: &FuncType, host: &Host) -> CoreFunc {
    let (host, results) = (host.clone(), ty.results.clone());
    CoreFunc::new::<()>(func_type(ty), move |_, args| {
        let args: Vec<Value> = args.iter().map(value).collect();
        let results = host.call(index, &results, &args).ok_or("refused")?;
        Ok(results.into_iter().map(core_val).collect())
    })
}

impl Guest for Instance {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Vec<Value>, Fault> {
        let CoreExtern::Func(func) = self.export(name) else { unreachable!("{name} is a function") };
        let args: Vec<CoreVal> = args.iter().map(|arg| core_val(*arg)).collect();
        let results = func.call(&mut self.store, &args).map_err(fault)?;
        Ok(results.iter().map(value).collect())
    }

    fn memory(&mut self, name: &str) -> Vec<u8> {
        let CoreExtern::Memory(memory) = self.export(name) else { unreachable!("{name} is a memory") };
        memory.data(&mut self.store).expect("it is of this store").to_vec()
    }

    fn table_len(&mut self, name: &str) -> u64 {
        let CoreExtern::Table(table) = self.export(name) else { unreachable!("{name} is a table") };
        table.len(&mut self.store).expect("it is of this store")
    }

    fn global(&mut self, name: &str) -> Value {
        let CoreExtern::Global(global) = self.export(name) else { unreachable!("{name} is a global") };
        value(&global.get(&mut self.store).expect("it is of this store"))
    }

    fn set_global(&mut self, name: &str, value: Value) {
        let CoreExtern::Global(global) = self.export(name) else { unreachable!("{name} is a global") };
        global.set(&mut self.store, core_val(value)).expect("it has this type");
    }
}

fn func_type(ty: &FuncType) -> CoreFuncType {
    let all = |types: &[Type]| types.iter().map(|ty| core_type(*ty)).collect();
    CoreFuncType { params: all(&ty.params), results: all(&ty.results) }
}

fn core_type(ty: Type) -> CoreValType {
    match ty {
        Type::I32 => CoreValType::I32,
        Type::I64 => CoreValType::I64,
        Type::F32 => CoreValType::F32,
        Type::F64 => CoreValType::F64,
        Type::V128 => CoreValType::V128,
        Type::Ref { heap: Heap::Func, nullable } => CoreValType::FuncRef { nullable },
        Type::Ref { heap: Heap::Extern, nullable } => CoreValType::ExternRef { nullable },
        Type::Ref { heap: Heap::Exn, nullable } => CoreValType::ExnRef { nullable },
        Type::Ref { heap: Heap::TypedFunc, .. } => unreachable!("modules with typed references import nothing"),
    }
}

fn core_val(value: Value) -> CoreVal {
    match value {
        Value::I32(v) => CoreVal::I32(v as i32),
        Value::I64(v) => CoreVal::I64(v as i64),
        Value::F32(v) => CoreVal::F32(v),
        Value::F64(v) => CoreVal::F64(v),
        Value::V128(v) => CoreVal::V128(v),
        Value::Null(Heap::Func | Heap::TypedFunc) => CoreVal::FuncRef(None),
        Value::Null(Heap::Extern) => CoreVal::ExternRef(None),
        Value::Null(Heap::Exn) => CoreVal::ExnRef(None),
        Value::Extern(v) => CoreVal::ExternRef(Some(v)),
        Value::Ref(_) => unreachable!("the host gives no reference that it was given"),
    }
}

fn value(val: &CoreVal) -> Value {
    match *val {
        CoreVal::I32(v) => Value::I32(v as u32),
        CoreVal::I64(v) => Value::I64(v as u64),
        CoreVal::F32(v) => Value::F32(v),
        CoreVal::F64(v) => Value::F64(v),
        CoreVal::V128(v) => Value::V128(v),
        CoreVal::FuncRef(r) => r.map_or(Value::Null(Heap::Func), |_| Value::Ref(Heap::Func)),
        CoreVal::ExternRef(r) => r.map_or(Value::Null(Heap::Extern), Value::Extern),
        CoreVal::ExnRef(r) => r.map_or(Value::Null(Heap::Exn), |_| Value::Ref(Heap::Exn)),
    }
}

pub fn fault(error: Error) -> Fault {
    match &error {
        Error::Resources(_) | Error::Limit(_) => return Fault::Resources,
        Error::Host(_) => return Fault::Host,
        _ => {}
    }
    match error.trap().and_then(cantilever::runtime::Trap::kind) {
        Some(TrapKind::StackOverflow) => Fault::StackOverflow,
        Some(TrapKind::UncaughtException) => Fault::Exception,
        Some(kind) => trap_name(kind).map_or_else(|| Fault::Refused(error.to_string()), Fault::Trap),
        None => Fault::Refused(error.to_string()),
    }
}

fn trap_name(kind: TrapKind) -> Option<&'static str> {
    Some(match kind {
        TrapKind::Unreachable => "unreachable",
        TrapKind::MemoryOutOfBounds => "memory out of bounds",
        TrapKind::TableOutOfBounds | TrapKind::UndefinedElement => "table out of bounds",
        TrapKind::IndirectCallToNull => "null element",
        TrapKind::BadSignature => "bad signature",
        TrapKind::IntegerOverflow => "integer overflow",
        TrapKind::IntegerDivisionByZero => "division by zero",
        TrapKind::BadConversionToInteger => "bad conversion",
        TrapKind::NullReference => "null reference",
        _ => return None,
    })
}
