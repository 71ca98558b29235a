//! Integers of 128 bits in two halves: the wide-arithmetic proposal.

use crate::wasm::translator::Translator;
use cranelift_codegen::ir::types::I128;
use cranelift_codegen::ir::{InstBuilder, Value};
use wasmparser::Operator as O;

pub(in crate::wasm) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I64Add128 => {
            let (a, b) = pop2_wide(t);
            let sum = t.e.b.ins().iadd(a, b);
            push_wide(t, sum);
        }
        O::I64Sub128 => {
            let (a, b) = pop2_wide(t);
            let difference = t.e.b.ins().isub(a, b);
            push_wide(t, difference);
        }
        O::I64MulWideS | O::I64MulWideU => {
            let (a, b) = t.pop2();
            let signed = matches!(op, O::I64MulWideS);
            let [a, b] = [a, b].map(|half| match signed {
                true => t.e.b.ins().sextend(I128, half),
                false => t.e.b.ins().uextend(I128, half),
            });
            let product = t.e.b.ins().imul(a, b);
            push_wide(t, product);
        }
        _ => return false,
    }
    true
}

fn pop2_wide(t: &mut Translator<'_>) -> (Value, Value) {
    let b = pop_wide(t);
    (pop_wide(t), b)
}

fn pop_wide(t: &mut Translator<'_>) -> Value {
    let (low, high) = t.pop2();
    t.e.b.ins().iconcat(low, high)
}

fn push_wide(t: &mut Translator<'_>, value: Value) {
    let (low, high) = t.e.b.ins().isplit(value);
    t.push(low);
    t.push(high);
}
