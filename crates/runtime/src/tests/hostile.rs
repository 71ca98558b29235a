//! Hostile guests: each crime traps with its message, and changes nothing outside of the criminal.
//! Its victims' memories, globals and handle tables in the same block stay as they are, and so do
//! other instances and the host.
//!
//! What is looked at is all that compiled code can reach by offsets: the fixed part of the block,
//! the handle tables, the memories. `tests/sanitize.sh` runs this under address sanitizer too,
//! which watches the runtime's own code.

use super::compiled::Compile;
use crate::store::record::InstanceRecord;
use crate::*;
use cantilever_abi::block::{HandleEntry, Header, InstanceState, MemoryDef};
use std::mem::offset_of;
use std::ops::Range;

/// Component instances in the order of their instantiation, the root first. Each but the root has
/// one memory.
const CALLEE: u32 = 1;
const HOSTILE: u32 = 2;
const CALLER: u32 = 3;
/// More entries of each handle table than any crime uses.
const ENTRIES: u32 = 256;
/// Where victims receive in their memories.
const INBOX: Range<usize> = 0x4000..0x8000;

/// An export, and its parameters.
type Call = (&'static str, &'static [u32]);

/// What is done before, the crime itself, and what it traps with.
type Crime = (&'static [Call], Call, &'static str);

const OUT_OF_BOUNDS: &str = "out of bounds memory access";
const TEXT_OUTSIDE: &str = "string pointer/length out of bounds of memory";
const LIST_OUTSIDE: &str = "list content out-of-bounds: pointer/length out of bounds of memory";
const TOO_LONG: &str = "is longer than the maximum byte length";
const POINTER_OUTSIDE: &str = "pointer out of bounds of memory";
const REALLOC_OUTSIDE: &str = "realloc return: beyond end of memory";
const UNALIGNED: &str = "unaligned pointer";

/// Core code alone.
const IN_CORE_CODE: &[Crime] = &[
    (&[], ("store", &[65536, 1]), OUT_OF_BOUNDS),
    (&[], ("store", &[u32::MAX, 1]), OUT_OF_BOUNDS),
    (&[], ("store-far", &[u32::MAX]), OUT_OF_BOUNDS),
    (&[], ("store-vector", &[65521]), OUT_OF_BOUNDS),
    (&[], ("copy", &[65000, 0, 1000]), OUT_OF_BOUNDS),
    (&[], ("copy", &[0, 65000, 1000]), OUT_OF_BOUNDS),
    (&[], ("copy", &[u32::MAX, u32::MAX, u32::MAX]), OUT_OF_BOUNDS),
    (&[], ("fill", &[1, 65536]), OUT_OF_BOUNDS),
    (&[], ("fill", &[u32::MAX, 2]), OUT_OF_BOUNDS),
    (&[], ("call", &[0]), "uninitialized element"),
    (&[], ("call", &[1]), "indirect call type mismatch"),
    (&[], ("call", &[4]), "undefined element"),
    (&[], ("call", &[u32::MAX]), "undefined element"),
    (&[], ("overflow", &[0]), "call stack exhausted"),
    (&[], ("crash", &[]), "unreachable"),
];

/// Handles that are not there, or not any more.
const WITH_HANDLES: &[Crime] = &[
    (&[], ("rep", &[12345]), "unknown handle index 12345"),
    (&[], ("rep", &[0]), "unknown handle index 0"),
    (&[], ("rep", &[u32::MAX]), "unknown handle index 4294967295"),
    (&[], ("drop", &[1]), "unknown handle index 1"),
    (&[("own", &[])], ("take", &[2]), "unknown handle index 2"),
    (&[("own", &[]), ("drop", &[1])], ("drop", &[1]), "unknown handle index 1"),
    (&[("own", &[]), ("take", &[1])], ("take", &[1]), "unknown handle index 1"),
    (
        &[("own", &[]), ("store", &[0x100, 1]), ("store", &[0x104, 77])],
        ("borrows", &[0x100, 2]),
        "unknown handle index 77",
    ),
    (&[], ("borrows", &[0x100, 0x4000_0000]), TOO_LONG),
    (&[("store", &[8, 99])], ("ask-own", &[]), "unknown handle index 99"),
    (&[("prepare", &[])], ("lend", &[]), "borrow handles still remain"),
];

/// Parameters for the victim, and a place for its result.
const AS_CALLER: &[Crime] = &[
    (&[], ("len", &[0, u32::MAX]), TOO_LONG),
    (&[], ("len", &[65536, 1]), TEXT_OUTSIDE),
    (&[], ("len", &[65530, 7]), TEXT_OUTSIDE),
    (&[], ("len", &[u32::MAX, 2]), TEXT_OUTSIDE),
    (&[("store", &[0x100, 0xff])], ("len", &[0x100, 1]), "invalid utf-8"),
    (&[("store", &[0x100, 0xc3])], ("len", &[0x100, 1]), "incomplete utf-8"),
    (&[], ("numbers", &[2, 1]), UNALIGNED),
    (&[], ("numbers", &[65532, 2]), LIST_OUTSIDE),
    (&[], ("numbers", &[0xffff_fffc, 1]), LIST_OUTSIDE),
    (&[], ("numbers", &[0, 0x4000_0001]), TOO_LONG),
    (&[("store", &[0x100, 97]), ("store", &[0x104, 0xd800])], ("chars", &[0x100, 2]), "invalid `char`"),
    (
        &[("store", &[0x104, 4]), ("store", &[0x108, 0xffff_fff0]), ("store", &[0x10c, 100])],
        ("texts", &[0x100, 2]),
        TEXT_OUTSIDE,
    ),
    (&[], ("maybe", &[2]), "invalid variant discriminant (2)"),
    (&[], ("maybe", &[u32::MAX]), "invalid variant discriminant"),
    (&[], ("char", &[0xdfff]), "invalid `char`"),
    (&[], ("char", &[0x11_0000]), "invalid `char`"),
    (&[], ("many", &[4]), UNALIGNED),
    (&[], ("many", &[65528]), POINTER_OUTSIDE),
    (&[], ("many", &[0xffff_fff8]), POINTER_OUTSIDE),
    (&[("store", &[8, 0x200])], ("text", &[2]), UNALIGNED),
    (&[("store", &[8, 0x200])], ("text", &[65532]), POINTER_OUTSIDE),
    (&[("store", &[8, 0x200])], ("text", &[0xffff_fffc]), POINTER_OUTSIDE),
    (&[("store", &[8, u32::MAX])], ("text", &[0x100]), REALLOC_OUTSIDE),
    (&[("store", &[8, 65531])], ("text", &[0x100]), REALLOC_OUTSIDE),
    (&[("store", &[8, 0xdead])], ("text", &[0x100]), "unreachable"),
];

/// Results for the victim, and places for what it passes.
const AS_CALLEE: &[Crime] = &[
    (&[("store", &[8, 65530]), ("store", &[12, 100])], ("ask-text", &[]), TEXT_OUTSIDE),
    (&[("store", &[8, u32::MAX]), ("store", &[12, 2])], ("ask-text", &[]), TEXT_OUTSIDE),
    (&[("store", &[12, u32::MAX])], ("ask-text", &[]), TOO_LONG),
    (&[("store", &[8, 0x100]), ("store", &[12, 1]), ("store", &[0x100, 0xff])], ("ask-text", &[]), "invalid utf-8"),
    (&[("store", &[8, 2]), ("store", &[12, 1])], ("ask-numbers", &[]), UNALIGNED),
    (&[("store", &[8, 65532]), ("store", &[12, 2])], ("ask-numbers", &[]), LIST_OUTSIDE),
    (&[("store", &[12, 0x4000_0000])], ("ask-numbers", &[]), TOO_LONG),
    (&[("store", &[8, 2])], ("ask-maybe", &[]), "invalid variant discriminant (2)"),
    (&[("store", &[8, 0xd800])], ("ask-char", &[]), "invalid `char`"),
    (&[("store", &[8, u32::MAX])], ("tell", &[]), REALLOC_OUTSIDE),
    (&[("store", &[8, 65531])], ("tell", &[]), REALLOC_OUTSIDE),
    (&[("store", &[8, 0xdead])], ("tell", &[]), "unreachable"),
];

/// The same against the host.
const AGAINST_THE_HOST: &[Crime] = &[
    (&[], ("log", &[0, u32::MAX]), TOO_LONG),
    (&[], ("log", &[65536, 1]), TEXT_OUTSIDE),
    (&[], ("log", &[u32::MAX, 2]), TEXT_OUTSIDE),
    (&[("store", &[0x100, 0xff])], ("log", &[0x100, 1]), "invalid utf-8"),
    (&[("store", &[8, 0x200])], ("fetch", &[2]), UNALIGNED),
    (&[("store", &[8, 0x200])], ("fetch", &[0xffff_fffc]), POINTER_OUTSIDE),
    (&[("store", &[8, u32::MAX])], ("fetch", &[0x100]), REALLOC_OUTSIDE),
    (&[("store", &[8, 65532])], ("fetch", &[0x100]), REALLOC_OUTSIDE),
    (&[("store", &[8, 65530]), ("store", &[12, 100])], ("give-text", &[]), TEXT_OUTSIDE),
    (&[("store", &[12, u32::MAX])], ("give-text", &[]), TOO_LONG),
    (&[("store", &[8, 0x100]), ("store", &[12, 1]), ("store", &[0x100, 0xff])], ("give-text", &[]), "invalid utf-8"),
    (&[("store", &[8, 2]), ("store", &[12, 1])], ("give-numbers", &[]), UNALIGNED),
    (&[("store", &[8, 65532]), ("store", &[12, 2])], ("give-numbers", &[]), LIST_OUTSIDE),
    (&[("store", &[8, 2])], ("give-maybe", &[]), "invalid variant discriminant (2)"),
    (&[("store", &[8, 0xd800])], ("give-char", &[]), "invalid `char`"),
    (&[("store", &[8, u32::MAX])], ("receive", &[]), REALLOC_OUTSIDE),
    (&[("store", &[8, 65531])], ("receive", &[]), REALLOC_OUTSIDE),
];

/// A part of an instance's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The fixed part of the block.
    Fixed,
    /// The handle table of a component instance.
    Table(u32),
    /// The memory of a component instance.
    Memory(u32),
}

/// Everything that an instance consists of.
#[derive(PartialEq, Eq)]
struct Snapshot(Vec<(Part, Vec<u8>)>);

impl Snapshot {
    fn of(store: &mut Store<Host>, instance: Instance) -> Self {
        let record = instance.record(&store.as_context_mut()).unwrap();
        let base = record.block.header().cast::<u8>().cast_const();
        let layout = record.block.layout();
        // SAFETY: the fixed part and all tables are readable; no guest runs now.
        let bytes = |at: u64, len: usize| unsafe { std::slice::from_raw_parts(base.add(at as usize), len) }.to_vec();
        let mut parts = vec![(Part::Fixed, bytes(0, layout.fixed_size as usize))];
        for i in 0..layout.instance_count {
            parts.push((Part::Table(i), bytes(layout.handle_entries(i), (ENTRIES * HandleEntry::SIZE) as usize)));
        }
        for (i, plan) in (CALLEE..).zip(&record.image.plan.memories.plans) {
            let def = record.block.at::<MemoryDef>(plan.at).unwrap();
            // SAFETY: the memory has this length.
            let bytes = unsafe { std::slice::from_raw_parts((*def).base, (*def).len as usize) }.to_vec();
            let name: &[u8] = if i == HOSTILE { b"hostile" } else { b"victim" };
            assert!(bytes.starts_with(name), "memory {i} is that of another component");
            parts.push((Part::Memory(i), bytes));
        }
        Snapshot(parts)
    }

    /// Where the two differ.
    fn changes(&self, after: &Snapshot) -> Vec<(Part, usize)> {
        const PIECE: usize = 4096;
        let mut changes = Vec::new();
        for ((part, before), (_, after)) in self.0.iter().zip(&after.0) {
            assert_eq!(before.len(), after.len(), "{part:?}");
            for (piece, (before, after)) in before.chunks(PIECE).zip(after.chunks(PIECE)).enumerate() {
                if before != after {
                    let differs = (0..before.len()).filter(|i| before[*i] != after[*i]);
                    changes.extend(differs.map(|i| (*part, piece * PIECE + i)));
                }
            }
        }
        changes
    }
}

/// May a crime change this byte? The state of the criminal, what victims receive, and the runtime's
/// notes of the call.
fn may_change(record: &InstanceRecord, crime: Call, (part, at): (Part, usize)) -> bool {
    let layout = record.block.layout();
    let state = layout.instance_state(HOSTILE) as usize;
    let scopes = layout.scopes as usize;
    // The values of a trap; the array of borrow scopes.
    let notes = [
        offset_of!(Header, trap_values)..offset_of!(Header, store),
        offset_of!(Header, poisoned)..size_of::<Header>(),
        scopes..scopes + layout.scope_capacity as usize * size_of::<u32>(),
        state..state + size_of::<InstanceState>(),
    ];
    match part {
        Part::Fixed => notes.iter().any(|range| range.contains(&at)),
        Part::Memory(HOSTILE) | Part::Table(HOSTILE) => true,
        Part::Memory(CALLEE | CALLER) => INBOX.contains(&at),
        // What was lent when the call trapped stays lent.
        Part::Table(CALLER) => crime.0 == "lend" && at % HandleEntry::SIZE as usize / size_of::<u32>() == 1,
        _ => false,
    }
}

/// How often the host was called.
#[derive(Default)]
struct Host {
    calls: u32,
}

fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    let log = |mut caller: Caller<'_, Host>, (_,): (String,)| {
        caller.data_mut().calls += 1;
        Ok(())
    };
    linker.func_wrap("log", log).unwrap();
    linker.func_wrap("fetch", |_: Caller<'_, Host>, (): ()| Ok("fetch".to_owned())).unwrap();
    linker
}

fn call(store: &mut Store<Host>, instance: Instance, (name, params): Call) -> Result<Option<Val>> {
    let func = instance.get_func(&mut *store, name).unwrap_or_else(|| panic!("`{name}` is exported"));
    let params: Vec<Val> = match name {
        "receive" => vec![Val::String("secret".into())],
        _ => params.iter().map(|param| Val::U32(*param)).collect(),
    };
    func.call(store, &params)
}

/// Commits the crimes, each in an instance of its own beside one that is not concerned.
fn commit(crimes: &[Crime]) {
    let engine = Engine::default();
    let wasm = wat::parse_str(include_str!("hostile.wat")).unwrap();
    let component = Component::new(&engine, &wasm).unwrap();
    let linker = linker(&engine);
    for (before, crime, message) in crimes {
        let mut store = Store::new(&engine, Host::default());
        let criminal = linker.instantiate(&mut store, &component).unwrap();
        let neighbour = linker.instantiate(&mut store, &component).unwrap();
        // The first call tells the store which stack it is on.
        for step in [("store", &[0x300, 0][..])].iter().chain(*before) {
            call(&mut store, criminal, *step).unwrap_or_else(|e| panic!("{crime:?}: {step:?}: {e}"));
        }
        let [own, others] = [criminal, neighbour].map(|instance| Snapshot::of(&mut store, instance));
        let error = call(&mut store, criminal, *crime).expect_err("a crime");
        let trap = error.trap().unwrap_or_else(|| panic!("{crime:?} is no trap: {error}"));
        assert!(trap.message().contains(message), "{crime:?}: {trap}");

        let changes = own.changes(&Snapshot::of(&mut store, criminal));
        let record = criminal.record(&store.as_context_mut()).unwrap();
        let wrong: Vec<_> = changes.into_iter().filter(|change| !may_change(record, *crime, *change)).collect();
        assert!(wrong.is_empty(), "{crime:?} changed {wrong:x?}");
        assert!(others == Snapshot::of(&mut store, neighbour), "{crime:?} changed another instance");
        assert_eq!(store.data().calls, 0, "{crime:?} reached the host");
        assert!(call(&mut store, criminal, ("own", &[])).is_err(), "{crime:?}: the instance is entered again");
        for step in [("store", &[8, 0x100][..]), ("ask-text", &[]), ("own", &[]), ("log", &[0, 7])] {
            call(&mut store, neighbour, step).unwrap_or_else(|e| panic!("after {crime:?}: {step:?}: {e}"));
        }
        assert_eq!(store.data().calls, 1);
    }
}

#[test]
fn crimes_in_core_code() {
    commit(IN_CORE_CODE);
}

#[test]
fn crimes_with_handles() {
    commit(WITH_HANDLES);
}

#[test]
fn crimes_of_a_caller() {
    commit(AS_CALLER);
}

#[test]
fn crimes_of_a_callee() {
    commit(AS_CALLEE);
}

#[test]
fn crimes_against_the_host() {
    commit(AGAINST_THE_HOST);
}
