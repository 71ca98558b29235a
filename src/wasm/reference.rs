//! References: functions are addresses of a `FuncDef`, external references are opaque; 0 is null.

use super::translator::Translator;
use cantilever_abi::block::TrapKind;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::RefNull { .. } => {
            let null = t.const64(0);
            t.push(null);
        }
        O::RefIsNull => t.unary(|t, reference| {
            let null = t.is_null(reference);
            t.e.b.ins().uextend(types::I32, null)
        }),
        O::RefFunc { function_index } => {
            let reference = t.ref_func(*function_index);
            t.push(reference);
        }
        O::RefAsNonNull => t.unary(|t, reference| {
            t.e.trap_unless(reference, TrapKind::NullReference);
            reference
        }),
        O::BrOnNull { relative_depth } => {
            let reference = t.pop();
            let null = t.is_null(reference);
            t.branch_if(null, *relative_depth);
            t.push(reference);
        }
        O::BrOnNonNull { relative_depth } => {
            let reference = *t.stack.last().expect("validated: the operand is there");
            t.branch_if(reference, *relative_depth);
            t.pop();
        }
        _ => return false,
    }
    true
}

impl Translator<'_> {
    fn is_null(&mut self, reference: Value) -> Value {
        self.e.b.ins().icmp_imm_u(IntCC::Equal, reference, 0)
    }

    /// A reference to a function of the index space.
    pub fn ref_func(&mut self, index: u32) -> Value {
        let def = self.env.places.func_defs[index as usize].expect("a function whose reference is taken escapes");
        self.e.offset(self.e.vmctx, i64::from(def))
    }
}
