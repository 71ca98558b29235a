//! Integers: constants, comparisons, arithmetic.

use crate::wasm::translator::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, types};
use wasmparser::Operator as O;

pub(in crate::wasm) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    constant(t, op) || arithmetic(t, op) || comparison(t, op)
}

fn constant(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let value = match op {
        O::I32Const { value } => t.e.b.ins().iconst(types::I32, i64::from(value.cast_unsigned())),
        O::I64Const { value } => t.e.b.ins().iconst(types::I64, *value),
        _ => return false,
    };
    t.push(value);
    true
}

fn arithmetic(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I32Add | O::I64Add => t.binary(|t, a, b| t.e.b.ins().iadd(a, b)),
        O::I32Sub | O::I64Sub => t.binary(|t, a, b| t.e.b.ins().isub(a, b)),
        O::I32Mul | O::I64Mul => t.binary(|t, a, b| t.e.b.ins().imul(a, b)),
        O::I32DivS | O::I64DivS => t.binary(|t, a, b| t.e.b.ins().sdiv(a, b)),
        O::I32DivU | O::I64DivU => t.binary(|t, a, b| t.e.b.ins().udiv(a, b)),
        O::I32RemS | O::I64RemS => t.binary(|t, a, b| t.e.b.ins().srem(a, b)),
        O::I32RemU | O::I64RemU => t.binary(|t, a, b| t.e.b.ins().urem(a, b)),
        O::I32And | O::I64And => t.binary(|t, a, b| t.e.b.ins().band(a, b)),
        O::I32Or | O::I64Or => t.binary(|t, a, b| t.e.b.ins().bor(a, b)),
        O::I32Xor | O::I64Xor => t.binary(|t, a, b| t.e.b.ins().bxor(a, b)),
        O::I32Shl | O::I64Shl => t.binary(|t, a, b| t.e.b.ins().ishl(a, b)),
        O::I32ShrS | O::I64ShrS => t.binary(|t, a, b| t.e.b.ins().sshr(a, b)),
        O::I32ShrU | O::I64ShrU => t.binary(|t, a, b| t.e.b.ins().ushr(a, b)),
        O::I32Rotl | O::I64Rotl => t.binary(|t, a, b| t.e.b.ins().rotl(a, b)),
        O::I32Rotr | O::I64Rotr => t.binary(|t, a, b| t.e.b.ins().rotr(a, b)),
        O::I32Clz | O::I64Clz => t.unary(|t, a| t.e.b.ins().clz(a)),
        O::I32Ctz | O::I64Ctz => t.unary(|t, a| t.e.b.ins().ctz(a)),
        O::I32Popcnt | O::I64Popcnt => t.unary(|t, a| t.e.b.ins().popcnt(a)),
        _ => return false,
    }
    true
}

fn comparison(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let condition = match op {
        O::I32Eqz | O::I64Eqz => {
            t.unary(|t, a| {
                let zero = t.e.b.ins().icmp_imm_u(IntCC::Equal, a, 0);
                t.e.b.ins().uextend(types::I32, zero)
            });
            return true;
        }
        O::I32Eq | O::I64Eq => IntCC::Equal,
        O::I32Ne | O::I64Ne => IntCC::NotEqual,
        O::I32LtS | O::I64LtS => IntCC::SignedLessThan,
        O::I32LtU | O::I64LtU => IntCC::UnsignedLessThan,
        O::I32GtS | O::I64GtS => IntCC::SignedGreaterThan,
        O::I32GtU | O::I64GtU => IntCC::UnsignedGreaterThan,
        O::I32LeS | O::I64LeS => IntCC::SignedLessThanOrEqual,
        O::I32LeU | O::I64LeU => IntCC::UnsignedLessThanOrEqual,
        O::I32GeS | O::I64GeS => IntCC::SignedGreaterThanOrEqual,
        O::I32GeU | O::I64GeU => IntCC::UnsignedGreaterThanOrEqual,
        _ => return false,
    };
    t.binary(|t, a, b| {
        let holds = t.e.b.ins().icmp(condition, a, b);
        t.e.b.ins().uextend(types::I32, holds)
    });
    true
}
