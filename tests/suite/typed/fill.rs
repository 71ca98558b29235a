//! Host functions that fill a list or a string of their result in the guest's memory.

mod guest;

use super::load;
use cantilever::runtime::{
    Caller, Component, Engine, Fill, Filled, FilledString, HostError, InterruptHandle, Linker, Store,
};
use cantilever::{Compile, CompileOptions};
use guest::{FRESH, Guest, OUTSIDE, instance, log};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Some text of the length of a room.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| b'a' + (i % 23) as u8).collect()
}

fn text(len: usize) -> String {
    String::from_utf8(pattern(len)).unwrap()
}

/// Fills a room of the guest.
fn fill_in_place(room: &mut [u8]) -> Result<usize, u8> {
    assert!(room.iter().all(|byte| *byte == FRESH), "the room is the guest's");
    room.copy_from_slice(&pattern(room.len()));
    Ok(room.len())
}

/// Fills a room of the host.
fn fill_apart(room: &mut [u8]) -> Result<usize, u8> {
    assert!(room.iter().all(|byte| *byte == 0), "the room is the host's");
    room.copy_from_slice(&pattern(room.len()));
    Ok(room.len())
}

fn in_place(n: u32, fill: Fill<'_>) -> Result<Result<Filled, u8>, HostError> {
    fill.bytes(n as usize, fill_in_place)
}

#[test]
fn a_list_is_filled_where_the_guest_has_it() {
    for n in [1, 5, 1000, 70_000] {
        let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(in_place(n, fill)?.unwrap());
        let (bytes, log) = Guest::default().run::<Filled, _, Vec<u8>>(n, read).unwrap();
        assert_eq!(bytes, pattern(n as usize));
        assert_eq!(log, [[0, 0, 1, n]]);
    }
}

#[test]
fn it_may_be_a_part_of_the_result() {
    let n = 300;
    let log = vec![[0, 0, 1, n]];
    let whole = pattern(n as usize);
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(in_place(n, fill)?.map(|bytes| (bytes, true)));
    let guest = Guest::of("(result (tuple (list u8) bool) (error u8))");
    let found = guest.run::<Result<(Filled, bool), u8>, _, Result<(Vec<u8>, bool), u8>>(n, read).unwrap();
    assert_eq!(found, (Ok((whole.clone(), true)), log.clone()));

    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(in_place(n, fill)?.ok());
    let found = Guest::of("(option (list u8))").run::<Option<Filled>, _, Option<Vec<u8>>>(n, read).unwrap();
    assert_eq!(found, (Some(whole.clone()), log.clone()));

    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(in_place(n, fill)?.map_err(|_| Filled::empty()));
    let guest = Guest::of("(result (list u8) (error (list u8)))");
    let found = guest.run::<Result<Filled, Filled>, _, Result<Vec<u8>, Vec<u8>>>(n, read).unwrap();
    assert_eq!(found, (Ok(whole), log));
}

#[test]
fn all_others_are_copied_beside_it() {
    type Given = (FilledString, Filled, Filled, Vec<Filled>);
    type Taken = (String, Vec<u8>, Vec<u8>, Vec<Vec<u8>>);
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| {
        let filled = in_place(n, fill)?.unwrap();
        Ok((FilledString::copy("né"), Filled::from(vec![1, 2]), filled, vec![Filled::copy(&[3]), Filled::empty()]))
    };
    let guest = Guest::of("(tuple string (list u8) (list u8) (list (list u8)))");
    let (found, log) = guest.run::<Given, _, Taken>(9, read).unwrap();
    assert_eq!(found, ("né".to_owned(), vec![1, 2], pattern(9), vec![vec![3], vec![]]));
    assert_eq!(log, [[0, 0, 1, 9], [0, 0, 1, 3], [0, 0, 1, 2], [0, 0, 4, 16], [0, 0, 1, 1], [0, 0, 1, 0]]);
}

#[test]
fn it_may_even_lie_in_a_list_beside_one_that_does_not() {
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok((Filled::empty(), vec![in_place(n, fill)?.unwrap()]));
    let guest = Guest::of("(tuple (list u8) (list (list u8)))");
    let (found, log) = guest.run::<(Filled, Vec<Filled>), _, (Vec<u8>, Vec<Vec<u8>>)>(9, read).unwrap();
    assert_eq!(found, (vec![], vec![pattern(9)]));
    assert_eq!(log, [[0, 0, 1, 9], [0, 0, 1, 0], [0, 0, 4, 8]]);
}

#[test]
fn lists_in_lists_are_copied() {
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(vec![fill.bytes(n as usize, fill_apart)?.unwrap()]);
    let (found, log) = Guest::of("(list (list u8))").run::<Vec<Filled>, _, Vec<Vec<u8>>>(5, read).unwrap();
    assert_eq!(found, [pattern(5)]);
    assert_eq!(log, [[0, 0, 4, 8], [0, 0, 1, 5]]);
}

#[test]
fn parts_of_large_types_are_filled() {
    type Small = (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8);
    type Wide<B> = (Small, Small, Small, Small, Small, Small, Small, Small, Small, Small, Small, (B, Small));
    type Large<B> = (Wide<B>, Wide<B>);
    let ty: &'static str = {
        let small = format!("(tuple{})", " u8".repeat(12));
        let wide = format!("(tuple{} (tuple (list u8) {small}))", format!(" {small}").repeat(11));
        format!("(tuple {wide} {wide})").leak()
    };
    let s = Small::default();
    let wide = move |bytes: Filled| (s, s, s, s, s, s, s, s, s, s, s, (bytes, s));
    let read = move |_: &mut u32, (n,): (u32,), fill: Fill<'_>| {
        Ok((wide(Filled::copy(b"first")), wide(in_place(n, fill)?.unwrap())))
    };
    let (found, log) = Guest::of(ty).run::<Large<Filled>, _, Large<Vec<u8>>>(7, read).unwrap();
    assert_eq!((found.0.11.0, found.1.11.0), (b"first".to_vec(), pattern(7)));
    assert_eq!(log, [[0, 0, 1, 7], [0, 0, 1, 5]]);
}

#[test]
fn an_error_after_the_room_was_made_is_the_guests() {
    let guest = Guest::of("(result (list u8) (error u8))");
    let engine = Engine::default();
    let component = guest.load(&engine);
    let (mut store, instance) = instance::<Result<Filled, u8>, _>(&engine, &component, |_, (n,), fill| {
        let ends = |room: &mut [u8]| if n == 8 { Err(77) } else { fill_in_place(room) };
        fill.bytes(n as usize, ends)
    });
    let run = instance.get_typed_func::<(u32,), Result<Vec<u8>, u8>>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, (8,)).unwrap(), Err(77));
    assert_eq!(log(&mut store, &instance), [[0, 0, 1, 8]]);
    assert_eq!(run.call(&mut store, (3,)).unwrap(), Ok(pattern(3)));
    assert_eq!(log(&mut store, &instance), [[0, 0, 1, 8], [0, 0, 1, 3]]);
}

#[test]
fn what_fills_a_room_in_part_is_copied() {
    for written in [0, 1, 9] {
        let read = move |_: &mut u32, (n,): (u32,), fill: Fill<'_>| {
            let part = |room: &mut [u8]| fill_in_place(room).map(|_| written);
            Ok(fill.bytes(n as usize, part)?.unwrap())
        };
        let (bytes, log) = Guest::default().run::<Filled, _, Vec<u8>>(10, read).unwrap();
        assert_eq!(bytes, pattern(10)[..written]);
        assert_eq!(log, [[0, 0, 1, 10], [0, 0, 1, written as u32]]);
    }
}

#[test]
fn nothing_is_allocated_as_for_any_empty_list() {
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(fill.bytes(n as usize, fill_apart)?.unwrap());
    let (bytes, log) = Guest::default().run::<Filled, _, Vec<u8>>(0, read).unwrap();
    assert_eq!((bytes, log), (vec![], vec![[0, 0, 1, 0]]));
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(fill.string(n as usize, fill_apart)?.unwrap());
    let (text, log) = Guest::of("string").run::<FilledString, _, String>(0, read).unwrap();
    assert_eq!((text.as_str(), log), ("", vec![[0, 0, 1, 0]]));
}

#[test]
fn strings_of_utf8_are_filled_and_others_are_transcoded() {
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(fill.string(n as usize, fill_in_place)?.unwrap());
    for n in [1, 7, 8, 9, 5000] {
        let (found, log) = Guest::of("string").run::<FilledString, _, String>(n, read).unwrap();
        assert_eq!((found, log), (text(n as usize), vec![[0, 0, 1, n]]));
    }
    let apart = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(fill.string(n as usize, fill_apart)?.unwrap());
    for encoding in ["utf16", "latin1+utf16"] {
        let guest = Guest { encoding, ..Guest::of("string") };
        let (found, log) = guest.run::<FilledString, _, String>(9, apart).unwrap();
        assert_eq!(found, text(9), "{encoding}");
        assert_eq!(log[0][..2], [0, 0]);
        // Lists have no encoding.
        let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok((in_place(n, fill)?.unwrap(), "é€".to_owned()));
        let guest = Guest { encoding, ..Guest::of("(tuple (list u8) string)") };
        let (found, log) = guest.run::<(Filled, String), _, (Vec<u8>, String)>(9, read).unwrap();
        assert_eq!(found, (pattern(9), "é€".to_owned()));
        assert_eq!(log[0], [0, 0, 1, 9]);
    }
}

#[test]
fn a_string_is_validated() {
    let engine = Engine::default();
    for encoding in ["utf8", "utf16"] {
        for written in [2, 3] {
            let component = Guest { encoding, ..Guest::of("string") }.load(&engine);
            let (mut store, instance) = instance::<FilledString, _>(&engine, &component, move |_, (n,), fill| {
                let write = |room: &mut [u8]| -> Result<usize, u8> {
                    room.copy_from_slice(b"a\xc3z");
                    Ok(written)
                };
                Ok(fill.string(n as usize, write)?.unwrap())
            });
            let run = instance.get_typed_func::<(u32,), String>(&mut store, "run").unwrap();
            let error = run.call(&mut store, (3,)).unwrap_err();
            assert!(error.downcast_ref::<std::str::Utf8Error>().is_some(), "{error}");
        }
    }
}

#[test]
fn a_guest_that_misbehaves_traps_before_it_is_filled() {
    let read = |lent: &mut u32, (n,): (u32,), fill: Fill<'_>| {
        let filled = fill.bytes(n as usize, |_| {
            *lent += 1;
            Ok::<_, u8>(0)
        })?;
        Ok(filled.unwrap())
    };
    let trap = |hook, n| Guest::that(hook).trap::<Filled, _>(n, read);
    assert!(trap("unreachable", 5).contains("unreachable"));
    assert!(trap("(call $tick)", 5).contains("cannot leave component instance"));
    assert!(trap("(throw $tag)", 5).contains("uncaught exception"));
    assert!(trap("(drop (i32.load (i32.const -1)))", 5).contains("out of bounds memory access"));
    for outside in ["0x1ffff", "0x20000", "-1", "-2", "0x7fffffff"] {
        let hook: &'static str = format!("(return (i32.const {outside}))").leak();
        assert_eq!(trap(hook, 2), format!("wasm trap: list content out-of-bounds: {OUTSIDE}"), "{outside}");
        let read = |lent: &mut u32, (n,): (u32,), fill: Fill<'_>| {
            let filled = fill.string(n as usize, |_| {
                *lent += 1;
                Ok::<_, u8>(0)
            })?;
            Ok(filled.unwrap())
        };
        let guest = Guest { hook, ..Guest::of("string") };
        assert_eq!(guest.trap::<FilledString, _>(2, read), format!("wasm trap: {OUTSIDE}"), "{outside}");
    }
}

#[test]
fn a_list_that_is_too_long_is_not_the_guests_fault() {
    let read = |lent: &mut u32, (n,): (u32,), fill: Fill<'_>| {
        let filled = fill.bytes(n as usize, |_| {
            *lent += 1;
            Ok::<_, u8>(0)
        })?;
        Ok(filled.unwrap())
    };
    for n in [1 << 28, u32::MAX] {
        let found = Guest::default().trap::<Filled, _>(n, read);
        assert!(found.contains("the host gave a value that its type does not have"), "{found}");
    }
}

#[test]
fn a_host_function_that_hides_a_trap_changes_nothing() {
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| {
        Ok(in_place(n, fill).map_or_else(|_| Filled::empty(), Result::unwrap))
    };
    let found = Guest::that("unreachable").trap::<Filled, _>(5, read);
    assert!(found.contains("cannot go on"), "{found}");
}

#[test]
fn a_guest_may_grow_its_memory_for_it() {
    let hook = "(local.set $new (i32.shl (memory.grow (i32.const 3)) (i32.const 16)))";
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(in_place(n, fill)?.unwrap());
    let (bytes, log) = Guest::that(hook).run::<Filled, _, Vec<u8>>(3 << 16, read).unwrap();
    assert_eq!((bytes, log), (pattern(3 << 16), vec![[0, 0, 1, 3 << 16]]));
}

#[test]
fn the_whole_memory_can_be_the_room() {
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(fill.bytes(n as usize, fill_in_place)?.unwrap());
    // To the last byte.
    let guest = Guest { start: (2 << 16) - 100, ..Guest::default() };
    assert_eq!(guest.run::<Filled, _, Vec<u8>>(100, read).unwrap().0, pattern(100));
    // From the first; the result's own place is in it.
    let fill_over = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| {
        let write = |room: &mut [u8]| {
            room.fill(1);
            Ok::<_, u8>(room.len())
        };
        Ok(fill.bytes(n as usize, write)?.unwrap())
    };
    let guest = Guest { hook: "(return (i32.const 0))", ..Guest::default() };
    let (bytes, _) = guest.run::<Filled, _, Vec<u8>>(2 << 16, fill_over).unwrap();
    let place = [[0, 0, 0, 0], u32::to_le_bytes(2 << 16)].concat();
    assert_eq!((bytes.len(), &bytes[256..264]), (2 << 16, &place[..]));
}

#[test]
fn memories_of_64_bits_are_filled() {
    let read = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(in_place(n, fill)?.unwrap());
    let guest = Guest { word: "i64", ..Guest::default() };
    assert_eq!(guest.run::<Filled, _, Vec<u8>>(99, read).unwrap(), (pattern(99), vec![[0, 0, 1, 99]]));
    let misplaced = |_: &mut u32, (n,): (u32,), fill: Fill<'_>| Ok(in_place(n, fill)?.unwrap());
    for outside in ["-1", "-2", "0x7fffffffffffffff", "0x1ffff", "0x20000"] {
        let hook = format!("(return (i64.const {outside}))").leak();
        let guest = Guest { word: "i64", hook, ..Guest::default() };
        assert!(guest.trap::<Filled, _>(2, misplaced).contains(OUTSIDE), "{outside}");
    }
}

/// Two core instances with a memory each; the import is lowered for both.
const TWO: &str = r#"(component
  (import "read" (func $read (param "n" u32) (result (list u8))))
  (core module $Libc
    (import "" "base" (global $base i32))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $base)))
  (core module $A (global (export "base") i32 (i32.const 1024)))
  (core module $B (global (export "base") i32 (i32.const 2048)))
  (core instance $base-a (instantiate $A))
  (core instance $base-b (instantiate $B))
  (core instance $libc-a (instantiate $Libc (with "" (instance $base-a))))
  (core instance $libc-b (instantiate $Libc (with "" (instance $base-b))))
  (alias core export $libc-a "memory" (core memory $memory-a))
  (alias core export $libc-b "memory" (core memory $memory-b))
  (alias core export $libc-a "realloc" (core func $realloc-a))
  (alias core export $libc-b "realloc" (core func $realloc-b))
  (core func $read-a (canon lower (func $read) (memory $memory-a) (realloc $realloc-a)))
  (core func $read-b (canon lower (func $read) (memory $memory-b) (realloc $realloc-b)))
  (core module $M
    (import "" "read" (func $read (param i32 i32)))
    (import "" "memory" (memory 1))
    (func (export "run") (param i32) (result i32) (call $read (local.get 0) (i32.const 16)) (i32.const 16))
    (func (export "where") (result i32) (i32.load (i32.const 16))))
  (core instance $a (instantiate $M
    (with "" (instance (export "read" (func $read-a)) (export "memory" (memory $memory-a))))))
  (core instance $b (instantiate $M
    (with "" (instance (export "read" (func $read-b)) (export "memory" (memory $memory-b))))))
  (func (export "run-a") (param "n" u32) (result (list u8)) (canon lift (core func $a "run") (memory $memory-a)))
  (func (export "run-b") (param "n" u32) (result (list u8)) (canon lift (core func $b "run") (memory $memory-b)))
  (func (export "where-a") (result u32) (canon lift (core func $a "where")))
  (func (export "where-b") (result u32) (canon lift (core func $b "where"))))"#;

#[test]
fn each_caller_is_filled_in_its_own_memory() {
    let engine = Engine::default();
    let component = load(&engine, TWO);
    let mut linker = Linker::<()>::new(&engine);
    linker
        .func_fill::<(u32,), Filled, _>("read", |(), (n,), fill| {
            let write = |room: &mut [u8]| {
                room.fill(n as u8);
                Ok::<_, u8>(room.len())
            };
            Ok(fill.bytes(n as usize, write)?.unwrap())
        })
        .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    for (run, place, n, start) in
        [("run-a", "where-a", 5, 1024), ("run-b", "where-b", 6, 2048), ("run-a", "where-a", 9, 1024)]
    {
        let run = instance.get_typed_func::<(u32,), Vec<u8>>(&mut store, run).unwrap();
        assert_eq!(run.call(&mut store, (n,)).unwrap(), vec![n as u8; n as usize]);
        let place = instance.get_typed_func::<(), u32>(&mut store, place).unwrap();
        assert_eq!(place.call(&mut store, ()).unwrap(), start);
    }
}

#[test]
fn a_flat_result_needs_no_realloc() {
    let engine = Engine::default();
    let component = load(
        &engine,
        r#"(component
  (import "read" (func $read (param "n" u32) (result u32)))
  (core func $read (canon lower (func $read)))
  (core module $M (import "" "read" (func $read (param i32) (result i32))) (export "run" (func $read)))
  (core instance $m (instantiate $M (with "" (instance (export "read" (func $read))))))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $m "run"))))"#,
    );
    let mut linker = Linker::<u32>::new(&engine);
    linker
        .func_fill::<(u32,), u32, _>("read", |_, (n,), fill| {
            drop(fill.bytes(n as usize, fill_apart)?.unwrap());
            Ok(n + 1)
        })
        .unwrap();
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(u32,), u32>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, (41,)).unwrap(), 42);
}

#[test]
fn only_the_call_that_filled_bytes_returns_them() {
    let engine = Engine::default();
    let component = Guest::default().load(&engine);
    let mut linker = Linker::<Vec<Filled>>::new(&engine);
    linker
        .func_fill::<(u32,), Filled, _>("read", |kept, (n,), fill| {
            let filled = in_place(n, fill)?.unwrap();
            kept.push(filled);
            Ok(if kept.len() == 1 { Filled::empty() } else { kept.remove(0) })
        })
        .unwrap();
    linker.func_wrap("tick", |_, ()| Ok(())).unwrap();
    let mut store = Store::new(&engine, Vec::new());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(u32,), Vec<u8>>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, (5,)).unwrap(), Vec::<u8>::new());
    let error = run.call(&mut store, (5,)).unwrap_err().to_string();
    assert_eq!(error, "in the result: the bytes were filled in by another call, which alone can return them");
    // Elsewhere it has no place at all.
    let kept = store.data_mut().remove(0);
    let mut linker = Linker::<std::sync::Mutex<Option<Filled>>>::new(&engine);
    linker
        .func_wrap("read", |caller: Caller<'_, std::sync::Mutex<Option<Filled>>>, (_,): (u32,)| {
            Ok(caller.data().lock().unwrap().take().unwrap())
        })
        .unwrap();
    linker.func_wrap("tick", |_, ()| Ok(())).unwrap();
    let mut other = Store::new(&engine, std::sync::Mutex::new(Some(kept)));
    let instance = linker.instantiate(&mut other, &component).unwrap();
    let run = instance.get_typed_func::<(u32,), Vec<u8>>(&mut other, "run").unwrap();
    assert!(run.call(&mut other, (5,)).unwrap_err().to_string().contains("by another call"));
}

#[test]
fn panics_pass_through() {
    let engine = Engine::default();
    let component = Guest::default().load(&engine);
    type Write = fn(&mut [u8]) -> Result<usize, u8>;
    let panics: [Write; 2] = [|_| panic!("on purpose"), |room| Ok(room.len() + 1)];
    for (write, said) in panics.into_iter().zip(["on purpose", "a room of 5 bytes cannot have been filled with 6"]) {
        let (mut store, instance) = instance::<Filled, _>(&engine, &component, move |_, (n,), fill| {
            Ok(fill.bytes(n as usize, write)?.unwrap())
        });
        let run = instance.get_typed_func::<(u32,), Vec<u8>>(&mut store, "run").unwrap();
        let payload = catch_unwind(AssertUnwindSafe(|| run.call(&mut store, (5,)))).unwrap_err();
        let found = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
        assert_eq!(found, Some(said));
    }
}

#[test]
fn types_are_checked() {
    let engine = Engine::default();
    let component = Guest::default().load(&engine);
    let error = |read: fn(&mut Linker<u32>)| {
        let mut linker = Linker::<u32>::new(&engine);
        read(&mut linker);
        linker.func_wrap("tick", |_, ()| Ok(())).unwrap();
        linker.instantiate_pre(&component).unwrap_err().to_string()
    };
    let found = error(|linker| {
        linker.func_fill::<(u32,), FilledString, _>("read", |_, _, _| Ok(FilledString::empty())).unwrap();
    });
    assert!(found.contains("in the result: expected list<u8>, found string"), "{found}");
    let found = error(|linker| {
        linker.func_fill::<(u64,), Filled, _>("read", |_, _, _| Ok(Filled::empty())).unwrap();
    });
    assert!(found.contains("in parameter 1 (`n`): expected u32, found u64"), "{found}");
}

#[test]
fn fuel_and_interruptions_are_as_in_lowering() {
    let engine = Engine::default();
    let options = CompileOptions { fuel: true, interruptible: true, ..CompileOptions::default() };
    let bytes = wat::parse_str(Guest::default().text()).unwrap();
    let component = Component::with_options(&engine, &bytes, &options).unwrap();
    let used = |filled: bool| {
        let (mut store, instance) = instance::<Filled, _>(&engine, &component, move |_, (n,), fill| {
            Ok(if filled { in_place(n, fill)?.unwrap() } else { Filled::from(pattern(n as usize)) })
        });
        store.set_fuel(1 << 20).unwrap();
        let run = instance.get_typed_func::<(u32,), Vec<u8>>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, (1000,)).unwrap(), pattern(1000));
        (1 << 20) - store.fuel()
    };
    assert_eq!(used(true), used(false));

    let mut linker = Linker::<Option<InterruptHandle>>::new(&engine);
    linker
        .func_fill::<(u32,), Filled, _>("read", |handle, (n,), fill| {
            handle.as_ref().unwrap().interrupt();
            Ok(fill.bytes(n as usize, |_| -> Result<usize, u8> { panic!("it was interrupted") })?.unwrap())
        })
        .unwrap();
    linker.func_wrap("tick", |_, ()| Ok(())).unwrap();
    let mut store = Store::new(&engine, None);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    *store.data_mut() = Some(store.interrupt_handle().unwrap());
    let run = instance.get_typed_func::<(u32,), Vec<u8>>(&mut store, "run").unwrap();
    let error = run.call(&mut store, (5,)).unwrap_err().to_string();
    assert!(error.contains("interrupt"), "{error}");
}
