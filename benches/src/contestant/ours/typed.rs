//! Calls of functions whose types Rust knows.

use crate::contestant::{Call, Run, repeat, text};
use anyhow::Result;
use cantilever::runtime::{Instance, ResourceAny, Store};

pub fn calls(mut store: Store<()>, instance: Instance, call: Call) -> Result<Run> {
    Ok(match call {
        Call::Empty => {
            let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
            Box::new(move |n| repeat(n, |_| Ok(f.call(&mut store, ()).map(|()| 0)?)))
        }
        Call::Scalars => {
            let f = instance.get_typed_func::<(u32, u32), u32>(&mut store, "f")?;
            Box::new(move |n| repeat(n, |i| Ok(f.call(&mut store, (i, 1))?)))
        }
        Call::String(len) => {
            let f = instance.get_typed_func::<(&'static str,), u32>(&mut store, "f")?;
            let text = text(len);
            Box::new(move |n| repeat(n, |_| Ok(f.call(&mut store, (text,))?)))
        }
        Call::ReturnString(len) => {
            let f = instance.get_typed_func::<(u32,), String>(&mut store, "f")?;
            Box::new(move |n| repeat(n, |_| Ok(f.call(&mut store, (len as u32,))?.len() as u32)))
        }
        Call::Bytes(len) => {
            let f = instance.get_typed_func::<(&'static [u8],), u32>(&mut store, "f")?;
            let list = text(len).as_bytes();
            Box::new(move |n| repeat(n, |_| Ok(f.call(&mut store, (list,))?)))
        }
        Call::Own => {
            let make = instance.get_typed_func::<(u32,), ResourceAny>(&mut store, "make")?;
            let take = instance.get_typed_func::<(ResourceAny,), u32>(&mut store, "take")?;
            Box::new(move |n| {
                repeat(n, |i| {
                    let made = make.call(&mut store, (i,))?;
                    Ok(take.call(&mut store, (made,))?)
                })
            })
        }
        Call::Borrow => {
            let made = instance.get_typed_func::<(u32,), ResourceAny>(&mut store, "make")?.call(&mut store, (7,))?;
            let get = instance.get_typed_func::<(&'static ResourceAny,), u32>(&mut store, "get")?;
            let made: &'static ResourceAny = Box::leak(Box::new(made));
            Box::new(move |n| repeat(n, |_| Ok(get.call(&mut store, (made,))?)))
        }
    })
}
