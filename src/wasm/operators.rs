//! The table of contents of operators: which file translates which family.

use super::error::Error;
use super::translator::Translator;
use super::{branch, bulk, call, cast, control, exception, global, local, memory, numeric, reference, simd, table};
use wasmparser::Operator;

/// Translates one reachable operator.
///
/// Every family is asked in turn, the frequent ones first, and answers whether the operator was one
/// of its own.
pub(super) fn translate(t: &mut Translator<'_>, op: &Operator<'_>) -> Result<(), Error> {
    let translated = local::translate(t, op)
        || numeric::integer::translate(t, op)
        || memory::translate(t, op)
        || control::translate(t, op)
        || branch::translate(t, op)?
        || call::translate(t, op)
        || global::translate(t, op)?
        || numeric::float::translate(t, op)
        || numeric::conversion::translate(t, op)
        || reference::translate(t, op)
        || cast::translate(t, op)
        || table::translate(t, op)
        || bulk::translate(t, op)
        || simd::translate(t, op)
        || numeric::wide::translate(t, op)
        || exception::translate(t, op);
    if translated { Ok(()) } else { Err(Error::unsupported(op, t.offset)) }
}
