//! How often a piece of a value occurs in one call, and where the borrow handles of a type are.
//!
//! It knows types alone: neither sides nor code.

use crate::canon::value::shape::Shape;
use alloc::vec::Vec;
use cantilever_abi::{ResourceId, Types, ValType};
use hashbrown::HashSet;

/// How often code that is being emitted runs in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::canon) enum Occurrence {
    /// Exactly once.
    Once,
    /// At most once: in a case of a variant.
    Perhaps,
    /// Any number of times: in a list.
    Repeated,
}

/// A borrow handle in a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::canon) struct Borrow {
    pub resource: ResourceId,
    /// How often it occurs in a value. In a variant all of whose cases have the same payload: as
    /// often as the variant.
    pub occurrence: Occurrence,
    pub is_in_variant: bool,
}

/// Visits the borrow handles in a type, those of equal cases of a variant once.
pub(in crate::canon) fn each_borrow(types: &Types, ty: ValType, mut visit: impl FnMut(Borrow)) {
    walk(types, ty, (Occurrence::Once, false), &mut visit);
}

fn walk(types: &Types, ty: ValType, (occurrence, is_in_variant): (Occurrence, bool), visit: &mut dyn FnMut(Borrow)) {
    if !types.contains_borrow(ty) {
        return;
    }
    let repeated = (Occurrence::Repeated, is_in_variant);
    match Shape::of(types, ty) {
        Shape::Borrow(resource) => visit(Borrow { resource, occurrence, is_in_variant }),
        Shape::Record(fields) => {
            fields.iter().for_each(|ty| walk(types, *ty, (occurrence, is_in_variant), visit));
        }
        Shape::Variant(cases) => {
            let payloads = distinct(&cases);
            let payload = if payloads.len() == 1 { occurrence } else { occurrence.max(Occurrence::Perhaps) };
            payloads.iter().flatten().for_each(|ty| walk(types, *ty, (payload, true), visit));
        }
        Shape::List(elements) => elements.iter().for_each(|ty| walk(types, *ty, repeated, visit)),
        Shape::LongList(element, _) => walk(types, element, repeated, visit),
        Shape::Scalar(_)
        | Shape::String
        | Shape::Flags(_)
        | Shape::Own(_)
        | Shape::ErrorContext
        | Shape::Unsupported => {}
    }
}

/// The different payload types of the cases, in the order of their first occurrence.
pub(in crate::canon) fn distinct(cases: &[Option<ValType>]) -> Vec<Option<ValType>> {
    let mut payloads = Vec::new();
    let mut seen = HashSet::new();
    for case in cases {
        if seen.insert(*case) {
            payloads.push(*case);
        }
    }
    payloads
}
