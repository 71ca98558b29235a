//! What derived implementations call. Not for use by hand: it may change with the derives.

use super::{Lift, LiftContext, Lower, LowerContext, TypeContext};
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::TypeDef;
pub use cantilever_abi::ValType;
use std::mem::MaybeUninit;

/// `ComponentType::typecheck` of a part.
pub type Check = fn(Option<ValType>, &TypeContext<'_>) -> Result<(), ValueError>;

/// Is it a record of these fields?
pub fn check_record(
    ty: Option<ValType>,
    cx: &TypeContext<'_>,
    fields: &[(&'static str, Check)],
) -> Result<(), ValueError> {
    let found = || braced("record", fields.iter().map(|(label, _)| *label));
    let Some(TypeDef::Record(expected)) = cx.def(ty) else { return Err(cx.mismatch(ty, &found())) };
    check_labels(ty, cx, expected.iter().map(|f| &f.name), fields.iter().map(|(label, _)| *label), &found)?;
    for (field, (label, check)) in expected.iter().zip(fields) {
        check(Some(field.ty), cx).map_err(|e| e.within(PathStep::Field((*label).to_owned())))?;
    }
    Ok(())
}

/// Is it a variant of these cases, or an enum? The check of a case without a payload is that of
/// `()`.
pub fn check_variant(
    ty: Option<ValType>,
    cx: &TypeContext<'_>,
    cases: &[(&'static str, Check)],
) -> Result<(), ValueError> {
    let found = || braced("variant", cases.iter().map(|(label, _)| *label));
    let expected: Vec<(&String, Option<ValType>)> = match cx.def(ty) {
        Some(TypeDef::Variant(expected)) => expected.iter().map(|case| (&case.name, case.ty)).collect(),
        Some(TypeDef::Enum(labels)) => labels.iter().map(|label| (label, None)).collect(),
        _ => return Err(cx.mismatch(ty, &found())),
    };
    let labels = expected.iter().map(|(label, _)| *label);
    check_labels(ty, cx, labels, cases.iter().map(|(label, _)| *label), &found)?;
    for ((_, payload), (label, check)) in expected.into_iter().zip(cases) {
        check(payload, cx).map_err(|e| e.within(PathStep::Case((*label).to_owned())))?;
    }
    Ok(())
}

/// Is it a `flags` type of these labels?
pub fn check_flags(ty: Option<ValType>, cx: &TypeContext<'_>, labels: &[&'static str]) -> Result<(), ValueError> {
    let found = || braced("flags", labels.iter().copied());
    let Some(TypeDef::Flags(expected)) = cx.def(ty) else { return Err(cx.mismatch(ty, &found())) };
    check_labels(ty, cx, expected.iter(), labels.iter().copied(), &found)
}

/// Are these the type's labels, in their order?
fn check_labels<'t>(
    ty: Option<ValType>,
    cx: &TypeContext<'_>,
    expected: impl ExactSizeIterator<Item = &'t String>,
    found: impl ExactSizeIterator<Item = &'static str>,
    whole: &dyn Fn() -> String,
) -> Result<(), ValueError> {
    if expected.len() != found.len() {
        return Err(cx.mismatch(ty, &whole()));
    }
    match expected.zip(found).find(|(expected, found)| expected.as_str() != *found) {
        Some((expected, found)) => Err(ValueError::Mismatch {
            expected: format!("`{expected}` in {}", cx.describe(ty)),
            found: format!("`{found}` in {}", whole()),
        }),
        None => Ok(()),
    }
}

fn braced(keyword: &str, labels: impl Iterator<Item = &'static str>) -> String {
    format!("{keyword} {{ {} }}", labels.collect::<Vec<_>>().join(", "))
}

/// Type and label of a record's field.
fn field(def: Option<&TypeDef>, index: usize) -> Option<(ValType, &str)> {
    match def {
        Some(TypeDef::Record(fields)) => fields.get(index).map(|field| (field.ty, field.name.as_str())),
        _ => None,
    }
}

/// Type and label of a variant's case.
fn case(def: Option<&TypeDef>, index: usize) -> Option<(Option<ValType>, &str)> {
    match def {
        Some(TypeDef::Variant(cases)) => cases.get(index).map(|case| (case.ty, case.name.as_str())),
        _ => None,
    }
}

/// Lowers a field.
#[inline]
pub fn lower_field<T: Lower>(
    value: &T,
    cx: &mut LowerContext<'_>,
    def: Option<&TypeDef>,
    index: usize,
    dst: &mut MaybeUninit<T::Raw>,
) -> Result<(), ValueError> {
    let field = field(def, index);
    value.lower(cx, field.map(|(ty, _)| ty), dst).map_err(|e| in_field(e, field))
}

/// Lifts a field.
#[inline]
pub fn lift_field<T: Lift>(
    cx: &mut LiftContext<'_>,
    def: Option<&TypeDef>,
    index: usize,
    src: &T::Raw,
) -> Result<T, ValueError> {
    let field = field(def, index);
    T::lift(cx, field.map(|(ty, _)| ty), src).map_err(|e| in_field(e, field))
}

/// Lowers a payload.
#[inline]
pub fn lower_payload<T: Lower>(
    value: &T,
    cx: &mut LowerContext<'_>,
    def: Option<&TypeDef>,
    index: usize,
    dst: &mut MaybeUninit<T::Raw>,
) -> Result<(), ValueError> {
    let case = case(def, index);
    value.lower(cx, case.and_then(|(ty, _)| ty), dst).map_err(|e| in_case(e, case))
}

/// Lifts a payload.
#[inline]
pub fn lift_payload<T: Lift>(
    cx: &mut LiftContext<'_>,
    def: Option<&TypeDef>,
    index: usize,
    src: &T::Raw,
) -> Result<T, ValueError> {
    let case = case(def, index);
    T::lift(cx, case.and_then(|(ty, _)| ty), src).map_err(|e| in_case(e, case))
}

#[cold]
fn in_field(error: ValueError, field: Option<(ValType, &str)>) -> ValueError {
    error.within(PathStep::Field(field.map_or("?", |(_, label)| label).to_owned()))
}

#[cold]
fn in_case(error: ValueError, case: Option<(Option<ValType>, &str)>) -> ValueError {
    error.within(PathStep::Case(case.map_or("?", |(_, label)| label).to_owned()))
}
