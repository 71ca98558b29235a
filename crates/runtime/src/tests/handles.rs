//! Handles of guest resources that the host holds, and resources that the host implements.

use super::guest::Guest;
use crate::*;
use cantilever_abi::block::{HandleEntry, HandleTable, HostCallee, InstanceState};
use cantilever_abi::{FuncType, Resource as ResourceDef, ResourceId, ResourceImpl, TypeDef, ValType};
use cantilever_object::artifact::ImportSlot;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};
use cranelift_entity::EntityRef;
use std::mem::offset_of;

/// What stands for the host's resource type.
struct Thing;

/// Is it the error for using a handle that is gone?
fn is_dead(error: &Error) -> bool {
    matches!(error, Error::Value(error) if matches!(error.cause(), ValueError::DeadHandle { .. }))
}

/// A guest with a resource type of its own (0), whose destructor notes the representation, and one
/// of the host's (1).
fn guest() -> Guest {
    let (mut guest, slots) = Guest::new(3);
    let [noted, dtor, lend] = slots[..] else { unreachable!() };
    let flags = MemFlagsData::trusted();
    let note = move |b: &mut cranelift_frontend::FunctionBuilder<'_>, p: &[cranelift_codegen::ir::Value]| {
        b.ins().store(flags, p[1], p[0], noted as i32);
    };
    let implementer = ResourceImpl::Guest(0);
    guest.resource(ResourceDef { name: "r".into(), implementer, has_dtor: true }, &note);
    let implementer = ResourceImpl::Host { dtor };
    guest.artifact.resources.push(ResourceDef { name: "thing".into(), implementer, has_dtor: false });
    let [r, thing] = [0, 1].map(ResourceId::new);
    let types = &mut guest.artifact.types;
    let [own, borrow, own_thing] =
        [TypeDef::Own(r), TypeDef::Borrow(r), TypeDef::Own(thing)].map(|def| ValType::Type(types.intern(def)));
    guest.import(&["thing"], ImportSlot::Resource { resource: thing, at: dtor });
    let func = |param: Option<ValType>, result| FuncType {
        params: param.map(|ty| ("x".to_owned(), ty)).into_iter().collect(),
        result,
        is_async: false,
    };
    guest.import(&["lend"], ImportSlot::Func { ty: func(Some(borrow), None), at: lend });

    let layout = guest.artifact.layout.clone();
    let table = layout.instance_state(layout.host_instance()) as usize + offset_of!(InstanceState, handles);
    let free_head = (table + offset_of!(HandleTable, free_head)) as i32;
    let limit = (table + offset_of!(HandleTable, limit)) as i32;
    let entry = (layout.handle_entries(layout.host_instance()) + u64::from(HandleEntry::SIZE)) as i32;
    // Puts a handle at index 1, as an adapter would.
    let add = move |b: &mut cranelift_frontend::FunctionBuilder<'_>, vmctx, tag: u32, rep| {
        let tag = b.ins().iconst(types::I32, i64::from(tag));
        b.ins().store(flags, tag, vmctx, entry + offset_of!(HandleEntry, tag) as i32);
        b.ins().store(flags, rep, vmctx, entry + offset_of!(HandleEntry, rep) as i32);
        let two = b.ins().iconst(types::I32, 2);
        b.ins().store(flags, two, vmctx, free_head);
        b.ins().store(flags, two, vmctx, limit);
        b.ins().iconst(types::I32, 1)
    };
    guest.export("make", func(Some(ValType::U32), Some(own)), &|b, p| {
        let rep = b.ins().load(types::I32, flags, p[1], 0);
        let index = add(b, p[0], HandleEntry::tag(0, false), rep);
        b.ins().store(flags, index, p[2], 0);
    });
    guest.export("noted", func(None, Some(ValType::U32)), &|b, p| {
        let rep = b.ins().load(types::I32, flags, p[0], noted as i32);
        b.ins().store(flags, rep, p[2], 0);
    });
    guest.export("index", func(Some(borrow), Some(ValType::U32)), &|b, p| {
        let index = b.ins().load(types::I32, flags, p[1], 0);
        b.ins().store(flags, index, p[2], 0);
    });
    guest.export("pass", func(Some(own_thing), Some(own_thing)), &|b, p| {
        let rep = b.ins().load(types::I32, flags, p[1], 0);
        b.ins().store(flags, rep, p[2], 0);
    });
    // Lends the resource 77 to the host in scope 0, which owes one handle; gives what the scope
    // owes afterwards.
    let scope = layout.scopes as i32;
    guest.export("lend", func(None, Some(ValType::U32)), &|b, p| {
        let rep = b.ins().iconst(types::I32, 77);
        let index = add(b, p[0], HandleEntry::tag(0, true), rep);
        let one = b.ins().iconst(types::I32, 1);
        b.ins().store(flags, one, p[0], scope);
        b.ins().store(flags, index, p[2], 0);
        let at = |field: usize| (lend as usize + field) as i32;
        let func = b.ins().load(types::I64, flags, p[0], at(offset_of!(HostCallee, func)));
        let data = b.ins().load(types::I64, flags, p[0], at(offset_of!(HostCallee, data)));
        let signature = b.import_signature(super::guest::c_signature(4));
        b.ins().call_indirect(signature, func, &[data, p[0], p[2], p[2]]);
        let owed = b.ins().load(types::I32, flags, p[0], scope);
        b.ins().store(flags, owed, p[2], 0);
    });
    guest
}

#[derive(Default)]
struct Host {
    dropped: Vec<u32>,
    lent: Option<ResourceAny>,
}

fn instance() -> (Store<Host>, Instance) {
    let engine = Engine::default();
    let component = guest().load(&engine);
    let mut linker = Linker::<Host>::new(&engine);
    linker
        .resource::<Thing>("thing", |mut caller, rep| {
            caller.data_mut().dropped.push(rep);
            Ok(())
        })
        .unwrap();
    linker
        .func_wrap("lend", |mut caller: Caller<'_, Host>, (handle,): (ResourceAny,)| {
            assert!(!handle.owned());
            caller.data_mut().lent = Some(handle);
            Ok(())
        })
        .unwrap();
    let mut store = Store::new(&engine, Host::default());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    (store, instance)
}

fn make(store: &mut Store<Host>, instance: Instance, rep: u32) -> ResourceAny {
    instance.get_typed_func::<(u32,), ResourceAny>(&mut *store, "make").unwrap().call(store, (rep,)).unwrap()
}

#[test]
fn dropping_an_owned_handle_runs_the_guests_destructor() {
    let (mut store, instance) = instance();
    let handle = make(&mut store, instance, 42);
    assert!(handle.owned());
    handle.clone().resource_drop(&mut store).unwrap();
    let noted = instance.get_typed_func::<(), u32>(&mut store, "noted").unwrap();
    assert_eq!(noted.call(&mut store, ()).unwrap(), 42);
    let again = handle.resource_drop(&mut store).unwrap_err();
    assert!(is_dead(&again), "{again}");
}

#[test]
fn a_stale_handle_is_not_the_new_one_at_its_index() {
    let (mut store, instance) = instance();
    let stale = make(&mut store, instance, 1);
    stale.clone().resource_drop(&mut store).unwrap();
    let fresh = make(&mut store, instance, 2);
    let index = instance.get_func(&mut store, "index").unwrap();
    let dead = index.call(&mut store, &[stale.into()]).unwrap_err();
    assert!(is_dead(&dead), "{dead}");
    assert_eq!(index.call(&mut store, &[fresh.into()]).unwrap(), Some(Val::U32(1)));
}

#[test]
fn the_hosts_resources_are_their_representations() {
    let (mut store, instance) = instance();
    let pass = instance.get_typed_func::<(Resource<Thing>,), Resource<Thing>>(&mut store, "pass").unwrap();
    assert_eq!(pass.call(&mut store, (Resource::new(9),)).unwrap().rep(), 9);
    assert!(instance.get_typed_func::<(Resource<u8>,), Resource<Thing>>(&mut store, "pass").is_err());
    let pass = instance.get_func(&mut store, "pass").unwrap();
    let given = ResourceAny::from(Resource::<Thing>::new(10));
    let Some(Val::Resource(back)) = pass.call(&mut store, &[given.into()]).unwrap() else { panic!() };
    assert_eq!(back.clone().host_rep(), Some(10));
    back.resource_drop(&mut store).unwrap();
    assert_eq!(store.data().dropped, [10]);
    let foreign = ResourceAny::from(Resource::<u8>::new(10));
    assert!(pass.call(&mut store, &[foreign.into()]).is_err());
    let of_the_guest = make(&mut store, instance, 1);
    assert!(pass.call(&mut store, &[of_the_guest.into()]).is_err());
}

#[test]
fn borrows_end_when_the_host_function_returns() {
    let (mut store, instance) = instance();
    let lend = instance.get_typed_func::<(), u32>(&mut store, "lend").unwrap();
    assert_eq!(lend.call(&mut store, ()).unwrap(), 0, "the scope must owe nothing");
    let kept = store.data().lent.clone().unwrap();
    let dead = kept.resource_drop(&mut store).unwrap_err();
    assert_eq!(dead.to_string(), "resource `r` was dropped after the call that lent it had ended");
    // It is still known when another borrow has been at its index.
    let kept = store.data().lent.clone().unwrap();
    lend.call(&mut store, ()).unwrap();
    let dead = kept.resource_drop(&mut store).unwrap_err();
    assert_eq!(dead.to_string(), "resource `r` was dropped after the call that lent it had ended");
}
