//! One call: what the oracle foretold of it, and the natives that play its peers and compare what
//! happens with that.

use super::machine::MEMORY;
use super::oracle::{Outcome, Peer, Val};
use super::random::Rng;
use super::state::{Allocator, Handle, Table};
use super::writer::Writer;
use super::*;
use cantilever_abi::block::{HandleEntry, Header, TrapKind};
use cantilever_abi::flatten::MAX_FLAT_RESULTS;
use std::cell::{Cell, RefCell};

/// The `resource.drop` of the callee for a resource type.
pub fn drop_key(resource: ResourceId) -> FuncKey {
    const FIRST: u32 = 8;
    FuncKey::Canon(FIRST + resource.as_u32())
}

/// What a call was foretold to do, and what it did so far.
pub struct Case<'a> {
    pub m: &'a Machine,
    pub ty: &'a FuncType,
    pub caller: Peer<'a>,
    pub callee: Peer<'a>,
    pub post_return: bool,
    /// The parameters as the caller's values mean them; and what the callee receives, if it is a
    /// guest.
    pub params: Val,
    pub received: Vec<u64>,
    /// The result that the callee wants to give.
    pub result: Option<Val>,
    pub rng: RefCell<Rng>,
    /// Faults of the callee: after so many places in its result; or it keeps its borrows.
    pub result_fault: Option<usize>,
    pub keeps_borrows: bool,
    /// The result as it should arrive, or the trap.
    pub outcome: RefCell<Outcome<Val>>,
    /// The core values of the result as the callee returned them.
    pub returned: Cell<u64>,
    /// How often callee and `post-return` ran.
    pub ran: Cell<[u32; 2]>,
    /// Where the caller wants its result.
    pub out: Option<u64>,
    /// The caller as it should be in the end, and the core values that it should get.
    pub after: RefCell<Option<(Peer<'a>, Vec<u64>)>>,
    pub wrong: RefCell<Vec<String>>,
}

thread_local! {
    /// The call that runs on this thread. The reference is valid while it does.
    pub static CASE: Cell<*const Case<'static>> = const { Cell::new(std::ptr::null()) };
    /// The allocators of the guests' real memories.
    pub static ALLOCATORS: RefCell<[Allocator; 3]> = RefCell::default();
}

fn case() -> &'static Case<'static> {
    // SAFETY: natives run only while `run` is in the call that it made this for.
    unsafe { &*CASE.get() }
}

impl Case<'_> {
    pub fn expect(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.borrow_mut().push(what());
        }
    }

    pub fn param_types(&self) -> Vec<ValType> {
        self.ty.params.iter().map(|(_, ty)| *ty).collect()
    }

    pub fn result_types(&self) -> Vec<ValType> {
        self.ty.result.into_iter().collect()
    }

    pub fn mask(&self, peer: &Peer, tys: &[ValType], context: Context, core: &[u64]) -> Vec<u64> {
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
    pub fn current<'p>(&self, peer: &Peer<'p>) -> Peer<'p> {
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
    pub fn compare(&self, expected: &Peer, when: &str) {
        let actual = self.current(expected);
        self.expect(actual.bytes == expected.bytes, || {
            let first = actual.bytes.iter().zip(&expected.bytes).position(|(a, b)| a != b);
            format!("{when}: memory differs at {first:?}")
        });
        let calls = [&actual.allocator.calls, &expected.allocator.calls];
        self.expect(calls[0] == calls[1], || format!("{when}: realloc was called with {calls:?}"));
        self.compare_table(expected, when);
    }

    pub fn compare_table(&self, expected: &Peer, when: &str) {
        let used = |table: &Table| -> Vec<_> {
            table.array.iter().enumerate().filter_map(|(i, entry)| entry.map(|entry| (i, entry))).collect()
        };
        let tables = [used(&table(self.m, expected.instance)), used(&expected.table)];
        self.expect(tables[0] == tables[1], || format!("{when}: the handle table is {tables:?}"));
    }

    fn may_leave(&self, peer: &Peer) -> bool {
        self.m.state(peer.instance).may_leave != 0
    }

    /// Plays the callee's code after it has looked at its parameters: gives borrows back, makes a
    /// result, and foretells how the call ends. Returns the flat result.
    fn act(&self, results: Option<u64>) -> u64 {
        self.ran.set([self.ran.get()[0] + 1, self.ran.get()[1]]);
        let borrows: Vec<(usize, Handle)> = {
            let now = table(self.m, self.callee.instance);
            now.array.iter().enumerate().filter_map(|(i, e)| e.filter(|e| !e.own).map(|e| (i, e))).collect()
        };
        if !self.keeps_borrows {
            for (index, handle) in &borrows {
                self.m.call(drop_key(handle.resource), &[*index as u64]);
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

pub fn writer<'a>(m: &'a Machine, peer: &'a Peer, rng: &'a mut Rng, fault_after: Option<usize>) -> Writer<'a> {
    let i = peer.instance as usize;
    let (base, next) = match peer.host {
        true => (std::ptr::null_mut(), 0),
        false => (MEMORIES.with_borrow(|m| m[i]), ALLOCATORS.with_borrow(|a| a[i].next)),
    };
    Writer { m, peer, base, next, rng, fault_after, lent: None }
}

impl Writer<'_> {
    /// Tells the real allocator what was taken.
    pub fn done(self) {
        if !self.peer.host {
            ALLOCATORS.with_borrow_mut(|a| a[self.peer.instance as usize].next = self.next);
        }
    }
}

/// A copy of a real handle table.
pub fn table(m: &Machine, instance: u32) -> Table {
    let head = &m.state(instance).handles;
    let entry = |i| {
        let entry = *m.handle(instance, i);
        (entry.tag != 0).then(|| {
            let (resource, borrow) = HandleEntry::untag(entry.tag);
            Handle { resource: ResourceId::from_u32(resource), rep: entry.rep, own: !borrow, lends: entry.lends }
        })
    };
    let mut array: Vec<Option<Handle>> = (0..head.limit).map(entry).collect();
    // The free entries in the order in which they are taken; those never used are not in the
    // specification's table.
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
pub unsafe extern "C" fn guest(_: *mut u8, slots: *mut u64) {
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
pub unsafe extern "C" fn host(_: *mut core::ffi::c_void, _: *mut Header, params: *mut u8, results: *mut u8) -> u32 {
    let case = case();
    let got = peek(case, &case.callee, &case.param_types(), params as u64);
    case.expect(got == case.params, || format!("the host received {got:?}, not {:?}", case.params));
    case.compare_table(&case.caller, "the caller while it waits");
    case.act(Some(results as u64));
    0
}

/// What the host reads in its memory. Nothing of what it reads leaves its table.
pub fn peek(case: &Case, host: &Peer, tys: &[ValType], at: u64) -> Val {
    let mut host = case.current(host);
    host.load_record(tys, at).unwrap_or_else(|kind| panic!("the host received something that traps: {kind:?}"))
}

pub unsafe extern "C" fn post_return(_: *mut u8, slots: *mut u64) {
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
pub unsafe extern "C" fn realloc<const INSTANCE: usize>(_: *mut u8, slots: *mut u64) {
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
