//! Short strings of ASCII that need no transcoding: copied as a few words, which costs less than
//! the call of a routine.

use super::Source;
use crate::canon::call::crossing::Crossing;
use alloc::vec::Vec;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

const WORD: i64 = size_of::<u64>() as i64;
/// The bits that no ASCII character has.
const TOP_BITS: u64 = 0x8080_8080_8080_8080;

/// Copies ASCII of 8 to 32 bytes, and goes on at `done`; at `otherwise`, with nothing written, for
/// every other string.
pub(super) fn store_ascii(c: &mut Crossing, source: Source, to: Value, done: Block, otherwise: Block) {
    let [longer, two, four] = [(); 3].map(|()| c.e.b.create_block());
    // Of the last word. Wraps for what is shorter than a word.
    let last = c.e.b.ins().iadd_imm_s(source.units, -WORD);
    let is_two = c.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, last, WORD);
    c.e.b.ins().brif(is_two, two, &[], longer, &[]);
    c.e.b.switch_to_block(longer);
    let is_four = c.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, last, 3 * WORD);
    c.e.b.ins().brif(is_four, four, &[], otherwise, &[]);
    for block in [longer, two, four] {
        c.e.b.seal_block(block);
    }
    for (block, each_end) in [(two, 1), (four, 2)] {
        c.e.b.switch_to_block(block);
        store_words(c, [source.address, to], last, each_end, otherwise);
        c.e.jump(done, &[]);
    }
}

/// Copies so many words from the start and as many up to the end, which may overlap, unless a
/// character is not ASCII.
fn store_words(c: &mut Crossing, [from, to]: [Value; 2], last: Value, each_end: i64, otherwise: Block) {
    let flags = c.e.linear();
    let ends = |c: &mut Crossing, start: Value| {
        let end = c.e.b.ins().iadd(start, last);
        let words = (0..each_end).flat_map(|i| [(start, i * WORD), (end, -i * WORD)]);
        words.collect::<Vec<(Value, i64)>>()
    };
    let load = |c: &mut Crossing, (base, offset)| c.e.b.ins().load(types::I64, flags, base, offset as i32);
    let words: Vec<Value> = ends(c, from).into_iter().map(|place| load(c, place)).collect();
    let all = words.iter().copied().reduce(|all, word| c.e.b.ins().bor(all, word)).expect("there are words");
    let other = c.e.b.ins().band_imm_s(all, TOP_BITS as i64);
    let store = c.e.b.create_block();
    c.e.b.ins().brif(other, otherwise, &[], store, &[]);
    c.e.b.seal_block(store);
    c.e.b.switch_to_block(store);
    for ((base, offset), word) in ends(c, to).into_iter().zip(words) {
        c.e.b.ins().store(flags, word, base, offset as i32);
    }
}
