//! Variants, enums, options and results.
//!
//! One emitter serves lifting, lowering and the two fused. It reads the discriminant, and emits for
//! each distinct payload type what is to be done with the payload. Cases without a payload, and
//! cases with equal ones, share code.

use super::operand::{Operand, Target, join};
use super::shape::Shape;
use crate::canon::call::crossing::Crossing;
use crate::canon::call::occurrence::{Occurrence, distinct};
use alloc::vec::Vec;
use cantilever_abi::ValType;
use cantilever_abi::block::TrapKind;
use cantilever_abi::layout::discriminant_size;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Type, Value};
use hashbrown::HashMap;

/// A variant whose discriminant has been checked: its type, the payloads of its cases, and which
/// case it is.
#[derive(Clone, Copy)]
pub(in crate::canon) struct Variant<'a> {
    pub ty: ValType,
    pub cases: &'a [Option<ValType>],
    pub case_index: Value,
}

/// What is done with the payload of a case.
pub(in crate::canon) type Payload = fn(&mut Crossing, ValType, &Operand, &Target) -> Vec<Value>;

/// The discriminant of a value of the side that is lifted from; `trap_if(case_index >=
/// len(cases))`.
pub(in crate::canon) fn lift_case_index(c: &mut Crossing, cases: &[Option<ValType>], source: &Operand) -> Value {
    let case_index = source.bits(c.e, discriminant_size(cases.len()));
    let invalid = c.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, case_index, cases.len() as i64);
    let kind = c.from.fault(TrapKind::InvalidDiscriminant);
    c.e.trap_if_with(invalid, kind, &[case_index]);
    case_index
}

/// Moves a variant.
pub(in crate::canon) fn move_variant(
    c: &mut Crossing,
    variant: Variant,
    source: &Operand,
    target: &Target,
    payload: Payload,
) -> Vec<Value> {
    let mut flat = target.put_discriminant(c.e, variant.cases.len(), variant.case_index);
    let joined = target.joined(c.env.types, variant.ty);
    let (source, target) =
        (&source.payload(c.e, c.env.types, variant.cases), &target.payload(c.e, c.env.types, variant.cases));
    let payloads = distinct(variant.cases);
    if let [only] = payloads[..] {
        // It occurs as often as the variant: see `each_borrow`.
        flat.extend(move_case(c, only, (source, target), &joined, payload));
        return flat;
    }
    if is_selected(c, variant.cases, &payloads, target) {
        flat.extend(select_payload(c, variant, &payloads, (source, target), &joined, payload));
        return flat;
    }
    let blocks: Vec<Block> = payloads.iter().map(|_| c.e.b.create_block()).collect();
    let block_of: HashMap<Option<ValType>, Block> = payloads.iter().copied().zip(blocks.iter().copied()).collect();
    let targets: Vec<Block> = variant.cases.iter().map(|case| block_of[case]).collect();
    c.e.switch(variant.case_index, &targets);
    let after = c.e.block(joined.iter().copied());
    for (block, case) in blocks.into_iter().zip(payloads) {
        c.e.b.seal_block(block);
        c.e.b.switch_to_block(block);
        let values = c.occurring(Occurrence::Perhaps, |c| move_case(c, case, (source, target), &joined, payload));
        c.e.jump(after, &values);
    }
    c.e.b.seal_block(after);
    c.e.b.switch_to_block(after);
    flat.extend_from_slice(c.e.b.block_params(after));
    flat
}

/// Are the payloads of a variant moved all, and then one of them selected? So it is done for a few
/// cases whose payloads are moved without a trap, a store or much work.
fn is_selected(c: &Crossing, cases: &[Option<ValType>], payloads: &[Option<ValType>], target: &Target) -> bool {
    const MOST_CASES: usize = 4;
    matches!(target, Target::Flat(_))
        && cases.len() <= MOST_CASES
        && payloads.iter().flatten().all(|ty| match Shape::of(c.env.types, *ty) {
            Shape::Scalar(scalar) => scalar != ValType::Char,
            Shape::Flags(_) => true,
            _ => false,
        })
}

fn select_payload(
    c: &mut Crossing,
    variant: Variant,
    payloads: &[Option<ValType>],
    sides: (&Operand, &Target),
    joined: &[Type],
    payload: Payload,
) -> Vec<Value> {
    let [ref others @ .., last] = *payloads else { unreachable!("a variant has a case") };
    let mut selected = move_case(c, last, sides, joined, payload);
    for case in others {
        let values = move_case(c, *case, sides, joined, payload);
        for (index, _) in variant.cases.iter().enumerate().filter(|(_, own)| *own == case) {
            let is_it = c.e.b.ins().icmp_imm_u(IntCC::Equal, variant.case_index, index as i64);
            for (selected, value) in selected.iter_mut().zip(&values) {
                *selected = c.e.b.ins().select(is_it, *value, *selected);
            }
        }
    }
    selected
}

/// Moves the payload of a case.
fn move_case(
    c: &mut Crossing,
    case: Option<ValType>,
    (source, target): (&Operand, &Target),
    joined: &[Type],
    payload: Payload,
) -> Vec<Value> {
    let values = match case {
        None => Vec::new(),
        Some(ty) => {
            let source = source.payload_of(c.e, c.env.types, ty);
            payload(c, ty, &source, target)
        }
    };
    join(c.e, &values, joined)
}
