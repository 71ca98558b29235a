//! What the host gives to guests.

use anyhow::Result;
use cantilever::runtime::{Engine, Linker, Resource, Val};

/// What is behind a handle of the host's resource type.
struct Thing;

pub fn linker(engine: &Engine) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker.resource::<Thing>("r", |_, _| Ok(()))?;
    linker.func_wrap("host-empty", |_, (): ()| Ok(()))?;
    linker.func_wrap("host-add", |_, (a, b): (u32, u32)| Ok(a.wrapping_add(b)))?;
    linker.func_wrap("host-text", |_, (text,): (String,)| Ok(text.len() as u32))?;
    linker.func_wrap("host-bytes", |_, (list,): (Vec<u8>,)| Ok(list.len() as u32))?;
    linker.func_view::<(&str,), u32, _>("host-text-view", |_, (text,)| Ok(text.len() as u32))?;
    linker.func_view::<(&[u8],), u32, _>("host-bytes-view", |_, (list,)| Ok(list.len() as u32))?;
    linker.func_wrap("host-make", |_, (): ()| Ok(Resource::<Thing>::new(7)))?;
    linker.func_wrap("host-take", |_, (thing,): (Resource<Thing>,)| Ok(thing.rep()))?;
    linker.func_wrap("host-get", |_, (thing,): (Resource<Thing>,)| Ok(thing.rep()))?;
    linker.func_new("dynamic-add", |_, params| {
        let [Val::U32(a), Val::U32(b)] = params[..] else { return Err("not two numbers".into()) };
        Ok(Some(Val::U32(a.wrapping_add(b))))
    })?;
    linker.func_new("dynamic-text", |_, params| {
        let [Val::String(text)] = &params[..] else { return Err("not a string".into()) };
        Ok(Some(Val::U32(text.len() as u32)))
    })?;
    Ok(linker)
}
