//! What the host gives to guests.

use wasmtime::component::{Linker, Resource, ResourceType, Val, WasmList, WasmStr};
use wasmtime::{Engine, Result, StoreContextMut, bail};

/// What is behind a handle of the host's resource type.
struct Thing;

pub fn linker(engine: &Engine) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    let mut root = linker.root();
    root.resource("r", ResourceType::host::<Thing>(), |_, _| Ok(()))?;
    root.func_wrap("host-empty", |_, (): ()| Ok(()))?;
    root.func_wrap("host-add", |_, (a, b): (u32, u32)| Ok((a.wrapping_add(b),)))?;
    root.func_wrap("host-text", |_, (text,): (String,)| Ok((text.len() as u32,)))?;
    root.func_wrap("host-bytes", |_, (list,): (Vec<u8>,)| Ok((list.len() as u32,)))?;
    root.func_wrap("host-text-view", |store: StoreContextMut<'_, ()>, (text,): (WasmStr,)| {
        Ok((text.to_str(&store)?.len() as u32,))
    })?;
    root.func_wrap("host-bytes-view", |store: StoreContextMut<'_, ()>, (list,): (WasmList<u8>,)| {
        Ok((list.as_le_slice(&store).len() as u32,))
    })?;
    root.func_wrap("host-make", |_, (): ()| Ok((Resource::<Thing>::new_own(7),)))?;
    root.func_wrap("host-take", |_, (thing,): (Resource<Thing>,)| Ok((thing.rep(),)))?;
    root.func_wrap("host-get", |_, (thing,): (Resource<Thing>,)| Ok((thing.rep(),)))?;
    root.func_new("dynamic-add", |_, _, params, results| {
        let [Val::U32(a), Val::U32(b)] = params[..] else { bail!("not two numbers") };
        results[0] = Val::U32(a.wrapping_add(b));
        Ok(())
    })?;
    root.func_new("dynamic-text", |_, _, params, results| {
        let [Val::String(text)] = params else { bail!("not a string") };
        results[0] = Val::U32(text.len() as u32);
        Ok(())
    })?;
    Ok(linker)
}
