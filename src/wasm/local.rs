//! Locals, `drop` and `select`.

use super::translator::Translator;
use cranelift_codegen::ir::InstBuilder;
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::LocalGet { local_index } => {
            let local = t.locals[*local_index as usize];
            let value = t.e.b.use_var(local);
            t.push(value);
        }
        O::LocalSet { local_index } => {
            let value = t.pop();
            t.e.b.def_var(t.locals[*local_index as usize], value);
        }
        O::LocalTee { local_index } => {
            let value = *t.stack.last().expect("validated: the operand is there");
            t.e.b.def_var(t.locals[*local_index as usize], value);
        }
        O::Drop => {
            t.pop();
        }
        O::Select | O::TypedSelect { .. } => {
            let (a, b, condition) = t.pop3();
            let value = t.e.b.ins().select(condition, a, b);
            t.push(value);
        }
        O::Nop => {}
        _ => return false,
    }
    true
}
