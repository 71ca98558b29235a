//! Calls with values of any type.

use crate::contestant::{Call, Run, repeat, text};
use anyhow::{Result, bail};
use cantilever::runtime::{Func, Instance, Store, Val};

pub fn calls(mut store: Store<()>, instance: Instance, call: Call) -> Result<Run> {
    let find = |store: &mut Store<()>, name| instance.get_func(store, name).ok_or(anyhow::anyhow!("no export {name}"));
    Ok(match call {
        Call::Scalars => {
            let f = find(&mut store, "f")?;
            Box::new(move |n| repeat(n, |i| number(&f, &mut store, &[Val::U32(i), Val::U32(1)])))
        }
        Call::String(len) => {
            let (f, params) = (find(&mut store, "f")?, [Val::String(text(len).to_owned())]);
            Box::new(move |n| repeat(n, |_| number(&f, &mut store, &params)))
        }
        Call::Borrow => {
            let Some(made) = find(&mut store, "make")?.call(&mut store, &[Val::U32(7)])? else { bail!("no result") };
            let (get, params) = (find(&mut store, "get")?, [made]);
            Box::new(move |n| repeat(n, |_| number(&get, &mut store, &params)))
        }
        _ => bail!("this call is measured with Rust types only"),
    })
}

fn number(func: &Func, store: &mut Store<()>, params: &[Val]) -> Result<u32> {
    match func.call(store, params)? {
        Some(Val::U32(number)) => Ok(number),
        other => bail!("not a number: {other:?}"),
    }
}
