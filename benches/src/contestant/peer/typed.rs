//! Calls of functions whose types Rust knows.

use super::boxed;
use crate::contestant::{Call, Run, repeat, text};
use wasmtime::component::{Instance, ResourceAny};
use wasmtime::{Result, Store};

pub fn calls(mut store: Store<()>, instance: Instance, call: Call) -> Result<Run> {
    Ok(match call {
        Call::Empty => {
            let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
            boxed(move |n| repeat(n, |_| f.call(&mut store, ()).map(|()| 0)))
        }
        Call::Scalars => {
            let f = instance.get_typed_func::<(u32, u32), (u32,)>(&mut store, "f")?;
            boxed(move |n| repeat(n, |i| Ok(f.call(&mut store, (i, 1))?.0)))
        }
        Call::String(len) => {
            let f = instance.get_typed_func::<(&'static str,), (u32,)>(&mut store, "f")?;
            let text = text(len);
            boxed(move |n| repeat(n, |_| Ok(f.call(&mut store, (text,))?.0)))
        }
        Call::ReturnString(len) => {
            let f = instance.get_typed_func::<(u32,), (String,)>(&mut store, "f")?;
            boxed(move |n| repeat(n, |_| Ok(f.call(&mut store, (len as u32,))?.0.len() as u32)))
        }
        Call::Bytes(len) => {
            let f = instance.get_typed_func::<(&'static [u8],), (u32,)>(&mut store, "f")?;
            let list = text(len).as_bytes();
            boxed(move |n| repeat(n, |_| Ok(f.call(&mut store, (list,))?.0)))
        }
        Call::Own => {
            let make = instance.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, "make")?;
            let take = instance.get_typed_func::<(ResourceAny,), (u32,)>(&mut store, "take")?;
            boxed(move |n| {
                repeat(n, |i| {
                    let (made,) = make.call(&mut store, (i,))?;
                    Ok(take.call(&mut store, (made,))?.0)
                })
            })
        }
        Call::Borrow => {
            let make = instance.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, "make")?;
            let (made,) = make.call(&mut store, (7,))?;
            let get = instance.get_typed_func::<(ResourceAny,), (u32,)>(&mut store, "get")?;
            boxed(move |n| repeat(n, |_| Ok(get.call(&mut store, (made,))?.0)))
        }
    })
}
