//! The `spectest` module, which the core suite's scripts import.

use cantilever::runtime::{
    CoreExtern, CoreFunc, CoreGlobal, CoreLinker, CoreMemory, CoreTable, CoreVal, Result, Store,
};
use cantilever_object::artifact::{CoreFuncType, CoreValType, MemoryLimits, TableLimits};

/// Defines its functions, which print nothing, and its globals, tables and memory.
pub fn define(linker: &mut CoreLinker, store: &mut Store<()>) -> Result<()> {
    use CoreValType::{F32, F64, I32, I64};
    let prints: [(&str, &[CoreValType]); 7] = [
        ("print", &[]),
        ("print_i32", &[I32]),
        ("print_i64", &[I64]),
        ("print_f32", &[F32]),
        ("print_f64", &[F64]),
        ("print_i32_f32", &[I32, F32]),
        ("print_f64_f64", &[F64, F64]),
    ];
    for (name, params) in prints {
        let ty = CoreFuncType { params: params.to_vec(), results: Vec::new() };
        let func = CoreFunc::new::<()>(ty, |_, _| Ok(Vec::new()));
        linker.define("spectest", name, CoreExtern::Func(func));
    }
    let globals = [
        ("global_i32", CoreVal::I32(666)),
        ("global_i64", CoreVal::I64(666)),
        ("global_f32", CoreVal::F32(666.6f32.to_bits())),
        ("global_f64", CoreVal::F64(666.6f64.to_bits())),
    ];
    for (name, value) in globals {
        let global = CoreGlobal::new(&mut *store, value.ty(), false, value)?;
        linker.define("spectest", name, CoreExtern::Global(global));
    }
    for (name, table64) in [("table", false), ("table64", true)] {
        let limits = TableLimits { min: 10, max: Some(20), table64, element: CoreValType::FuncRef { nullable: true } };
        let table = CoreTable::new(&mut *store, limits)?;
        linker.define("spectest", name, CoreExtern::Table(table));
    }
    let limits = MemoryLimits { min: 1, max: Some(2), memory64: false, page_log2: 16 };
    let memory = CoreMemory::new(store, limits)?;
    linker.define("spectest", "memory", CoreExtern::Memory(memory));
    Ok(())
}
