//! Tests and casts of references: to functions by their types, of other references by whether they
//! are null.

use super::translator::Translator;
use cantilever_abi::block::TrapKind;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wasmparser::{AbstractHeapType, HeapType, Operator as O, RefType};

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::RefTestNonNull { hty } => t.unary(|t, reference| t.is_instance(reference, *hty, false)),
        O::RefTestNullable { hty } => t.unary(|t, reference| t.is_instance(reference, *hty, true)),
        O::RefCastNonNull { hty } => t.ref_cast(*hty, false),
        O::RefCastNullable { hty } => t.ref_cast(*hty, true),
        O::BrOnCast { relative_depth, to_ref_type, .. } => {
            let fits = t.topmost_is_instance(*to_ref_type);
            t.branch_if(fits, *relative_depth);
        }
        O::BrOnCastFail { relative_depth, to_ref_type, .. } => {
            let fits = t.topmost_is_instance(*to_ref_type);
            let fails = t.e.b.ins().icmp_imm_u(IntCC::Equal, fits, 0);
            t.branch_if(fails, *relative_depth);
        }
        _ => return false,
    }
    true
}

impl Translator<'_> {
    fn ref_cast(&mut self, heap_type: HeapType, nullable: bool) {
        self.unary(|t, reference| {
            let fits = t.is_instance(reference, heap_type, nullable);
            t.e.trap_unless(fits, TrapKind::CastFailure);
            reference
        });
    }

    /// Tests the topmost operand, which stays.
    fn topmost_is_instance(&mut self, ty: RefType) -> Value {
        let reference = *self.stack.last().expect("validated: the operand is there");
        self.is_instance(reference, ty.heap_type(), ty.is_nullable())
    }

    /// Is a reference of a type? As an `i32`.
    ///
    /// Validation has seen that the reference is of the hierarchy of the type, so that only a
    /// function can be of another type than asked for.
    fn is_instance(&mut self, reference: Value, heap_type: HeapType, nullable: bool) -> Value {
        use AbstractHeapType::{NoExn, NoExtern, NoFunc};
        let null = self.e.b.ins().icmp_imm_u(IntCC::Equal, reference, 0);
        let null = self.e.b.ins().uextend(types::I32, null);
        match (heap_type, nullable) {
            (HeapType::Concrete(index), _) => {
                let index = index.as_module_index().expect("operators name types by their indices");
                self.is_function_of(reference, index, nullable)
            }
            (HeapType::Abstract { ty: NoFunc | NoExtern | NoExn, .. }, true) => null,
            (HeapType::Abstract { ty: NoFunc | NoExtern | NoExn, .. }, false) => self.e.b.ins().iconst(types::I32, 0),
            (_, true) => self.e.b.ins().iconst(types::I32, 1),
            (_, false) => self.e.b.ins().bxor_imm_u(null, 1),
        }
    }

    fn is_function_of(&mut self, reference: Value, type_index: u32, nullable: bool) -> Value {
        let ty = self.env.type_id(type_index);
        let of_null = self.e.b.ins().iconst(types::I32, i64::from(nullable));
        let (function, done) = (self.e.block([]), self.e.block([types::I32]));
        self.e.b.ins().brif(reference, function, &[], done, &[of_null.into()]);
        self.e.b.seal_block(function);
        self.e.b.switch_to_block(function);
        let fits = self.is_of_type(reference, ty, None);
        self.e.jump(done, &[fits]);
        self.e.b.seal_block(done);
        self.e.b.switch_to_block(done);
        self.e.b.block_params(done)[0]
    }
}
