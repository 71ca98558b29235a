//! Runs a lifted case under Cantilever.

use super::generate::Case;
use super::lifted::canonical;
use super::observe::{Fault, Guest};
use super::subject::{engine, fault, store};
use super::value::Value;
use cantilever::Compile;
use cantilever::CompileOptions;
use cantilever::runtime::{Component, Engine, Instance, Linker, Store, Val};

/// An instance of the component, made anew after each trap.
pub struct LiftedGuest {
    engine: Engine,
    component: Component,
    live: Option<(Store<()>, Instance)>,
}

impl LiftedGuest {
    pub fn new(case: &Case, component: &[u8], options: &CompileOptions) -> Result<Self, Fault> {
        let engine = engine();
        let component = Component::with_options(&engine, component, options).map_err(fault)?;
        let mut guest = LiftedGuest { engine, component, live: None };
        assert_eq!(guest.component.exports().len(), case.shape.exports.len(), "the component exports what is lifted");
        guest.live = Some(guest.instantiate()?);
        Ok(guest)
    }

    fn instantiate(&self) -> Result<(Store<()>, Instance), Fault> {
        let mut store = store(&self.engine);
        let instance = Linker::new(&self.engine).instantiate(&mut store, &self.component).map_err(fault)?;
        Ok((store, instance))
    }
}

impl Guest for LiftedGuest {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Vec<Value>, Fault> {
        let (mut store, instance) = self.live.take().map_or_else(|| self.instantiate(), Ok)?;
        let func = instance.get_func(&mut store, name).expect("the shape names what is there");
        let args: Vec<Val> = args.iter().map(|arg| component_val(*arg)).collect();
        let result = func.call(&mut store, &args).map_err(fault)?;
        self.live = Some((store, instance));
        Ok(result.iter().map(|val| canonical(value(val))).collect())
    }
}

fn component_val(value: Value) -> Val {
    match value {
        Value::I32(v) => Val::U32(v),
        Value::I64(v) => Val::U64(v),
        Value::F32(v) => Val::F32(f32::from_bits(v)),
        Value::F64(v) => Val::F64(f64::from_bits(v)),
        other => unreachable!("{other:?} is no plain number"),
    }
}

fn value(val: &Val) -> Value {
    match val {
        Val::U32(v) => Value::I32(*v),
        Val::U64(v) => Value::I64(*v),
        Val::F32(v) => Value::F32(v.to_bits()),
        Val::F64(v) => Value::F64(v.to_bits()),
        other => unreachable!("{other:?} is no plain number"),
    }
}
