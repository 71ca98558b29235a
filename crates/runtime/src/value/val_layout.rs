//! [`Val`]s in the 64-bit canonical layout: reads them from and writes them to native memory.
//!
//! Recursion is over types, whose depth loading has bounded.

use super::val::{ErrorContext, Val};
use super::{LiftContext, LowerContext, RawSlice};
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::layout::{align_to, discriminant_size, field_offsets, flags_size, payload_offset};
use cantilever_abi::{Field, Layout, PointerWidth, TypeDef, TypeId, Types, ValType};

const WIDTH: PointerWidth = PointerWidth::W64;

type Result<T> = core::result::Result<T, ValueError>;

/// Reads a value.
///
/// # Safety
///
/// `src` must point to a value of the type that an adapter has written.
pub(crate) unsafe fn lift_val(cx: &mut LiftContext<'_>, ty: ValType, src: *const u8) -> Result<Val> {
    // SAFETY: for all reads, the caller vouches for a value of the type.
    unsafe {
        Ok(match ty {
            ValType::Bool => Val::Bool(src.read() != 0),
            ValType::S8 => Val::S8(src.cast::<i8>().read()),
            ValType::U8 => Val::U8(src.read()),
            ValType::S16 => Val::S16(src.cast::<i16>().read()),
            ValType::U16 => Val::U16(src.cast::<u16>().read()),
            ValType::S32 => Val::S32(src.cast::<i32>().read()),
            ValType::U32 => Val::U32(src.cast::<u32>().read()),
            ValType::S64 => Val::S64(src.cast::<i64>().read()),
            ValType::U64 => Val::U64(src.cast::<u64>().read()),
            ValType::F32 => Val::F32(src.cast::<f32>().read()),
            ValType::F64 => Val::F64(src.cast::<f64>().read()),
            ValType::Char => Val::Char(char::from_u32(src.cast::<u32>().read()).ok_or(ValueError::Invalid("char"))?),
            ValType::String => Val::String(src.cast::<RawSlice>().read().into_string(cx)?),
            ValType::ErrorContext => Val::ErrorContext(ErrorContext::default()),
            ValType::Type(id) => lift_compound(cx, id, src)?,
        })
    }
}

/// # Safety
///
/// As [`lift_val`].
unsafe fn lift_compound(cx: &mut LiftContext<'_>, id: TypeId, src: *const u8) -> Result<Val> {
    let types = cx.types();
    // SAFETY: for all reads, the caller vouches for a value of the type.
    unsafe {
        Ok(match &types[id].def {
            TypeDef::List(t) => Val::List(lift_elements(cx, *t, src.cast::<RawSlice>().read())?),
            TypeDef::FixedList(t, n) => Val::List(lift_elements(cx, *t, RawSlice { ptr: src, len: u64::from(*n) })?),
            TypeDef::Map(k, v) => lift_map(cx, *k, *v, src.cast::<RawSlice>().read())?,
            TypeDef::Record(fields) => {
                let mut labelled = cx.vector(fields.len() as u64)?;
                let tys: Vec<ValType> = fields.iter().map(|f| f.ty).collect();
                let label = |index: usize| fields[index].name.clone();
                let values = lift_fields(cx, &tys, src, &label)?;
                for (field, value) in fields.iter().zip(values) {
                    labelled.push((cx.name(&field.name)?, value));
                }
                Val::Record(labelled)
            }
            TypeDef::Tuple(tys) => Val::Tuple(lift_fields(cx, tys, src, &|index| index.to_string())?),
            TypeDef::Flags(labels) => {
                let bits = read_uint(src, flags_size(labels.len()));
                let mut set = cx.vector(u64::from(bits.count_ones()))?;
                for (_, label) in labels.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1) {
                    set.push(cx.name(label)?);
                }
                Val::Flags(set)
            }
            TypeDef::Own(_) | TypeDef::Borrow(_) => {
                Val::Resource(cx.lift_handle(ValType::Type(id), src.cast::<u32>().read())?)
            }
            TypeDef::Stream(_) => return Err(ValueError::Unsupported("stream".to_owned())),
            TypeDef::Future(_) => return Err(ValueError::Unsupported("future".to_owned())),
            def @ (TypeDef::Variant(_) | TypeDef::Enum(_) | TypeDef::Option(_) | TypeDef::Result { .. }) => {
                lift_variant(cx, def, src)?
            }
        })
    }
}

/// # Safety
///
/// As [`lift_val`], for a type that despecialises to a variant.
unsafe fn lift_variant(cx: &mut LiftContext<'_>, def: &TypeDef, src: *const u8) -> Result<Val> {
    let cases = def.cases().unwrap_or_default();
    // SAFETY: the discriminant lies first.
    let case = unsafe { read_uint(src, discriminant_size(cases.len())) } as usize;
    let ty = *cases.get(case).ok_or(ValueError::Invalid("discriminant"))?;
    let offset = payload_offset(cx.types(), &cases, WIDTH);
    if ty.is_some() {
        cx.charge(size_of::<Val>())?;
    }
    // SAFETY: the payload of the active case lies there.
    let payload = ty.map(|ty| unsafe { lift_val(cx, ty, src.add(offset as usize)) }).transpose();
    let payload = payload.map_err(|e| e.within(PathStep::Case(case_label(def, case))))?.map(Box::new);
    Ok(match def {
        TypeDef::Variant(cases) => Val::Variant(cx.name(&cases[case].name)?, payload),
        TypeDef::Enum(labels) => Val::Enum(cx.name(&labels[case])?),
        TypeDef::Option(_) => Val::Option(payload),
        _ => Val::Result(if case == 0 { Ok(payload) } else { Err(payload) }),
    })
}

/// # Safety
///
/// `src` must point to a tuple of these types.
unsafe fn lift_fields(
    cx: &mut LiftContext<'_>,
    tys: &[ValType],
    src: *const u8,
    label: &dyn Fn(usize) -> String,
) -> Result<Vec<Val>> {
    let mut values = cx.vector(tys.len() as u64)?;
    for (index, (ty, offset)) in field_offsets(cx.types(), tys, WIDTH).into_iter().enumerate() {
        // SAFETY: the caller vouches for the fields.
        let value = unsafe { lift_val(cx, ty, src.add(offset as usize)) };
        values.push(value.map_err(|e| e.within(PathStep::Field(label(index))))?);
    }
    Ok(values)
}

/// # Safety
///
/// `list` must be a list of elements of this type.
unsafe fn lift_elements(cx: &mut LiftContext<'_>, ty: ValType, list: RawSlice) -> Result<Vec<Val>> {
    let size = cx.types().layout(ty, WIDTH).size as usize;
    let mut values = cx.vector(list.len)?;
    for index in 0..list.len as usize {
        // SAFETY: the caller vouches for the elements.
        let value = unsafe { lift_val(cx, ty, list.ptr.add(index * size)) };
        values.push(value.map_err(|e| e.within(PathStep::Element(index)))?);
    }
    Ok(values)
}

/// # Safety
///
/// `list` must be a list of pairs of these types.
unsafe fn lift_map(cx: &mut LiftContext<'_>, key: ValType, value: ValType, list: RawSlice) -> Result<Val> {
    let (offsets, layout) = entry_layout(cx.types(), key, value);
    let size = layout.size as usize;
    let mut entries = cx.vector(list.len)?;
    for index in 0..list.len as usize {
        let [(key, key_at), (value, value_at)] = offsets;
        // SAFETY: the caller vouches for the entries.
        let entry = unsafe {
            let entry = list.ptr.add(index * size);
            let key = lift_val(cx, key, entry.add(key_at as usize)).map_err(|e| e.within(PathStep::Key));
            key.and_then(|k| {
                let value = lift_val(cx, value, entry.add(value_at as usize)).map_err(|e| e.within(PathStep::Value));
                Ok((k, value?))
            })
        };
        entries.push(entry.map_err(|e| e.within(PathStep::Element(index)))?);
    }
    Ok(Val::Map(entries))
}

/// Writes a value.
///
/// # Safety
///
/// `dst` must point to room for a value of the type.
pub(crate) unsafe fn lower_val(cx: &mut LowerContext<'_>, ty: ValType, val: &Val, dst: *mut u8) -> Result<()> {
    // SAFETY: for all writes, the caller vouches for the room.
    unsafe {
        match (ty, val) {
            (ValType::Bool, Val::Bool(v)) => dst.write(u8::from(*v)),
            (ValType::S8, Val::S8(v)) => dst.cast::<i8>().write(*v),
            (ValType::U8, Val::U8(v)) => dst.write(*v),
            (ValType::S16, Val::S16(v)) => dst.cast::<i16>().write(*v),
            (ValType::U16, Val::U16(v)) => dst.cast::<u16>().write(*v),
            (ValType::S32, Val::S32(v)) => dst.cast::<i32>().write(*v),
            (ValType::U32, Val::U32(v)) => dst.cast::<u32>().write(*v),
            (ValType::S64, Val::S64(v)) => dst.cast::<i64>().write(*v),
            (ValType::U64, Val::U64(v)) => dst.cast::<u64>().write(*v),
            (ValType::F32, Val::F32(v)) => dst.cast::<f32>().write(*v),
            (ValType::F64, Val::F64(v)) => dst.cast::<f64>().write(*v),
            (ValType::Char, Val::Char(v)) => dst.cast::<u32>().write(*v as u32),
            (ValType::String, Val::String(v)) => dst.cast::<RawSlice>().write(cx.slice(v.as_bytes())?),
            (ValType::ErrorContext, Val::ErrorContext(_)) => dst.cast::<u32>().write(0),
            (ValType::Type(id), val) => lower_compound(cx, id, val, dst)?,
            (ty, val) => return Err(cx.mismatch(ty, val.kind())),
        }
    }
    Ok(())
}

/// # Safety
///
/// As [`lower_val`].
unsafe fn lower_compound(cx: &mut LowerContext<'_>, id: TypeId, val: &Val, dst: *mut u8) -> Result<()> {
    let types = cx.types();
    // SAFETY: for all writes, the caller vouches for the room.
    unsafe {
        match (&types[id].def, val) {
            (TypeDef::List(t), Val::List(values)) => {
                let size = types.layout(*t, WIDTH).size as usize;
                let align = types.layout(*t, WIDTH).align as usize;
                let base = cx.alloc(size.checked_mul(values.len()).ok_or(ValueError::NoMemory)?, align)?;
                lower_elements(cx, *t, values, base)?;
                dst.cast::<RawSlice>().write(RawSlice { ptr: base, len: values.len() as u64 });
            }
            (TypeDef::FixedList(t, n), Val::List(values)) => {
                expect_count(*n as usize, values.len())?;
                lower_elements(cx, *t, values, dst)?;
            }
            (TypeDef::Map(k, v), Val::Map(entries)) => lower_map(cx, *k, *v, entries, dst)?,
            (TypeDef::Record(fields), Val::Record(values)) => {
                let values = in_order(cx, ValType::Type(id), fields, values)?;
                let tys: Vec<ValType> = fields.iter().map(|f| f.ty).collect();
                lower_fields(cx, &tys, &values, dst, &|index| fields[index].name.clone())?;
            }
            (TypeDef::Tuple(tys), Val::Tuple(values)) => {
                expect_count(tys.len(), values.len())?;
                let values: Vec<&Val> = values.iter().collect();
                lower_fields(cx, tys, &values, dst, &|index| index.to_string())?;
            }
            (TypeDef::Flags(labels), Val::Flags(set)) => {
                let mut bits = 0;
                for label in set {
                    bits |= 1 << position(cx, ValType::Type(id), labels.iter(), label)?;
                }
                write_uint(dst, flags_size(labels.len()), bits);
            }
            (TypeDef::Own(_) | TypeDef::Borrow(_), Val::Resource(handle)) => {
                dst.cast::<u32>().write(cx.lower_handle(ValType::Type(id), handle)?);
            }
            (def, val) => lower_variant(cx, id, def, val, dst)?,
        }
    }
    Ok(())
}

/// # Safety
///
/// As [`lower_val`].
unsafe fn lower_variant(cx: &mut LowerContext<'_>, id: TypeId, def: &TypeDef, val: &Val, dst: *mut u8) -> Result<()> {
    let ty = ValType::Type(id);
    let (case, payload) = match (def, val) {
        (TypeDef::Variant(cases), Val::Variant(label, payload)) => {
            (position(cx, ty, cases.iter().map(|c| &c.name), label)?, payload)
        }
        (TypeDef::Enum(labels), Val::Enum(label)) => (position(cx, ty, labels.iter(), label)?, &None),
        (TypeDef::Option(_), Val::Option(payload)) => (usize::from(payload.is_some()), payload),
        (TypeDef::Result { .. }, Val::Result(Ok(payload))) => (0, payload),
        (TypeDef::Result { .. }, Val::Result(Err(payload))) => (1, payload),
        _ => return Err(cx.mismatch(ty, val.kind())),
    };
    let cases = def.cases().unwrap_or_default();
    let offset = payload_offset(cx.types(), &cases, WIDTH);
    // SAFETY: the caller vouches for the room; the discriminant lies first, the payload at its
    // offset.
    let lowered = unsafe {
        write_uint(dst, discriminant_size(cases.len()), case as u32);
        match (cases.get(case).copied().flatten(), payload) {
            (Some(ty), Some(payload)) => lower_val(cx, ty, payload, dst.add(offset as usize)),
            (None, None) => Ok(()),
            (Some(ty), None) => Err(cx.mismatch(ty, "no payload")),
            (None, Some(payload)) => {
                Err(ValueError::Mismatch { expected: "no payload".to_owned(), found: payload.kind().to_owned() })
            }
        }
    };
    lowered.map_err(|e| e.within(PathStep::Case(case_label(def, case))))
}

/// # Safety
///
/// `dst` must point to room for a tuple of these types.
unsafe fn lower_fields(
    cx: &mut LowerContext<'_>,
    tys: &[ValType],
    values: &[&Val],
    dst: *mut u8,
    label: &dyn Fn(usize) -> String,
) -> Result<()> {
    for (index, ((ty, offset), value)) in field_offsets(cx.types(), tys, WIDTH).into_iter().zip(values).enumerate() {
        // SAFETY: the caller vouches for the room.
        let lowered = unsafe { lower_val(cx, ty, value, dst.add(offset as usize)) };
        lowered.map_err(|e| e.within(PathStep::Field(label(index))))?;
    }
    Ok(())
}

/// A record's values in the order of the type's fields; they may be given in any order.
fn in_order<'v>(
    cx: &LowerContext<'_>,
    ty: ValType,
    fields: &[Field],
    values: &'v [(String, Val)],
) -> Result<Vec<&'v Val>> {
    if let Some((label, _)) = values.iter().find(|(label, _)| fields.iter().all(|field| field.name != *label)) {
        return Err(cx.mismatch(ty, &format!("a field `{label}`")));
    }
    let value = |(index, field): (usize, &Field)| {
        let in_place = values.get(index).filter(|(label, _)| *label == field.name);
        let found = in_place.or_else(|| values.iter().find(|(label, _)| *label == field.name));
        found.map(|(_, value)| value).ok_or_else(|| cx.mismatch(ty, &format!("a record without `{}`", field.name)))
    };
    let ordered = fields.iter().enumerate().map(value).collect::<Result<Vec<&Val>>>()?;
    // Every label is a field's and every field has its value: more values are repetitions.
    expect_count(fields.len(), values.len())?;
    Ok(ordered)
}

/// # Safety
///
/// `base` must point to room for that many elements.
unsafe fn lower_elements(cx: &mut LowerContext<'_>, ty: ValType, values: &[Val], base: *mut u8) -> Result<()> {
    let size = cx.types().layout(ty, WIDTH).size as usize;
    for (index, value) in values.iter().enumerate() {
        // SAFETY: the caller vouches for the room.
        let lowered = unsafe { lower_val(cx, ty, value, base.add(index * size)) };
        lowered.map_err(|e| e.within(PathStep::Element(index)))?;
    }
    Ok(())
}

/// # Safety
///
/// `dst` must point to room for a list.
unsafe fn lower_map(
    cx: &mut LowerContext<'_>,
    key: ValType,
    value: ValType,
    entries: &[(Val, Val)],
    dst: *mut u8,
) -> Result<()> {
    let ([(key, key_at), (value, value_at)], layout) = entry_layout(cx.types(), key, value);
    let size = (layout.size as usize).checked_mul(entries.len()).ok_or(ValueError::NoMemory)?;
    let base = cx.alloc(size, layout.align as usize)?;
    for (index, (k, v)) in entries.iter().enumerate() {
        // SAFETY: `base` has room for all entries.
        let lowered = unsafe {
            let entry = base.add(index * layout.size as usize);
            let key = lower_val(cx, key, k, entry.add(key_at as usize)).map_err(|e| e.within(PathStep::Key));
            key.and_then(|()| {
                lower_val(cx, value, v, entry.add(value_at as usize)).map_err(|e| e.within(PathStep::Value))
            })
        };
        lowered.map_err(|e| e.within(PathStep::Element(index)))?;
    }
    // SAFETY: the caller vouches for the room.
    unsafe { dst.cast::<RawSlice>().write(RawSlice { ptr: base, len: entries.len() as u64 }) };
    Ok(())
}

fn expect_count(expected: usize, found: usize) -> Result<()> {
    if expected == found { Ok(()) } else { Err(ValueError::Count { expected, found }) }
}

fn position<'t>(
    cx: &LowerContext<'_>,
    ty: ValType,
    mut labels: impl Iterator<Item = &'t String>,
    label: &str,
) -> Result<usize> {
    labels.position(|l| l == label).ok_or_else(|| cx.mismatch(ty, &format!("`{label}`")))
}

/// The label of a case, for messages.
fn case_label(def: &TypeDef, case: usize) -> String {
    match def {
        TypeDef::Variant(cases) => cases[case].name.clone(),
        TypeDef::Enum(labels) => labels[case].clone(),
        TypeDef::Option(_) => ["none", "some"][case].to_owned(),
        _ => ["ok", "error"][case].to_owned(),
    }
}

/// Types and offsets of a map entry's parts, and its layout.
fn entry_layout(types: &Types, key: ValType, value: ValType) -> ([(ValType, u32); 2], Layout) {
    let [key_layout, value_layout] = [key, value].map(|ty| types.layout(ty, WIDTH));
    let value_at = align_to(key_layout.size, value_layout.align);
    ([(key, 0), (value, value_at)], Layout::record([key_layout, value_layout].into_iter()))
}

/// # Safety
///
/// `src` must point to that many bytes (1, 2 or 4), aligned.
unsafe fn read_uint(src: *const u8, size: u32) -> u32 {
    // SAFETY: the caller vouches for it.
    unsafe {
        match size {
            1 => u32::from(src.read()),
            2 => u32::from(src.cast::<u16>().read()),
            _ => src.cast::<u32>().read(),
        }
    }
}

/// # Safety
///
/// `dst` must point to room for that many bytes (1, 2 or 4), aligned.
unsafe fn write_uint(dst: *mut u8, size: u32, value: u32) {
    // SAFETY: the caller vouches for it.
    unsafe {
        match size {
            1 => dst.write(value as u8),
            2 => dst.cast::<u16>().write(value as u16),
            _ => dst.cast::<u32>().write(value),
        }
    }
}
