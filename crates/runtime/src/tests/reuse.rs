//! Blocks that are used again are as new: nothing of an earlier instance is left.

use super::compiled::Compile;
use crate::image::loaded::Image;
use crate::image::prepared_block::PreparedBlock;
use crate::*;
use cantilever::CompileOptions;
use cantilever_abi::block::{HandleEntry, HandleRecord, MemoryDef, TableDef};

/// A component that writes everything that core code can write.
const STATE: &str = r#"(component
  (core module $M
    (memory 1) (memory $second 1 3)
    (data (i32.const 65533) "abc") (data (memory $second) (i32.const 5) "d") (data $kept "kept")
    (table $t 2 funcref) (elem (i32.const 1) $f) (elem $passive func $f)
    (global $g (mut i64) (i64.const 7)) (global $zero (mut i64) (i64.const 0))
    (func $f)
    (func (export "write") (result i32)
      (memory.fill (i32.const 0) (i32.const 255) (i32.const 65536))
      (drop (memory.grow $second (i32.const 2)))
      (memory.fill $second (i32.const 0) (i32.const 255) (i32.const 196608))
      (table.set $t (i32.const 0) (ref.func $f))
      (table.set $t (i32.const 1) (ref.null func))
      (data.drop $kept) (elem.drop $passive)
      (global.set $g (i64.const -1)) (global.set $zero (i64.const -1))
      (i32.const 1))
    (func (export "clean") (result i32)
      (i32.and
        (i32.and (i64.eq (global.get $g) (i64.const 7)) (i32.eqz (i32.load (i32.const 65529))))
        (i32.and (ref.is_null (table.get $t (i32.const 0))) (i32.eq (i32.load8_u (i32.const 65535)) (i32.const 99)))))
    (func (export "grow") (result i32) (table.grow $t (ref.func $f) (i32.const 5)))
    (func (export "trap") (result i32) (drop (call 1)) unreachable))
  (core instance $m (instantiate $M))
  (func (export "write") (result u32) (canon lift (core func $m "write")))
  (func (export "clean") (result u32) (canon lift (core func $m "clean")))
  (func (export "grow") (result u32) (canon lift (core func $m "grow")))
  (func (export "trap") (result u32) (canon lift (core func $m "trap"))))"#;

/// A component that fills handle tables and opens borrow scopes, and leaves some so by trapping.
const HANDLES: &str = include_str!("../../../../tests/filetests/handles/lent-to-a-third.wat");

fn component(config: Config, text: &str) -> Component {
    Component::new(&Engine::new(config), &wat::parse_str(text).unwrap()).unwrap()
}

/// Where the block of a new instance lies. Calls the function, and ends the instance.
fn used(component: &Component, func: &str) -> usize {
    let mut store = Store::new(component.engine(), ());
    let instance = Linker::new(component.engine()).instantiate(&mut store, component).unwrap();
    let func = instance.get_func(&mut store, func).unwrap();
    // Traps are among what is wanted.
    let _ = func.call(&mut store, &[]);
    instance.record(&store.as_context_mut()).unwrap().block.header() as usize
}

/// Everything that an instance finds: words of the fixed part, the beginnings of handle tables,
/// tables; and memories. Addresses in the block count from its start.
fn contents(image: &Image, block: &PreparedBlock) -> (Vec<u64>, Vec<Vec<u8>>) {
    let (layout, base) = (&image.artifact.layout, block.header() as u64);
    let relative = |word: u64| if (base..base + layout.total_size).contains(&word) { word - base } else { word };
    // SAFETY: all ranges that are read lie in the block, or in memories and tables by their
    // definitions.
    unsafe {
        let words =
            |at: u64, len: u64| std::slice::from_raw_parts((base + at) as *const u64, len as usize / 8).to_vec();
        let mut found = words(0, layout.fixed_size.into());
        let mut memories = Vec::new();
        for plan in &image.plan.memories.plans {
            let def = &*block.at::<MemoryDef>(plan.at).unwrap();
            memories.push(std::slice::from_raw_parts(def.base, def.len as usize).to_vec());
            found[plan.at as usize / 8..][..size_of::<MemoryDef>() / 8].fill(def.len);
        }
        for plan in &image.plan.tables {
            let def = &*block.at::<TableDef>(plan.at).unwrap();
            found[plan.at as usize / 8..][..size_of::<TableDef>() / 8].fill(def.len);
            found.extend(std::slice::from_raw_parts(def.base, def.len as usize));
        }
        for instance in 0..layout.instance_count {
            found.extend(words(layout.handle_entries(instance), u64::from(HandleEntry::SIZE) * 512));
            let records = layout.handle_records(instance);
            found.extend(records.into_iter().flat_map(|at| words(at, u64::from(HandleRecord::SIZE) * 512)));
        }
        (found.into_iter().map(relative).collect(), memories)
    }
}

#[test]
fn nothing_of_an_earlier_instance_is_left() {
    let cases: [(&str, &[&str]); 2] = [
        (STATE, &["write", "grow", "trap"]),
        (HANDLES, &["dropped", "lent-on", "kept", "kept-one-of-two", "dropped-twice", "given-away"]),
    ];
    for ((text, funcs), debug_handles) in cases.into_iter().flat_map(|case| [(case, false), (case, true)]) {
        let options = CompileOptions { debug_handles, ..CompileOptions::default() };
        let component = Component::with_options(&Engine::default(), &wat::parse_str(text).unwrap(), &options).unwrap();
        let image = &component.0;
        let fresh = contents(image, &PreparedBlock::new(&image.plan).unwrap());
        for func in funcs {
            let place = used(&component, func);
            let block = image.block().unwrap();
            assert_eq!(block.header() as usize, place, "another block is used after `{func}`");
            let found = contents(image, &block);
            let differs = found.0.iter().zip(&fresh.0).position(|(found, fresh)| found != fresh);
            assert_eq!((differs, found.0.len()), (None, fresh.0.len()), "a word is different after `{func}`");
            assert!(found.1 == fresh.1, "a memory is different after `{func}`");
            image.give_back(block);
        }
    }
}

#[test]
fn idle_blocks_are_limited_and_end_with_their_component() {
    let limited = component(Config::new().idle_reservations(4), STATE);
    // Two memories and the block: three reservations.
    let blocks: Vec<_> = (0..2).map(|_| limited.0.block().unwrap()).collect();
    let last = blocks[1].header() as usize;
    blocks.into_iter().for_each(|block| limited.0.give_back(block));
    assert_eq!(limited.engine().idle().reservations(), 3);
    assert_eq!(limited.0.block().unwrap().header() as usize, last);
    assert_eq!(limited.engine().idle().reservations(), 0);

    let none = component(Config::new().idle_reservations(2), STATE);
    used(&none, "write");
    assert_eq!(none.engine().idle().reservations(), 0);

    let dropped = component(Config::new(), STATE);
    used(&dropped, "write");
    let engine = dropped.engine().clone();
    assert_eq!(engine.idle().reservations(), 3);
    drop(dropped);
    assert_eq!(engine.idle().reservations(), 0);
}

#[test]
fn threads_share_idle_blocks() {
    let component = component(Config::new(), STATE);
    let linker = Linker::new(component.engine());
    let work = || {
        for _ in 0..30 {
            let mut store = Store::new(component.engine(), ());
            let instance = linker.instantiate(&mut store, &component).unwrap();
            let [clean, write] =
                ["clean", "write"].map(|name| instance.get_typed_func::<(), u32>(&mut store, name).unwrap());
            assert_eq!(clean.call(&mut store, ()).unwrap(), 1);
            write.call(&mut store, ()).unwrap();
            assert_eq!(clean.call(&mut store, ()).unwrap(), 0);
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    assert!((3..=12).contains(&component.engine().idle().reservations()));
}

#[test]
fn contents_that_are_not_mapped_are_copied() {
    let far = |i: u32| format!("(data (i32.const {}) \"{i}\")", i << 20);
    let text = format!(
        r#"(component
          (core module $M (memory 512) {}
            (func (export "sum") (result i32) (local $i i32) (local $sum i32)
              (loop $again
                (local.set $sum (i32.add (local.get $sum) (i32.load8_u (i32.shl (local.get $i) (i32.const 20)))))
                (i32.store8 (i32.shl (local.get $i) (i32.const 20)) (i32.const 0))
                (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))
              (local.get $sum)))
          (core instance $m (instantiate $M))
          (func (export "sum") (result u32) (canon lift (core func $m "sum"))))"#,
        (0..20).map(far).collect::<String>()
    );
    let component = component(Config::new(), &text);
    assert!(component.0.plan.memories.copy());
    let expected: u32 = (0..20u32).map(|i| u32::from(i.to_string().as_bytes()[0])).sum();
    for _ in 0..2 {
        let mut store = Store::new(component.engine(), ());
        let instance = Linker::new(component.engine()).instantiate(&mut store, &component).unwrap();
        let sum = instance.get_typed_func::<(), u32>(&mut store, "sum").unwrap();
        assert_eq!(sum.call(&mut store, ()).unwrap(), expected);
    }
}
