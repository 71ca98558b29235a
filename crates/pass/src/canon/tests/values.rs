//! Random calls agree with the oracle: random function types, options and values, and peers that
//! misbehave.
//!
//! For each seed one adapter is compiled and called once. The caller writes its values into its
//! memory. From copies of memories and handle tables the oracle foretells how the call goes. Then
//! it has to go like that. What is compared: the core values that the callee receives and the
//! caller gets back, every byte of the receiver's memory, and the calls of `realloc`. Also the
//! entries of the handle tables (moved, lent, un-lent), `may_leave` in each call, and the kind of
//! the trap. Peers go wrong in one place at most, since which of two faults is reported may differ.
//! They give a bad pointer, length, discriminant, `char`, text or handle. Their `realloc` gives a
//! wrong or a used address. Or they keep a borrow.
//!
//! Where the host receives a value its bytes are not foretold, as it may get views; what it reads
//! there is.
//!
//! Memories, and each buffer of the host, end where nothing can be accessed. So a test which reads
//! or writes past them crashes. What belongs to an instance that has no part in the call stays as
//! it is.
//!
//! # Faults that were seeded
//!
//! Each was put into the pass, alone, and the first seeds of this test were run. All are caught.
//! Three were only once the peers had become more hostile: (a) by longer lengths behind pointers
//! near the end of the address space, (b) by more handles of a wrong type, (c) by memories filled
//! with something that is not zero.
//!
//! | fault | what is noticed |
//! |---|---|
//! | flags keep bits without a label | the callee's memory |
//! | payload of a variant directly after its discriminant | a trap not foretold |
//! | fields of records not aligned | the test crashes |
//! | `s8` and `s16` extended with zeros | core values of the result |
//! | U+DFFF taken for a scalar value | no trap |
//! | discriminant compared with `>` instead of `>=` | no trap |
//! | alignment of lists not checked | no trap |
//! | a range may not end where the memory ends | a trap not foretold |
//! | 64-bit ranges not checked for overflow (a) | another trap |
//! | alignment of what `realloc` gives not checked | another trap |
//! | `may_leave` not restored after `realloc` | the callee may not leave |
//! | final `realloc` of a shorter string left out | memory, calls of `realloc` |
//! | certain lends not un-lent | the caller's table |
//! | lends in variants not un-lent | the caller's table |
//! | first lend in a list not un-lent | the test crashes |
//! | borrows that remain not noticed | no trap |
//! | lent handle given away | no trap |
//! | type of a handle not compared when it is lent (b) | no trap |
//! | tag of UTF-16 lengths not removed | the test crashes |
//! | lists of elements with padding copied as bytes (c) | the callee's memory |
//! | lists of `bool` copied as bytes | memory |
//! | given handle not removed | the caller's table |
//! | borrow for the implementer made an entry | the callee's memory and table |
//! | a byte too few asked of the host for what it receives | the test crashes |
//!
//! # Longer runs
//!
//! `CANTILEVER_ORACLE_SECONDS=600 cargo test --release --lib random_calls` goes on for ten minutes;
//! `CANTILEVER_ORACLE_SEED=1234` runs one seed.

use super::call::{ALLOCATORS, CASE, Case, guest, host, peek, post_return, realloc, table, writer};
use super::machine::MEMORY;
use super::oracle::{Measure, Peer, Val};
use super::random::{Handles, Rng};
use super::state::{Allocator, Table};
use super::*;
use crate::canon::value::shape::is_narrow;
use crate::canon::{Lifted, counts_borrows};
use cantilever_abi::block::{Header, TrapKind};
use cantilever_abi::flatten::{MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How many seeds an ordinary run takes.
const SEEDS: u64 = if cfg!(debug_assertions) { 1000 } else { 20_000 };

/// What the memory of instance 0 is filled with.
const BYSTANDER_BYTE: u8 = 0xa0;

/// The options of a guest.
fn random_side(f: &Fixture, rng: &mut Rng, instance: u32) -> GuestSide {
    let encoding = rng.pick(&[Encoding::Utf8, Encoding::Utf16, Encoding::Latin1Utf16]);
    let width = rng.pick(&[PointerWidth::W32, PointerWidth::W32, PointerWidth::W64]);
    f.side(instance, encoding, width)
}

/// A function type. What the results give has an index that can be foretold: it has no handles when
/// those of the parameters are not lifted in the order of the specification.
fn random_type(f: &mut Fixture, rng: &mut Rng, resources: &[ResourceId]) -> FuncType {
    let resources = if rng.one_in(2) { resources } else { &[] };
    let params: Vec<ValType> =
        (0..rng.below(5)).map(|_| rng.ty(&mut f.types, Handles { resources, borrows: true }, 3)).collect();
    let wide = params.iter().any(|ty| (f.in_parts || !is_narrow(&f.types, *ty)) && f.types.contains_handle(*ty));
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
        let drop = |r: ResourceId| f.builtin(call::drop_key(r), callee, Builtin::ResourceDrop(r));
        functions.extend(f.resources.keys().map(drop));
    }
    let (lower, lift) = (lower_side(lower), lift_side(f, lift));
    if f.in_parts {
        functions.extend(f.adapter_in_parts(ty, lower, lift));
    } else {
        functions.push(f.adapter(ty, lower, lift));
    }
    let m = f.machine(functions);
    // What no value is stored in differs from memory to memory, so that padding that is copied is
    // noticed.
    for (instance, base) in MEMORIES.with_borrow(Vec::clone).into_iter().enumerate() {
        // SAFETY: the memory has this size.
        unsafe { base.write_bytes(BYSTANDER_BYTE + instance as u8, MEMORY) };
    }
    m.at::<HostCallee>(f.host_callee).func = Some(host);
    for instance in [CALLER, CALLEE, f.layout.host_instance()] {
        m.state(instance).handles.quota = f.layout.handle_capacity;
    }
    m
}

fn lower_side(side: Option<&GuestSide>) -> LowerSide {
    side.map_or(LowerSide::Host, |side| LowerSide::Guest(side.clone()))
}

fn lift_side(f: &Fixture, side: Option<&GuestSide>) -> LiftSide {
    match side {
        Some(side) => LiftSide::Guest { side: side.clone(), callee: direct(CORE) },
        None => LiftSide::Host { callee: f.host_callee },
    }
}

/// Which instances count their borrows, if there is nothing but this call.
fn who_counts(f: &Fixture, ty: &FuncType, lower: Option<&GuestSide>, lift: Option<&GuestSide>) -> Vec<bool> {
    let (lower, lift) = (lower_side(lower), lift_side(f, lift));
    let adapter = Adapter { name: String::new(), ty: ty.clone(), lower, lift };
    counts_borrows(&f.types, &f.resources, Lifted::of(&adapter).into_iter(), f.memories.len())
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
            0..=2 => Faults { param: Some(rng.below(10)), ..none },
            3 => Faults { result: Some(rng.below(6)), ..none },
            4 => Faults { keeps_borrows: true, ..none },
            5 => {
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
    let mut f = Fixture { optimised: rng.one_in(2), spectre: rng.one_in(2), in_parts: rng.one_in(2), ..Fixture::new() };
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
    if rng.one_in(2) {
        f.counts_borrows = who_counts(&f, &ty, lower.as_ref(), lift.as_ref());
    }
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
    case.expect(bystander_is_unchanged(case.m), || "an instance changed that has no part in the call".into());
    case.expect(foretold.is_none() || case.ran.get() == [0, 0], || "the callee ran after a trap".into());
    std::mem::take(&mut *case.wrong.borrow_mut())
}

/// Is instance 0 as `compile` left it?
fn bystander_is_unchanged(m: &Machine) -> bool {
    const BYSTANDER: u32 = 0;
    let base = MEMORIES.with_borrow(|memories| memories[BYSTANDER as usize]);
    // SAFETY: the memory has this size.
    let memory = unsafe { std::slice::from_raw_parts(base, MEMORY) };
    let state = m.state(BYSTANDER);
    let untouched = state.may_leave == 1 && state.handles.free_head == 1 && m.entry(BYSTANDER, 1).tag == 0;
    untouched && memory.chunks(4096).all(|chunk| *chunk == [BYSTANDER_BYTE; 4096])
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
