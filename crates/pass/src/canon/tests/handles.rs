//! Handles: built-ins, and own and borrow handles that cross an adapter.

use super::*;
use crate::canon::{Lifted, counts_borrows};
use cantilever_abi::block::{HandleEntry, Header, TrapKind};
use std::cell::Cell;

const NEW: FuncKey = FuncKey::Canon(1);
const REP: FuncKey = FuncKey::Canon(2);
const DROP: FuncKey = FuncKey::Canon(3);

thread_local! {
    static SEEN: Cell<u64> = const { Cell::new(0) };
    static MACHINE: Cell<*const Machine> = const { Cell::new(std::ptr::null()) };
}

/// The machine on which the callee runs.
fn running() -> &'static Machine {
    // SAFETY: the test has put its machine there, and outlives the call.
    unsafe { &*MACHINE.get() }
}

unsafe extern "C" fn see(_: *mut u8, slots: *mut u64) {
    SEEN.set(u64::from(parameter(slots, 0)));
}

fn builtins(fixture: &Fixture, instance: u32, resource: ResourceId) -> Vec<Function> {
    vec![
        fixture.builtin(NEW, instance, Builtin::ResourceNew(resource)),
        fixture.builtin(REP, instance, Builtin::ResourceRep(resource)),
        fixture.builtin(DROP, instance, Builtin::ResourceDrop(resource)),
    ]
}

fn dtor(fixture: &Fixture) -> Function {
    let signature = super::super::dtor_signature(fixture.convention);
    thunk(DTOR, signature, see, fixture.convention)
}

#[test]
fn new_rep_and_drop_reuse_indices_last_in_first_out() {
    for spectre in [true, false] {
        let mut f = Fixture { spectre, ..Fixture::new() };
        let r = f.resource(ResourceImpl::Guest(CALLER), Dtor::Guest(direct(DTOR)));
        let mut functions = builtins(&f, CALLER, r);
        functions.push(dtor(&f));
        let m = f.machine(functions);
        let indices: Vec<u64> = (0..10).map(|rep| m.call(NEW, &[100 + rep]) & 0xffff_ffff).collect();
        assert_eq!(indices, (1..=10).collect::<Vec<_>>());
        assert_eq!(m.call(REP, &[4]) as u32, 103);
        m.call(DROP, &[4]);
        assert_eq!(SEEN.get(), 103);
        m.call(DROP, &[7]);
        assert_eq!([m.call(NEW, &[1]) as u32, m.call(NEW, &[2]) as u32, m.call(NEW, &[3]) as u32], [7, 4, 11]);
        assert_eq!(m.entry(CALLER, 4).tag, HandleEntry::tag(r.as_u32(), false));
        assert_eq!(m.entry(CALLER, 4).rep, 2);
    }
}

#[test]
fn bad_indices_trap_with_what_was_found() {
    for spectre in [true, false] {
        let mut f = Fixture { spectre, ..Fixture::new() };
        let other = f.resource(ResourceImpl::Guest(CALLER), Dtor::None);
        let r = f.resource(ResourceImpl::Guest(CALLER), Dtor::None);
        let mut functions = builtins(&f, CALLER, r);
        functions.push(f.builtin(ADAPTER, CALLER, Builtin::ResourceNew(other)));
        let m = f.machine(functions);
        let own = |r: ResourceId| u64::from(HandleEntry::tag(r.as_u32(), false));
        for (key, index) in [(REP, 0), (DROP, 0), (REP, 1), (REP, 2), (DROP, 0xffff_ffff), (REP, 1 << 28)] {
            let (kind, values) = m.trap(key, &[index]);
            assert_eq!((kind, values[0]), (TrapKind::UnknownHandle, index));
        }
        m.call(ADAPTER, &[5]);
        for key in [REP, DROP] {
            let (kind, values) = m.trap(key, &[1]);
            assert_eq!((kind, values[..3].to_vec()), (TrapKind::WrongHandleType, vec![1, own(r), own(other)]));
        }
        let index = m.call(NEW, &[6]) as u32;
        let entry = m.layout.handle_entries(CALLER) as u32 + index * HandleEntry::SIZE;
        m.at::<HandleEntry>(entry).lends = 1;
        assert_eq!(m.trap(DROP, &[u64::from(index)]).0, TrapKind::HandleLent);
        m.state(CALLER).may_leave = 0;
        assert_eq!(m.trap(DROP, &[u64::from(index)]).0, TrapKind::CannotLeave);
        assert_eq!(m.trap(NEW, &[1]).0, TrapKind::CannotLeave);
        assert_eq!(m.call(REP, &[u64::from(index)]) as u32, 6);
    }
}

#[test]
fn a_full_table_traps() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLER), Dtor::None);
    let m = f.machine(builtins(&f, CALLER, r));
    let quota = u64::from(machine::QUOTA);
    (1..quota).for_each(|rep| assert_eq!(m.call(NEW, &[rep]) as u32, rep as u32));
    let (kind, values) = m.trap(NEW, &[7]);
    assert_eq!((kind, values[0]), (TrapKind::HandleTableFull, quota));
    m.call(DROP, &[9]);
    assert_eq!(m.call(NEW, &[7]) as u32, 9);
}

/// A fixture in which `ty(handle)` calls from the caller to the callee, with the caller's
/// built-ins.
fn handle_call(f: &Fixture, param: ValType, r: ResourceId, native: Native) -> Machine {
    let ty = func_type(&[param], None);
    let [lower, lift] = [CALLER, CALLEE].map(|i| f.side(i, Encoding::Utf8, PointerWidth::W32));
    let core = f.core(&ty, &lift, native);
    let mut functions = builtins(f, CALLER, r);
    functions.extend([
        f.adapter(&ty, LowerSide::Guest(lower), LiftSide::Guest { side: lift, callee: direct(CORE) }),
        core,
        f.builtin(FuncKey::Canon(4), CALLEE, Builtin::ResourceDrop(r)),
    ]);
    functions.extend(f.reallocs([PointerWidth::W32; 2]));
    f.machine(functions)
}

#[test]
fn own_moves() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLER), Dtor::None);
    let own = ValType::Type(f.types.intern(TypeDef::Own(r)));
    let m = handle_call(&f, own, r, see);
    m.call(NEW, &[77]);
    m.call(ADAPTER, &[1]);
    assert_eq!(SEEN.get(), 1);
    assert_eq!(m.entry(CALLER, 1).tag, 0);
    assert_eq!(m.entry(CALLEE, 1).rep, 77);
    assert_eq!(m.trap(ADAPTER, &[1]).0, TrapKind::UnknownHandle);
}

#[test]
fn a_borrow_is_the_rep_for_the_implementer_and_is_unlent() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLEE), Dtor::None);
    let borrow = ValType::Type(f.types.intern(TypeDef::Borrow(r)));
    let m = handle_call(&f, borrow, r, see);
    m.call(NEW, &[77]);
    m.call(ADAPTER, &[1]);
    assert_eq!(SEEN.get(), 77);
    assert_eq!(m.entry(CALLER, 1).lends, 0);
    assert_eq!(m.at::<Header>(0).scope_top, 0);
}

/// Plays a callee that drops the borrow handle it got, after a look at the lends.
unsafe extern "C" fn drop_it(_: *mut u8, slots: *mut u64) {
    let index = u64::from(parameter(slots, 0));
    let m = running();
    SEEN.set(u64::from(m.entry(CALLER, 1).lends));
    m.call(FuncKey::Canon(4), &[index]);
}

#[test]
fn a_borrow_elsewhere_is_a_handle_that_must_be_dropped() {
    for counts in [true, false] {
        must_be_dropped(Fixture { counts_borrows: vec![counts; 3], ..Fixture::new() });
    }
}

fn must_be_dropped(mut f: Fixture) {
    let r = f.resource(ResourceImpl::Guest(CALLER), Dtor::None);
    let borrow = ValType::Type(f.types.intern(TypeDef::Borrow(r)));
    let m = handle_call(&f, borrow, r, drop_it);
    MACHINE.set(&m);
    m.call(NEW, &[77]);
    m.call(ADAPTER, &[1]);
    assert_eq!(SEEN.get(), 1);
    assert_eq!((m.entry(CALLER, 1).lends, m.entry(CALLEE, 1).tag, m.at::<Header>(0).scope_top), (0, 0, 0));
    let keeps = handle_call(&f, borrow, r, see);
    keeps.call(NEW, &[77]);
    let (kind, values) = keeps.trap(ADAPTER, &[1]);
    assert_eq!((kind, values[0]), (TrapKind::BorrowsRemain, 1));
}

/// Plays a callee that overwrites the caller's memory, in which the handles came.
unsafe extern "C" fn scribble(_: *mut u8, slots: *mut u64) {
    SEEN.set(u64::from(parameter(slots, 1)));
    let base = MEMORIES.with_borrow(|m| m[CALLER as usize]);
    // SAFETY: the bytes lie in the caller's memory.
    unsafe { std::ptr::write_bytes(base.add(1024), 0xff, 64) };
    let m = running();
    assert_eq!((1..4).map(|i| m.entry(CALLER, i).lends).collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn lists_of_borrows_unlend_what_was_lent() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLEE), Dtor::None);
    let borrow = ValType::Type(f.types.intern(TypeDef::Borrow(r)));
    let list = ValType::Type(f.types.intern(TypeDef::List(borrow)));
    let m = handle_call(&f, list, r, scribble);
    MACHINE.set(&m);
    (0..3).for_each(|rep| assert_eq!(m.call(NEW, &[10 + rep]) as u32, 1 + rep as u32));
    let base = MEMORIES.with_borrow(|m| m[CALLER as usize]);
    for (i, index) in [1u32, 2, 3, 1].into_iter().enumerate() {
        // SAFETY: the bytes lie in the caller's memory.
        unsafe { base.add(1024 + 4 * i).cast::<u32>().write(index) };
    }
    m.call(ADAPTER, &[1024, 4]);
    assert_eq!(SEEN.get(), 4);
    assert_eq!((1..4).map(|i| m.entry(CALLER, i).lends).collect::<Vec<_>>(), [0, 0, 0]);
    assert_eq!(m.at::<Header>(0).scope_top, 0);
}

#[test]
fn an_optional_borrow_is_unlent_only_if_it_was_there() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLEE), Dtor::None);
    let borrow = ValType::Type(f.types.intern(TypeDef::Borrow(r)));
    let option = ValType::Type(f.types.intern(TypeDef::Option(borrow)));
    let m = handle_call(&f, option, r, see);
    m.call(NEW, &[77]);
    m.call(ADAPTER, &[0, 1]);
    assert_eq!((SEEN.get(), m.entry(CALLER, 1).lends), (0, 0));
    m.call(ADAPTER, &[1, 1]);
    assert_eq!((SEEN.get(), m.entry(CALLER, 1).lends), (1, 0));
    assert_eq!(m.trap(ADAPTER, &[1, 9]).0, TrapKind::UnknownHandle);
    assert_eq!(m.trap(ADAPTER, &[2, 1]).0, TrapKind::InvalidDiscriminant);
}

/// Plays a callee that gets two handles.
unsafe extern "C" fn see_both(_: *mut u8, slots: *mut u64) {
    let [first, second] = [0, 1].map(|i| u64::from(parameter(slots, i)));
    SEEN.set(first << 32 | second);
}

#[test]
fn all_parameters_are_lifted_before_any_is_lowered() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLER), Dtor::None);
    let own = ValType::Type(f.types.intern(TypeDef::Own(r)));
    let ty = func_type(&[own, own], None);
    let side = f.side(CALLER, Encoding::Utf8, PointerWidth::W32);
    let core = f.core(&ty, &side, see_both);
    let lift = LiftSide::Guest { side: side.clone(), callee: direct(CORE) };
    let mut functions = builtins(&f, CALLER, r);
    functions.extend([f.adapter(&ty, LowerSide::Guest(side), lift), core]);
    let m = f.machine(functions);
    m.call(NEW, &[71]);
    m.call(NEW, &[72]);
    m.call(ADAPTER, &[1, 2]);
    assert_eq!(SEEN.get(), 2 << 32 | 1);
    assert_eq!([m.entry(CALLER, 2).rep, m.entry(CALLER, 1).rep], [71, 72]);
}

/// Plays the host: sees the representation of its own resource, and gives it back as its result.
unsafe extern "C" fn host(_: *mut core::ffi::c_void, _: *mut Header, params: *mut u8, results: *mut u8) -> u32 {
    // SAFETY: the only parameter is a handle.
    let rep = unsafe { params.cast::<u32>().read() };
    SEEN.set(u64::from(rep));
    // SAFETY: the buffer is large enough for a handle, also when this plays a destructor.
    unsafe { results.cast::<u32>().write(rep + 1) };
    0
}

#[test]
fn the_host_sees_its_own_resources_as_representations() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Host { dtor: f.host_callee }, Dtor::Host(f.host_callee));
    let own = ValType::Type(f.types.intern(TypeDef::Own(r)));
    let borrow = ValType::Type(f.types.intern(TypeDef::Borrow(r)));
    for param in [own, borrow] {
        let ty = func_type(&[param], Some(own));
        let lower = LowerSide::Guest(f.side(CALLER, Encoding::Utf8, PointerWidth::W32));
        let mut functions = builtins(&f, CALLER, r);
        functions.push(f.adapter(&ty, lower, LiftSide::Host { callee: f.host_callee }));
        let m = f.machine(functions);
        m.at::<HostCallee>(f.host_callee).func = Some(host);
        assert_eq!(m.call(NEW, &[40]) as u32, 1);
        let index = m.call(ADAPTER, &[1]) as u32;
        assert_eq!((index, m.entry(CALLER, index).rep), (if param == own { 1 } else { 2 }, 41));
        assert_eq!((SEEN.get(), m.entry(CALLER, 1).lends), (40, 0));
        m.call(DROP, &[u64::from(index)]);
        assert_eq!(SEEN.get(), 41, "its destructor gets the representation");
        assert_eq!(m.entry(m.layout.host_instance(), 1).tag, 0);
    }
}

#[test]
fn the_host_holds_handles_of_guests_resources() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLEE), Dtor::None);
    let own = ValType::Type(f.types.intern(TypeDef::Own(r)));
    let borrow = ValType::Type(f.types.intern(TypeDef::Borrow(r)));
    let ty = func_type(&[borrow], Some(own));
    let lift = f.side(CALLEE, Encoding::Utf8, PointerWidth::W32);
    let core = f.core(&ty, &lift, see);
    let host = f.layout.host_instance();
    let mut functions = builtins(&f, host, r);
    functions.push(f.adapter(&ty, LowerSide::Host, LiftSide::Guest { side: lift, callee: direct(CORE) }));
    functions.extend([core, f.builtin(FuncKey::Canon(4), CALLEE, Builtin::ResourceNew(r))]);
    let m = f.machine(functions);
    // What the callee returns is the index of its own handle: the representation that it is given
    // is 1.
    assert_eq!(m.call(FuncKey::Canon(4), &[90]) as u32, 1);
    assert_eq!(m.call(NEW, &[1]) as u32, 1);
    let (params, mut results) = ([1u32, 0], [0u32; 2]);
    m.call(ADAPTER, &[params.as_ptr() as u64, results.as_mut_ptr() as u64]);
    assert_eq!((SEEN.get(), results[0]), (1, 2));
    assert_eq!((m.entry(host, 2).rep, m.entry(host, 1).lends, m.entry(CALLEE, 1).tag), (90, 0, 0));
}

#[test]
fn borrows_are_counted_where_it_depends_on_values_which_there_are() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLER), Dtor::None);
    let own_of_callee = f.resource(ResourceImpl::Guest(CALLEE), Dtor::None);
    let mut t = |def| ValType::Type(f.types.intern(def));
    let (handle, rep) = (t(TypeDef::Borrow(r)), t(TypeDef::Borrow(own_of_callee)));
    let (pair, option, list) =
        (t(TypeDef::Tuple(vec![handle; 2])), t(TypeDef::Option(handle)), t(TypeDef::List(handle)));
    let reps = t(TypeDef::List(rep));
    let counts = |params: &[ValType], is_async| {
        let mut side = f.side(CALLEE, Encoding::Utf8, PointerWidth::W32);
        side.options.is_async = is_async;
        let lift = LiftSide::Guest { side, callee: direct(CORE) };
        let adapter = Adapter { name: String::new(), ty: func_type(params, None), lower: LowerSide::Host, lift };
        let counts = counts_borrows(&f.types, &f.resources, Lifted::of(&adapter).into_iter(), 3);
        assert!(!counts[0] && !counts[CALLER as usize], "only the callee is lent anything");
        counts[CALLEE as usize]
    };
    for params in [&[][..], &[handle], &[handle, pair, ValType::U8], &[rep, reps], &[handle; 8]] {
        assert!(!counts(params, false), "{params:?}");
    }
    for params in [&[option][..], &[list], &[handle, list], &[handle; 9]] {
        assert!(counts(params, false), "{params:?}");
    }
    assert!(counts(&[handle], true), "tasks may end in any order");
}
