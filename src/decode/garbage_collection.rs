//! What is refused of the garbage-collection proposal: collected types, references to them, and
//! their instructions.
//!
//! The validator has no smaller feature for the rest of the proposal, which is supported. That is
//! recursion groups and declared subtypes of function types, casts of references to functions, and
//! types of null references. Constant expressions may refer to any earlier global.

use crate::error::Error;
use wasmparser::types::TypesRef;
use wasmparser::{
    AbstractHeapType, BlockType, CompositeInnerType, FunctionBody, HeapType, Operator, RecGroup, RefType, ValType,
};

/// The refusal of something at an offset of the input.
pub(super) fn refusal(offset: u64) -> Error {
    Error::unsupported("the garbage-collection proposal", usize::try_from(offset).unwrap_or(usize::MAX))
}

/// Has a group of the type section any type but function types, or one with such a parameter or
/// result?
pub(super) fn is_in_group(group: &RecGroup) -> bool {
    group.types().any(|ty| match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => ty.params().iter().chain(ty.results()).any(|ty| is_value_type(*ty)),
        _ => true,
    })
}

/// Does a table or a global of the module have such a type?
pub(super) fn is_in_items(types: TypesRef) -> bool {
    (0..types.table_count()).any(|i| is_ref_type(types.table_at(i).element_type))
        || (0..types.global_count()).any(|i| is_value_type(types.global_at(i).content_type))
}

/// Does a function have a local of such a type?
pub(super) fn is_in_locals(body: &FunctionBody) -> wasmparser::Result<bool> {
    for locals in body.get_locals_reader()? {
        if is_value_type(locals?.1) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Is it an instruction of the proposal, or one that names such a type?
pub(super) fn is_operator(operator: &Operator) -> bool {
    match operator {
        Operator::Block { blockty }
        | Operator::Loop { blockty }
        | Operator::If { blockty }
        | Operator::TryTable { try_table: wasmparser::TryTable { ty: blockty, .. } } => {
            matches!(blockty, BlockType::Type(ty) if is_value_type(*ty))
        }
        Operator::TypedSelect { ty } => is_value_type(*ty),
        Operator::TypedSelectMulti { tys } => tys.iter().any(|ty| is_value_type(*ty)),
        Operator::RefNull { hty }
        | Operator::RefTestNonNull { hty }
        | Operator::RefTestNullable { hty }
        | Operator::RefCastNonNull { hty }
        | Operator::RefCastNullable { hty } => is_heap_type(*hty),
        Operator::BrOnCast { from_ref_type, .. } | Operator::BrOnCastFail { from_ref_type, .. } => {
            is_ref_type(*from_ref_type)
        }
        other => proposal(other) == "gc",
    }
}

fn is_value_type(ty: ValType) -> bool {
    matches!(ty, ValType::Ref(ty) if is_ref_type(ty))
}

/// Is it a reference to anything but functions, exceptions and what is external? All other concrete
/// types are refused where they are declared.
pub(super) fn is_ref_type(ty: RefType) -> bool {
    is_heap_type(ty.heap_type())
}

fn is_heap_type(ty: HeapType) -> bool {
    use AbstractHeapType::{Exn, Extern, Func, NoExn, NoExtern, NoFunc};
    !matches!(
        ty,
        HeapType::Concrete(_) | HeapType::Abstract { ty: Func | NoFunc | Extern | NoExtern | Exn | NoExn, .. }
    )
}

/// Makes the function that tells which proposal an operator belongs to.
macro_rules! proposals {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($arity:tt)*) )*) => {
        fn proposal(operator: &Operator) -> &'static str {
            match operator {
                $( Operator::$op { .. } => stringify!($proposal), )*
                _ => "",
            }
        }
    };
}
wasmparser::for_each_operator!(proposals);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode;
    use std::sync::Arc;

    fn outcome(module: &str) -> Result<(), Error> {
        decode(Arc::from(wat::parse_str(module).unwrap())).map(|_| ())
    }

    #[test]
    fn types_and_instructions_are_refused_by_name() {
        for module in [
            "(module (type (struct)))",
            "(module (rec (type (func)) (type (struct))))",
            "(module (type (sub (array i8))))",
            "(module (type (func (param anyref))))",
            "(module (import \"\" \"\" (global eqref)))",
            "(module (table 0 i31ref))",
            "(module (elem anyref))",
            "(module (func (local anyref)))",
            "(module (func (drop (ref.null none))))",
            "(module (func (drop (ref.i31 (i32.const 0)))))",
            "(module (func (drop (block (result nullref) unreachable))))",
            "(module (func (param funcref) (drop (ref.cast (ref null none) (ref.null any)))))",
            "(module (global externref (extern.convert_any (ref.i31 (i32.const 0)))))",
        ] {
            match outcome(module) {
                Err(Error::Unsupported { feature, .. }) => assert_eq!(feature, "the garbage-collection proposal"),
                other => panic!("{module}: {other:?}"),
            }
        }
    }

    #[test]
    fn function_types_may_be_grouped_and_subtyped() {
        for module in [
            "(module (rec (type (func)) (type (func))))",
            "(module (type $t (sub (func))) (type (sub $t (func))))",
            "(module (func (drop (block (result nullfuncref) unreachable))))",
            "(module (type $t (func)) (func (param funcref) (drop (ref.cast (ref $t) (local.get 0)))))",
        ] {
            outcome(module).unwrap();
        }
    }

    #[test]
    fn constant_expressions_may_refer_to_any_earlier_global() {
        outcome("(module (global i32 (i32.const 1)) (global i32 (global.get 0)))").unwrap();
        let later = outcome("(module (global i32 (global.get 1)) (global i32 (i32.const 1)))");
        assert!(matches!(later, Err(Error::Invalid { .. })));
    }
}
