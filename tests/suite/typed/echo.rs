//! A component that gives back what it gets: `flat` passes core values on to a function of the
//! host, `memory` returns the pointer that it was given.

use super::{LIBC, load};
use cantilever::runtime::{Caller, Component, Engine, Instance, Lift, Linker, Lower, Store, Val};
use std::fmt::Debug;

/// A component type in text.
pub struct Type<'a> {
    /// The definitions that it needs, by name.
    pub named: &'a [(&'a str, &'a str)],
    /// The type; named ones are `$name`.
    pub text: &'a str,
    /// Its flattening.
    pub flat: &'a [&'a str],
}

/// So many numbers beside a value that parameters are spilled to memory.
const PADDING: [u32; 16] = [7; 16];

impl Type<'_> {
    /// The component that echoes values of this type.
    pub fn component(&self) -> String {
        let Type { named, text, flat } = self;
        let each = |f: &dyn Fn(&str, &str) -> String| named.iter().map(|(n, d)| f(n, d)).collect::<String>();
        let definitions =
            each(&|name, def| format!("(type ${name}-def {def}) (export \"{name}\" (type ${name} (eq ${name}-def)))"));
        let aliases = each(&|name, _| format!("(alias export $host \"{name}\" (type ${name}))"));
        let params = flat.join(" ");
        let args: String = (0..flat.len()).map(|index| format!("(local.get {index})")).collect();
        let (import, export) = match flat {
            [one] => (format!("(param {params}) (result {one})"), format!("(result {one}) (call $echo {args})")),
            _ => (
                format!("(param {params} i32)"),
                format!("(result i32) (call $echo {args} (i32.const 64)) (i32.const 64)"),
            ),
        };
        let spilled = format!("(tuple {text} (list u32 16))");
        format!(
            r#"(component
  (import "host" (instance $host {definitions} (export "echo" (func (param "v" {text}) (result {text})))))
  {aliases}
  {LIBC}
  (core func $echo (canon lower (func $host "echo") (memory $memory) (realloc $realloc)))
  (core module $M
    (import "host" "echo" (func $echo {import}))
    (func (export "flat") (param {params}) {export})
    (func (export "memory") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $M (with "host" (instance (export "echo" (func $echo))))))
  (func (export "flat") (param "v" {text}) (result {text})
    (canon lift (core func $m "flat") (memory $memory) (realloc $realloc)))
  (func (export "memory") (param "v" {spilled}) (result {spilled})
    (canon lift (core func $m "memory") (memory $memory) (realloc $realloc))))"#
        )
    }

    /// Sends values through the component in every way.
    pub fn echoes<T>(&self, values: &[T])
    where
        T: Lower + Lift + Clone + PartialEq + Debug + Send + Sync + 'static,
    {
        let engine = Engine::default();
        let component = load(&engine, &self.component());
        typed(&component, values);
        dynamic::<T>(&component, values);
    }
}

/// Typed on both sides.
fn typed<T>(component: &Component, values: &[T])
where
    T: Lower + Lift + Clone + PartialEq + Debug + Send + Sync + 'static,
{
    let mut linker = Linker::<Vec<T>>::new(component.engine());
    let echo = |mut caller: Caller<'_, Vec<T>>, (value,): (T,)| {
        caller.data_mut().push(value.clone());
        Ok(value)
    };
    linker.instance("host").func_wrap("echo", echo).unwrap();
    let mut store = Store::new(component.engine(), Vec::new());
    let instance = linker.instantiate(&mut store, component).unwrap();
    let flat = instance.get_typed_func::<(T,), T>(&mut store, "flat").unwrap();
    let memory = instance.get_typed_func::<((T, [u32; 16]),), (T, [u32; 16])>(&mut store, "memory").unwrap();
    for value in values {
        assert_eq!(flat.call(&mut store, (value.clone(),)).unwrap(), *value);
        assert_eq!(memory.call(&mut store, ((value.clone(), PADDING),)).unwrap(), (value.clone(), PADDING));
    }
    assert_eq!(store.data(), values);
}

/// Dynamic on the host function's side, and then on both.
fn dynamic<T>(component: &Component, values: &[T])
where
    T: Lower + Lift + Clone + PartialEq + Debug + Send + Sync + 'static,
{
    let (mut store, instance) = instance_with_dynamic_echo(component);
    let typed = instance.get_typed_func::<(T,), T>(&mut store, "flat").unwrap();
    let flat = instance.get_func(&mut store, "flat").unwrap();
    let memory = instance.get_func(&mut store, "memory").unwrap();
    for value in values {
        assert_eq!(typed.call(&mut store, (value.clone(),)).unwrap(), *value);
        let val = store.data_mut().pop().expect("the host function has run");
        assert_eq!(flat.call(&mut store, std::slice::from_ref(&val)).unwrap(), Some(val.clone()));
        assert_eq!(store.data_mut().pop().as_ref(), Some(&val));
        let spilled = Val::Tuple(vec![val, Val::List(PADDING.map(Val::U32).to_vec())]);
        assert_eq!(memory.call(&mut store, std::slice::from_ref(&spilled)).unwrap(), Some(spilled));
    }
}

/// An instance whose host function takes and gives dynamic values, and keeps them.
pub fn instance_with_dynamic_echo(component: &Component) -> (Store<Vec<Val>>, Instance) {
    let mut linker = Linker::<Vec<Val>>::new(component.engine());
    let echo = |mut caller: Caller<'_, Vec<Val>>, mut vals: Vec<Val>| {
        caller.data_mut().push(vals[0].clone());
        Ok(vals.pop())
    };
    linker.instance("host").func_new("echo", echo).unwrap();
    let mut store = Store::new(component.engine(), Vec::new());
    let instance = linker.instantiate(&mut store, component).unwrap();
    (store, instance)
}
