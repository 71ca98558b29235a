//! The values of constant expressions, as far as they are known without an instance.

use crate::plan::prepared::Constant;
use std::ops::Range;
use wasmparser::{BinaryReader, ConstExpr, Operator};

/// The value of a validated constant expression that lies at `expr` in the input. `globals` has the
/// values of those of its module that are known.
pub fn evaluate(source: &[u8], expr: &Range<usize>, globals: &[Option<Constant>]) -> Option<Constant> {
    let reader = BinaryReader::new(&source[expr.clone()], expr.start as u64);
    let mut operators = ConstExpr::new(reader).get_operators_reader();
    let mut stack = Vec::new();
    loop {
        let value = match operators.read().ok()? {
            Operator::End => return stack.pop(),
            Operator::I32Const { value } => Constant::Bits32(value.cast_unsigned()),
            Operator::I64Const { value } => Constant::Bits64(value.cast_unsigned()),
            Operator::F32Const { value } => Constant::Bits32(value.bits()),
            Operator::F64Const { value } => Constant::Bits64(value.bits()),
            Operator::RefNull { .. } => Constant::Null,
            Operator::RefFunc { function_index } => Constant::Func(function_index),
            Operator::GlobalGet { global_index } => (*globals.get(global_index as usize)?)?,
            Operator::I32Add | Operator::I64Add => combine(&mut stack, u64::wrapping_add)?,
            Operator::I32Sub | Operator::I64Sub => combine(&mut stack, u64::wrapping_sub)?,
            Operator::I32Mul | Operator::I64Mul => combine(&mut stack, u64::wrapping_mul)?,
            // Vectors, and what later proposals add.
            _ => return None,
        };
        stack.push(value);
    }
}

/// Replaces two integers by what the operation makes of them, in their own width.
fn combine(stack: &mut Vec<Constant>, operation: fn(u64, u64) -> u64) -> Option<Constant> {
    let (b, a) = (stack.pop()?, stack.pop()?);
    match (a, b) {
        (Constant::Bits32(a), Constant::Bits32(b)) => Some(Constant::Bits32(operation(a.into(), b.into()) as u32)),
        (Constant::Bits64(a), Constant::Bits64(b)) => Some(Constant::Bits64(operation(a, b))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(expr: &[u8], globals: &[Option<Constant>]) -> Option<Constant> {
        evaluate(expr, &(0..expr.len()), globals)
    }

    #[test]
    fn integers_wrap_in_their_own_width() {
        // i32.const 1, i32.const 2, i32.sub
        assert_eq!(value(&[0x41, 1, 0x41, 2, 0x6b, 0x0b], &[]), Some(Constant::Bits32(u32::MAX)));
        // i64.const 1, i64.const 2, i64.sub
        assert_eq!(value(&[0x42, 1, 0x42, 2, 0x7d, 0x0b], &[]), Some(Constant::Bits64(u64::MAX)));
    }

    #[test]
    fn globals_are_known_or_not() {
        // global.get 1, i32.const 8, i32.add
        let expr = [0x23, 1, 0x41, 8, 0x6a, 0x0b];
        assert_eq!(value(&expr, &[None, Some(Constant::Bits32(16))]), Some(Constant::Bits32(24)));
        assert_eq!(value(&expr, &[Some(Constant::Bits32(16)), None]), None);
    }
}
