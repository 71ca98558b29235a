//! Random calls agree with the oracle: random function types, options and values, and peers that misbehave.
//!
//! For each seed one adapter is compiled and called once. The caller writes its values into its memory; from copies of
//! memories and handle tables the oracle foretells how the call goes, and then it has to go like that: the core values
//! that the callee receives and the caller gets back, every byte of the receiver's memory, the calls of `realloc`, the
//! entries of the handle tables (moved, lent, un-lent), `may_leave` in each call, and the kind of the trap. Peers go
//! wrong in one place at most, since which of two faults is reported may differ: a bad pointer, length, discriminant,
//! `char`, text or handle, a `realloc` that gives a wrong or a used address, a borrow that is not given back.
//!
//! Where the host receives a value its bytes are not foretold, as it may get views; what it reads there is.
//!
//! `CANTILEVER_ORACLE_SECONDS=600 cargo test --release --lib random_calls` goes on for ten minutes with new seeds;
//! `CANTILEVER_ORACLE_SEED=1234` runs one seed.

use super::machine::MEMORY;
use super::oracle::{Allocator, Handle, Measure, Outcome, Peer, Table, Val};
use super::random::{Handles, Rng};
use super::writer::Writer;
use super::*;
use crate::block::{HandleEntry, Header, TrapKind};
use crate::canon::shape::is_narrow;
use crate::model::flatten::{MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How many seeds an ordinary run takes.
const SEEDS: u64 = if cfg!(debug_assertions) { 1000 } else { 20_000 };

/// The `resource.drop` of the callee for each resource type.
const DROP: u32 = 8;

/// What a call was foretold to do, and what it did so far.
struct Case<'a> {
    m: &'a Machine,
    ty: &'a FuncType,
    caller: Peer<'a>,
    callee: Peer<'a>,
    post_return: bool,
    /// The parameters as the caller's values mean them; and what the callee receives, if it is a guest.
    params: Val,
    received: Vec<u64>,
    /// The result that the callee wants to give.
    result: Option<Val>,
    rng: RefCell<Rng>,
    /// Faults of the callee: after so many places in its result; or it keeps its borrows.
    result_fault: Option<usize>,
    keeps_borrows: bool,
    /// The result as it should arrive, or the trap.
    outcome: RefCell<Outcome<Val>>,
    /// The core values of the result as the callee returned them.
    returned: Cell<u64>,
    /// How often callee and `post-return` ran.
    ran: Cell<[u32; 2]>,
    /// Where the caller wants its result.
    out: Option<u64>,
    /// The caller as it should be in the end, and the core values that it should get.
    after: RefCell<Option<(Peer<'a>, Vec<u64>)>>,
    wrong: RefCell<Vec<String>>,
}

thread_local! {
    /// The call that runs on this thread. The reference is valid while it does.
    static CASE: Cell<*const Case<'static>> = const { Cell::new(std::ptr::null()) };
    /// The allocators of the guests' real memories.
    static ALLOCATORS: RefCell<[Allocator; 3]> = RefCell::default();
}

fn case() -> &'static Case<'static> {
    // SAFETY: natives run only while `run` is in the call that it made this for.
    unsafe { &*CASE.get() }
}

impl Case<'_> {
    fn expect(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.borrow_mut().push(what());
        }
    }

    fn param_types(&self) -> Vec<ValType> {
        self.ty.params.iter().map(|(_, ty)| *ty).collect()
    }

    fn result_types(&self) -> Vec<ValType> {
        self.ty.result.into_iter().collect()
    }

    fn mask(&self, peer: &Peer, tys: &[ValType], context: Context, core: &[u64]) -> Vec<u64> {
        let ft =
            FuncType { params: tys.iter().map(|ty| (String::new(), *ty)).collect(), result: None, is_async: false };
        let flat = flatten_functype(peer.measure.types, &ft, width(peer), context).params;
        let mask = |(ty, bits): (&FlatType, &u64)| match ty {
            FlatType::I32 | FlatType::F32 => *bits & 0xffff_ffff,
            FlatType::I64 | FlatType::F64 => *bits,
        };
        flat.iter().zip(core).map(mask).collect()
    }

    /// The peer with copies of its real memory, allocator and table.
    fn current<'p>(&self, peer: &Peer<'p>) -> Peer<'p> {
        let mut peer = peer.clone();
        peer.table = table(self.m, peer.instance);
        if !peer.host {
            let base = MEMORIES.with_borrow(|m| m[peer.instance as usize]);
            // SAFETY: the memory has this size.
            peer.bytes = unsafe { std::slice::from_raw_parts(base, MEMORY) }.to_vec();
            peer.allocator = ALLOCATORS.with_borrow(|a| a[peer.instance as usize].clone());
        }
        peer
    }

    /// Compares a real guest with what was foretold of it.
    fn compare(&self, expected: &Peer, when: &str) {
        let actual = self.current(expected);
        self.expect(actual.bytes == expected.bytes, || {
            let first = actual.bytes.iter().zip(&expected.bytes).position(|(a, b)| a != b);
            format!("{when}: memory differs at {first:?}")
        });
        let calls = [&actual.allocator.calls, &expected.allocator.calls];
        self.expect(calls[0] == calls[1], || format!("{when}: realloc was called with {calls:?}"));
        self.compare_table(expected, when);
    }

    fn compare_table(&self, expected: &Peer, when: &str) {
        let used = |table: &Table| -> Vec<_> {
            table.array.iter().enumerate().filter_map(|(i, entry)| entry.map(|entry| (i, entry))).collect()
        };
        let tables = [used(&table(self.m, expected.instance)), used(&expected.table)];
        self.expect(tables[0] == tables[1], || format!("{when}: the handle table is {tables:?}"));
    }

    fn may_leave(&self, peer: &Peer) -> bool {
        self.m.state(peer.instance).may_leave != 0
    }

    /// Plays the callee's code after it has looked at its parameters: gives borrows back, makes a result, and foretells
    /// how the call ends. Returns the flat result.
    fn act(&self, results: Option<u64>) -> u64 {
        self.ran.set([self.ran.get()[0] + 1, self.ran.get()[1]]);
        let borrows: Vec<(usize, Handle)> = {
            let now = table(self.m, self.callee.instance);
            now.array.iter().enumerate().filter_map(|(i, e)| e.filter(|e| !e.own).map(|e| (i, e))).collect()
        };
        if !self.keeps_borrows {
            for (index, handle) in &borrows {
                self.m.call(FuncKey::Canon(DROP + handle.resource.as_u32()), &[*index as u64]);
            }
        }
        let tys = self.result_types();
        let val = Val::Record(self.result.iter().cloned().collect());
        let mut rng = self.rng.borrow_mut();
        let mut writer = writer(self.m, &self.callee, &mut rng, self.result_fault);
        let core = match results {
            Some(at) => {
                writer.tuple(&tys, &val, at);
                vec![at]
            }
            None => writer.values(&tys, MAX_FLAT_RESULTS, &val),
        };
        writer.done();
        let mut callee = self.current(&self.callee);
        let mut caller = self.current(&self.caller);
        let lifted = match results {
            Some(at) => callee.load_record(&tys, at),
            None => callee.lift_values(&tys, MAX_FLAT_RESULTS, &core),
        };
        let kept = self.keeps_borrows && !borrows.is_empty();
        let lifted = lifted.and_then(|val| if kept { Err(TrapKind::BorrowsRemain) } else { Ok(val) });
        let outcome = lifted.and_then(|val| {
            if !caller.host {
                let core = caller.lower_values(&tys, MAX_FLAT_RESULTS, &val, self.out)?;
                for index in &self.caller.lenders {
                    caller.table.array[*index as usize].as_mut().expect("lent handles stay").lends -= 1;
                }
                *self.after.borrow_mut() = Some((caller, core));
            }
            Ok(val)
        });
        *self.outcome.borrow_mut() = outcome;
        self.returned.set(core.first().copied().unwrap_or(0));
        self.returned.get()
    }
}

fn width(peer: &Peer) -> PointerWidth {
    if peer.measure.word == 4 { PointerWidth::W32 } else { PointerWidth::W64 }
}

fn writer<'a>(m: &'a Machine, peer: &'a Peer, rng: &'a mut Rng, fault_after: Option<usize>) -> Writer<'a> {
    let i = peer.instance as usize;
    let (base, next) = match peer.host {
        true => (std::ptr::null_mut(), 0),
        false => (MEMORIES.with_borrow(|m| m[i]), ALLOCATORS.with_borrow(|a| a[i].next)),
    };
    Writer { m, peer, base, next, rng, fault_after, lent: None }
}

impl Writer<'_> {
    /// Tells the real allocator what was taken.
    fn done(self) {
        if !self.peer.host {
            ALLOCATORS.with_borrow_mut(|a| a[self.peer.instance as usize].next = self.next);
        }
    }
}

/// A copy of a real handle table.
fn table(m: &Machine, instance: u32) -> Table {
    let head = &m.state(instance).handles;
    let entry = |i| {
        let entry = *m.handle(instance, i);
        (entry.tag != 0).then(|| {
            let (resource, borrow) = HandleEntry::untag(entry.tag);
            Handle { resource: ResourceId::from_u32(resource), rep: entry.rep, own: !borrow, lends: entry.lends }
        })
    };
    let mut array: Vec<Option<Handle>> = (0..head.limit).map(entry).collect();
    // The free entries in the order in which they are taken; those never used are not in the specification's table.
    let mut free = Vec::new();
    let mut next = head.free_head;
    while next < head.limit {
        free.push(next);
        next = (next + 1).wrapping_add(m.handle(instance, next).aux);
    }
    free.reverse();
    array.truncate(head.limit as usize);
    Table { array, free }
}

/// Plays the callee as a guest.
unsafe extern "C" fn guest(_: *mut u8, slots: *mut u64) {
    let case = case();
    let tys = case.param_types();
    // SAFETY: the thunk has a slot for each parameter, and one at least.
    let args = unsafe { std::slice::from_raw_parts_mut(slots, case.received.len().max(1)) };
    let got = case.mask(&case.callee, &tys, Context::Lift, args);
    let wanted = case.mask(&case.callee, &tys, Context::Lift, &case.received);
    case.expect(got == wanted, || format!("the callee received {got:x?}, not {wanted:x?}"));
    case.compare(&case.callee, "the callee when it is called");
    case.compare_table(&case.caller, "the caller while it waits");
    case.expect(case.may_leave(&case.callee), || "the callee may not leave".into());
    args[0] = case.act(None);
}

/// Plays the callee as the host.
unsafe extern "C" fn host(_: *mut core::ffi::c_void, _: *mut Header, params: *mut u8, results: *mut u8) -> u32 {
    let case = case();
    let got = peek(case, &case.callee, &case.param_types(), params as u64);
    case.expect(got == case.params, || format!("the host received {got:?}, not {:?}", case.params));
    case.compare_table(&case.caller, "the caller while it waits");
    case.act(Some(results as u64));
    0
}

/// What the host reads in its memory. Nothing of what it reads leaves its table.
fn peek(case: &Case, host: &Peer, tys: &[ValType], at: u64) -> Val {
    let mut host = case.current(host);
    host.load_record(tys, at).unwrap_or_else(|kind| panic!("the host received something that traps: {kind:?}"))
}

unsafe extern "C" fn post_return(_: *mut u8, slots: *mut u64) {
    let case = case();
    case.ran.set([case.ran.get()[0], case.ran.get()[1] + 1]);
    case.expect(!case.may_leave(&case.callee), || "post-return may leave".into());
    if case.ty.result.is_some() {
        // SAFETY: the thunk has a slot for its parameter.
        let got = [unsafe { slots.read() }];
        let tys = case.result_types();
        let single = case.callee.measure.flat_all(&tys) <= MAX_FLAT_RESULTS;
        let mask = |core: &[u64]| match single {
            true => case.mask(&case.callee, &tys, Context::Lift, core),
            false => core.iter().map(|bits| bits & (u64::MAX >> (64 - 8 * case.callee.measure.word))).collect(),
        };
        let (got, wanted) = (mask(&got), mask(&[case.returned.get()]));
        case.expect(got == wanted, || format!("post-return got {got:x?}, not {wanted:x?}"));
    }
}

/// Plays the `realloc` of a guest.
unsafe extern "C" fn realloc<const INSTANCE: usize>(_: *mut u8, slots: *mut u64) {
    let case = case();
    let peer = if INSTANCE as u32 == CALLER { &case.caller } else { &case.callee };
    let mask = u64::MAX >> (64 - 8 * peer.measure.word);
    // SAFETY: the thunk has four parameters.
    let args: [u64; 4] = unsafe { std::slice::from_raw_parts(slots, 4) }.try_into().unwrap();
    let args = args.map(|arg| arg & mask);
    case.expect(!case.may_leave(peer), || "realloc may leave".into());
    let ptr = ALLOCATORS.with_borrow_mut(|a| a[INSTANCE].call(args));
    let base = MEMORIES.with_borrow(|m| m[INSTANCE]);
    let kept = args[1].min(args[3]);
    if ptr.checked_add(kept).is_some_and(|end| end <= MEMORY as u64) {
        // SAFETY: both ranges lie in the memory.
        unsafe { std::ptr::copy(base.add(args[0] as usize), base.add(ptr as usize), kept as usize) };
    }
    // SAFETY: the thunk has a slot for its result.
    unsafe { slots.write(ptr) };
}

/// The options of a guest.
fn random_side(f: &Fixture, rng: &mut Rng, instance: u32) -> GuestSide {
    let encoding = rng.pick(&[Encoding::Utf8, Encoding::Utf16, Encoding::Latin1Utf16]);
    let width = rng.pick(&[PointerWidth::W32, PointerWidth::W32, PointerWidth::W64]);
    f.side(instance, encoding, width)
}

/// A function type. What the results give has an index that can be foretold: it has no handles when those of the
/// parameters are not lifted in the order of the specification.
fn random_type(f: &mut Fixture, rng: &mut Rng, resources: &[ResourceId]) -> FuncType {
    let resources = if rng.one_in(2) { resources } else { &[] };
    let params: Vec<ValType> =
        (0..rng.below(5)).map(|_| rng.ty(&mut f.types, Handles { resources, borrows: true }, 3)).collect();
    let wide = params.iter().any(|ty| !is_narrow(&f.types, *ty) && f.types.contains_handle(*ty));
    let resources = if wide { &[] } else { resources };
    let result = (rng.below(4) > 0).then(|| rng.ty(&mut f.types, Handles { resources, borrows: false }, 3));
    func_type(&params, result)
}

fn peer<'a>(f: &'a Fixture, side: Option<&GuestSide>) -> Peer<'a> {
    let word = side.map_or(8, |side| u64::from(side.options.width().bytes()));
    Peer {
        measure: Measure { types: &f.types, word },
        implementers: f.resources.values().map(|r| r.implementer).collect(),
        instance: side.map_or(f.layout.host_instance(), |side| side.instance),
        host: side.is_none(),
        encoding: side.map_or(Encoding::Utf8, |side| side.options.encoding),
        bytes: Vec::new(),
        allocator: Allocator::default(),
        table: Table::default(),
        lenders: Vec::new(),
    }
}

/// The compiled call of a seed.
fn compile(f: &Fixture, ty: &FuncType, lower: Option<&GuestSide>, lift: Option<&GuestSide>) -> Machine {
    let mut functions = Vec::new();
    for (side, native) in [(lower, realloc::<1> as Native), (lift, realloc::<2>)] {
        let Some(side) = side else { continue };
        let word = crate::clif::signature::flat_type(pointer(side.options.width()));
        let signature = f.convention.core([word; 4], [word]);
        functions.push(thunk(FuncKey::Core(1 + side.instance, 0), signature, native, f.convention));
    }
    if let Some(lift) = lift {
        functions.push(f.core(ty, lift, guest));
        let core = flatten_functype(&f.types, ty, lift.options.width(), Context::Lift).results;
        let core = f.convention.core(core.into_iter().map(crate::clif::signature::flat_type), []);
        functions.push(thunk(POST_RETURN, core, post_return, f.convention));
    }
    if ty.params.iter().any(|(_, ty)| f.types.contains_borrow(*ty)) {
        let callee = lift.map_or(f.layout.host_instance(), |side| side.instance);
        let drop = |r: ResourceId| f.builtin(FuncKey::Canon(DROP + r.as_u32()), callee, Builtin::ResourceDrop(r));
        functions.extend(f.resources.keys().map(drop));
    }
    let lower = lower.map_or(LowerSide::Host, |side| LowerSide::Guest(side.clone()));
    let lift = match lift {
        Some(side) => LiftSide::Guest { side: side.clone(), callee: direct(CORE) },
        None => LiftSide::Host { callee: f.host_callee },
    };
    functions.push(f.adapter(ty, lower, lift));
    let m = f.machine(functions);
    m.at::<HostCallee>(f.host_callee).func = Some(host);
    for instance in [CALLER, CALLEE, f.layout.host_instance()] {
        m.state(instance).handles.quota = f.layout.handle_capacity;
    }
    m
}

/// What goes wrong in a call: at most one thing.
#[derive(Default)]
struct Faults {
    param: Option<usize>,
    result: Option<usize>,
    keeps_borrows: bool,
    /// Whose `realloc` is odd, at which call, and what it gives.
    realloc: Option<(usize, (usize, u64))>,
}

impl Faults {
    fn random(rng: &mut Rng) -> Self {
        let none = Faults::default();
        match rng.below(8) {
            0 | 1 => Faults { param: Some(rng.below(10)), ..none },
            2 => Faults { result: Some(rng.below(6)), ..none },
            3 => Faults { keeps_borrows: true, ..none },
            4 => {
                let end = MEMORY as u64;
                let pointer = rng.pick(&[0, 64, 1025, 1026, 1028, end, end - 1, end - 8, 0xffff_fff8, 0xffff_ffff]);
                Faults { realloc: Some((1 + rng.below(2), (rng.below(4), pointer))), ..none }
            }
            _ => none,
        }
    }
}

/// Runs one call with random types, values, options and faults; what is wrong with it.
fn run(seed: u64) -> Vec<String> {
    let mut rng = Rng::seeded(seed);
    let mut f = Fixture { optimised: rng.one_in(2), spectre: rng.one_in(2), ..Fixture::new() };
    let host = ResourceImpl::Host { dtor: f.host_callee };
    let implementers = [ResourceImpl::Guest(CALLER), ResourceImpl::Guest(CALLEE), ResourceImpl::Guest(0), host];
    let resources = implementers.map(|implementer| f.resource(implementer, Dtor::None));
    let ty = random_type(&mut f, &mut rng, &resources);
    let (lower, mut lift) = (random_side(&f, &mut rng, CALLER), random_side(&f, &mut rng, CALLEE));
    if rng.one_in(2) {
        lift.options.post_return = Some(direct(POST_RETURN));
    }
    let hosts = rng.below(4);
    let (lower, lift) = ((hosts != 0).then_some(lower), (hosts != 1).then_some(lift));
    let m = compile(&f, &ty, lower.as_ref(), lift.as_ref());
    let faults = Faults::random(&mut rng);
    let mut allocators: [Allocator; 3] = Default::default();
    allocators.iter_mut().for_each(|a| a.next = 1 << 12);
    if let Some((instance, odd)) = faults.realloc {
        allocators[instance].odd = Some(odd);
    }
    ALLOCATORS.set(allocators);
    let params: Vec<ValType> = ty.params.iter().map(|(_, ty)| *ty).collect();
    let results: Vec<ValType> = ty.result.into_iter().collect();
    let vals = rng.record(&f.types, &params);
    let result = ty.result.map(|ty| rng.val(&f.types, ty));
    let (mut caller, mut callee) = (peer(&f, lower.as_ref()), peer(&f, lift.as_ref()));

    let mut writer = writer(&m, &caller, &mut rng, faults.param);
    let mut args = writer.values(&params, MAX_FLAT_PARAMS, &vals);
    let out =
        (caller.host || caller.measure.flat_all(&results) > MAX_FLAT_RESULTS).then(|| writer.result_place(&results));
    writer.done();
    args.extend(out);
    let mut case = Case {
        m: &m,
        ty: &ty,
        caller: caller.clone(),
        callee: callee.clone(),
        post_return: lift.as_ref().is_some_and(|side| side.options.post_return.is_some()),
        params: Val::Bool(false),
        received: Vec::new(),
        result,
        rng: RefCell::new(rng),
        result_fault: faults.result,
        keeps_borrows: faults.keeps_borrows,
        outcome: RefCell::new(Ok(Val::Record(Vec::new()))),
        returned: Cell::new(0),
        ran: Cell::default(),
        out: out.filter(|_| lower.is_some()),
        after: RefCell::default(),
        wrong: RefCell::default(),
    };
    caller = case.current(&caller);
    callee = case.current(&callee);
    let lifted = match caller.host {
        true => caller.load_record(&params, args[0]),
        false => caller.lift_values(&params, MAX_FLAT_PARAMS, &args),
    };
    let lowered = lifted.and_then(|val| {
        if !callee.host {
            case.received = callee.lower_values(&params, MAX_FLAT_PARAMS, &val, None)?;
        }
        case.params = val;
        Ok(())
    });
    let foretold = lowered.err();
    case.outcome = RefCell::new(foretold.map_or(Ok(Val::Record(Vec::new())), Err));
    (case.caller, case.callee) = (caller, callee);
    let wrong = check(&case, foretold, &args);
    m.unmap();
    wrong
}

/// Makes the call and compares how it ends.
fn check(case: &Case, foretold: Option<TrapKind>, args: &[u64]) -> Vec<String> {
    CASE.set(std::ptr::from_ref(case).cast());
    let got = case.m.attempt(ADAPTER, args);
    CASE.set(std::ptr::null());
    let tys = case.result_types();
    let outcome = case.outcome.borrow();
    match (got, &*outcome) {
        (Err(kind), Err(expected)) => case.expect(kind == *expected, || format!("{kind:?} instead of {expected:?}")),
        (Ok(_), Err(expected)) => case.expect(false, || format!("no trap, but {expected:?} was foretold")),
        (Err(kind), Ok(_)) => case.expect(false, || format!("{kind:?}, but no trap was foretold")),
        (Ok(bits), Ok(val)) => {
            let ran = [1, u32::from(case.post_return)];
            case.expect(case.ran.get() == ran, || format!("{:?} ran, not {ran:?}", case.ran.get()));
            match &*case.after.borrow() {
                Some((caller, core)) => {
                    let flat: Vec<u64> = core.iter().map(|_| bits).collect();
                    let [got, wanted] = [&flat, core].map(|core| case.mask(caller, &tys, Context::Lower, core));
                    case.expect(got == wanted, || format!("the caller got {got:x?}, not {wanted:x?}"));
                    case.compare(caller, "the caller in the end");
                }
                None => {
                    let got = peek(case, &case.caller, &tys, args[1]);
                    case.expect(got == *val, || format!("the host got {got:?}, not {val:?}"));
                    let lent = table(case.m, case.caller.instance).array.into_iter().flatten().any(|h| h.lends > 0);
                    case.expect(!lent, || "a handle of the host's is still lent".into());
                }
            }
            let top = case.m.at::<Header>(0).scope_top;
            case.expect(top == 0, || format!("{top} scopes are still open"));
        }
    }
    case.expect(foretold.is_none() || case.ran.get() == [0, 0], || "the callee ran after a trap".into());
    std::mem::take(&mut *case.wrong.borrow_mut())
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|e| panic!("{name}: {e}")))
}

#[test]
fn random_calls_agree_with_the_oracle() {
    if let Some(seed) = variable("CANTILEVER_ORACLE_SEED") {
        assert_eq!(run(seed), Vec::<String>::new());
        return;
    }
    let deadline = variable("CANTILEVER_ORACLE_SECONDS").map(|s| Instant::now() + Duration::from_secs(s));
    let next = AtomicU64::new(1);
    let failures = std::sync::Mutex::new(Vec::new());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Relaxed);
            let more = deadline.map_or(seed <= SEEDS, |end| Instant::now() < end);
            if !more || failures.lock().unwrap().len() >= 5 {
                return;
            }
            let wrong = run(seed);
            if !wrong.is_empty() {
                failures.lock().unwrap().push(format!("seed {seed}: {}", wrong.join("; ")));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "after {} seeds:\n{}", next.into_inner(), failures.join("\n"));
}
