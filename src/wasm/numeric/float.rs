//! Floats: constants, comparisons, arithmetic.

use crate::wasm::translator::Translator;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{InstBuilder, types};
use wasmparser::Operator as O;

pub(in crate::wasm) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    constant(t, op) || arithmetic(t, op) || comparison(t, op)
}

fn constant(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let value = match op {
        O::F32Const { value } => t.e.b.ins().f32const(Ieee32::with_bits(value.bits())),
        O::F64Const { value } => t.e.b.ins().f64const(Ieee64::with_bits(value.bits())),
        _ => return false,
    };
    t.push(value);
    true
}

fn arithmetic(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::F32Add | O::F64Add => t.binary(|t, a, b| t.e.b.ins().fadd(a, b)),
        O::F32Sub | O::F64Sub => t.binary(|t, a, b| t.e.b.ins().fsub(a, b)),
        O::F32Mul | O::F64Mul => t.binary(|t, a, b| t.e.b.ins().fmul(a, b)),
        O::F32Div | O::F64Div => t.binary(|t, a, b| t.e.b.ins().fdiv(a, b)),
        O::F32Min | O::F64Min => t.binary(|t, a, b| t.e.b.ins().fmin(a, b)),
        O::F32Max | O::F64Max => t.binary(|t, a, b| t.e.b.ins().fmax(a, b)),
        O::F32Copysign | O::F64Copysign => t.binary(|t, a, b| t.e.b.ins().fcopysign(a, b)),
        O::F32Abs | O::F64Abs => t.unary(|t, a| t.e.b.ins().fabs(a)),
        O::F32Neg | O::F64Neg => t.unary(|t, a| t.e.b.ins().fneg(a)),
        O::F32Sqrt | O::F64Sqrt => t.unary(|t, a| t.e.b.ins().sqrt(a)),
        O::F32Ceil | O::F64Ceil => t.unary(|t, a| t.e.b.ins().ceil(a)),
        O::F32Floor | O::F64Floor => t.unary(|t, a| t.e.b.ins().floor(a)),
        O::F32Trunc | O::F64Trunc => t.unary(|t, a| t.e.b.ins().trunc(a)),
        O::F32Nearest | O::F64Nearest => t.unary(|t, a| t.e.b.ins().nearest(a)),
        _ => return false,
    }
    true
}

fn comparison(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let condition = match op {
        O::F32Eq | O::F64Eq => FloatCC::Equal,
        O::F32Ne | O::F64Ne => FloatCC::NotEqual,
        O::F32Lt | O::F64Lt => FloatCC::LessThan,
        O::F32Gt | O::F64Gt => FloatCC::GreaterThan,
        O::F32Le | O::F64Le => FloatCC::LessThanOrEqual,
        O::F32Ge | O::F64Ge => FloatCC::GreaterThanOrEqual,
        _ => return false,
    };
    t.binary(|t, a, b| {
        let holds = t.e.b.ins().fcmp(condition, a, b);
        t.e.b.ins().uextend(types::I32, holds)
    });
    true
}
