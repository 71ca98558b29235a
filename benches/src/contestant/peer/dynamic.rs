//! Calls with values of any type.

use super::boxed;
use crate::contestant::{Call, Run, repeat, text};
use wasmtime::component::{Func, Instance, Val};
use wasmtime::{Result, Store, bail, format_err};

pub fn calls(mut store: Store<()>, instance: Instance, call: Call) -> Result<Run> {
    let find = |store: &mut Store<()>, name| instance.get_func(store, name).ok_or(format_err!("no export {name}"));
    Ok(match call {
        Call::Scalars => {
            let f = find(&mut store, "f")?;
            boxed(move |n| repeat(n, |i| number(&f, &mut store, &[Val::U32(i), Val::U32(1)])))
        }
        Call::String(len) => {
            let (f, params) = (find(&mut store, "f")?, [Val::String(text(len).to_owned())]);
            boxed(move |n| repeat(n, |_| number(&f, &mut store, &params)))
        }
        Call::Borrow => {
            let mut made = [Val::Bool(false)];
            find(&mut store, "make")?.call(&mut store, &[Val::U32(7)], &mut made)?;
            let get = find(&mut store, "get")?;
            boxed(move |n| repeat(n, |_| number(&get, &mut store, &made)))
        }
        _ => bail!("this call is measured with Rust types only"),
    })
}

fn number(func: &Func, store: &mut Store<()>, params: &[Val]) -> Result<u32> {
    let mut results = [Val::Bool(false)];
    func.call(store, params, &mut results)?;
    match results {
        [Val::U32(number)] => Ok(number),
        other => bail!("not a number: {other:?}"),
    }
}
