//! Values as WAVE text: arguments are read and results are written in it.
//!
//! Handles, streams, futures and error contexts have no WAVE text, so functions that take or return them cannot be
//! called from text.

use crate::model::{FuncType, TypeDef, Types, ValType};
use crate::runtime::Val;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use wasm_wave::parser::ParserError;
use wasm_wave::untyped::UntypedFuncCall;
use wasm_wave::value::{Type as WaveType, Value as WaveValue};
use wasm_wave::wasm::WasmValue;

/// Why a text is not a value of a type, or a value has no text.
#[derive(Debug)]
pub enum WaveError {
    /// The text is not of the expected type.
    Text {
        /// What is wrong.
        message: String,
        /// Where, in bytes of the text.
        span: Range<usize>,
    },
    /// The type has no text; what occurs in it.
    NoText(&'static str),
}

impl fmt::Display for WaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaveError::Text { message, .. } => f.write_str(message),
            WaveError::NoText(kind) => write!(f, "{kind} cannot be written as text"),
        }
    }
}

impl std::error::Error for WaveError {}

/// Reads and writes values of one component's types.
#[derive(Clone, Copy)]
pub struct WaveText<'a> {
    types: &'a Types,
}

/// The parser wants a name before arguments; this one stands for whatever name they came with.
const CALLEE: &str = "f";

impl<'a> WaveText<'a> {
    /// For values of these types.
    pub fn new(types: &'a Types) -> Self {
        WaveText { types }
    }

    /// Reads `(a, b)`. Trailing parameters of option types may be left out.
    pub fn read_arguments(&self, text: &str, func: &FuncType) -> Result<Vec<Val>, WaveError> {
        let params = func.params.iter().map(|(_, ty)| self.wave_type(*ty)).collect::<Result<Vec<_>, _>>()?;
        let call = format!("{CALLEE}{text}");
        let located = |e: ParserError| WaveError::located(&e, CALLEE.len(), text.len());
        let values: Vec<WaveValue> =
            UntypedFuncCall::parse(&call).map_err(located)?.to_wasm_params(params.iter()).map_err(located)?;
        values.into_iter().zip(&func.params).map(|(value, (_, ty))| self.val(&value, *ty)).collect()
    }

    /// Reads one value.
    pub fn read(&self, text: &str, ty: ValType) -> Result<Val, WaveError> {
        let value: WaveValue = wasm_wave::from_str(&self.wave_type(ty)?, text)
            .map_err(|e: ParserError| WaveError::located(&e, 0, text.len()))?;
        self.val(&value, ty)
    }

    /// Writes a value of a type.
    pub fn write(&self, val: &Val, ty: ValType) -> Result<String, WaveError> {
        let value = self.wave_value(val, ty)?;
        Ok(wasm_wave::to_string(&value).expect("values made by `wave_value` can be written"))
    }

    /// Has every type of the function a text?
    pub fn check(&self, func: &FuncType) -> Result<(), WaveError> {
        func.params.iter().map(|(_, ty)| *ty).chain(func.result).try_for_each(|ty| self.wave_type(ty).map(|_| ()))
    }

    fn wave_type(&self, ty: ValType) -> Result<WaveType, WaveError> {
        Ok(match ty {
            ValType::Bool => WaveType::BOOL,
            ValType::S8 => WaveType::S8,
            ValType::U8 => WaveType::U8,
            ValType::S16 => WaveType::S16,
            ValType::U16 => WaveType::U16,
            ValType::S32 => WaveType::S32,
            ValType::U32 => WaveType::U32,
            ValType::S64 => WaveType::S64,
            ValType::U64 => WaveType::U64,
            ValType::F32 => WaveType::F32,
            ValType::F64 => WaveType::F64,
            ValType::Char => WaveType::CHAR,
            ValType::String => WaveType::STRING,
            ValType::ErrorContext => return Err(WaveError::NoText("an error context")),
            ValType::Type(id) => return self.wave_compound_type(&self.types[id].def),
        })
    }

    /// A list of fixed length is read as a list; its length is checked by [`Self::val`].
    fn wave_compound_type(&self, def: &TypeDef) -> Result<WaveType, WaveError> {
        let optional = |ty: &Option<ValType>| ty.map(|ty| self.wave_type(ty)).transpose();
        let made = match def {
            TypeDef::List(t) | TypeDef::FixedList(t, _) => Some(WaveType::list(self.wave_type(*t)?)),
            TypeDef::Map(k, v) => WaveType::map(self.wave_type(*k)?, self.wave_type(*v)?),
            TypeDef::Record(fields) => WaveType::record(
                fields.iter().map(|f| Ok((f.name.as_str(), self.wave_type(f.ty)?))).collect::<Result<Vec<_>, _>>()?,
            ),
            TypeDef::Tuple(types) => {
                WaveType::tuple(types.iter().map(|ty| self.wave_type(*ty)).collect::<Result<Vec<_>, _>>()?)
            }
            TypeDef::Variant(cases) => WaveType::variant(
                cases.iter().map(|c| Ok((c.name.as_str(), optional(&c.ty)?))).collect::<Result<Vec<_>, _>>()?,
            ),
            TypeDef::Enum(labels) => WaveType::enum_ty(labels.iter().map(String::as_str)),
            TypeDef::Option(t) => Some(WaveType::option(self.wave_type(*t)?)),
            TypeDef::Result { ok, err } => Some(WaveType::result(optional(ok)?, optional(err)?)),
            TypeDef::Flags(labels) => WaveType::flags(labels.iter().map(String::as_str)),
            TypeDef::Own(_) | TypeDef::Borrow(_) => return Err(WaveError::NoText("a handle")),
            TypeDef::Stream(_) => return Err(WaveError::NoText("a stream")),
            TypeDef::Future(_) => return Err(WaveError::NoText("a future")),
        };
        Ok(made.expect("validation refuses empty compound types and bad map keys"))
    }

    fn val(&self, value: &WaveValue, ty: ValType) -> Result<Val, WaveError> {
        Ok(match ty {
            ValType::Bool => Val::Bool(value.unwrap_bool()),
            ValType::S8 => Val::S8(value.unwrap_s8()),
            ValType::U8 => Val::U8(value.unwrap_u8()),
            ValType::S16 => Val::S16(value.unwrap_s16()),
            ValType::U16 => Val::U16(value.unwrap_u16()),
            ValType::S32 => Val::S32(value.unwrap_s32()),
            ValType::U32 => Val::U32(value.unwrap_u32()),
            ValType::S64 => Val::S64(value.unwrap_s64()),
            ValType::U64 => Val::U64(value.unwrap_u64()),
            ValType::F32 => Val::F32(value.unwrap_f32()),
            ValType::F64 => Val::F64(value.unwrap_f64()),
            ValType::Char => Val::Char(value.unwrap_char()),
            ValType::String => Val::String(value.unwrap_string().into_owned()),
            ValType::ErrorContext => return Err(WaveError::NoText("an error context")),
            ValType::Type(id) => return self.compound_val(value, &self.types[id].def),
        })
    }

    fn compound_val(&self, value: &WaveValue, def: &TypeDef) -> Result<Val, WaveError> {
        let each = |values: Box<dyn Iterator<Item = Cow<'_, WaveValue>> + '_>, ty: ValType| {
            values.map(|v| self.val(&v, ty)).collect::<Result<Vec<_>, _>>()
        };
        let payload = |value: Option<Cow<'_, WaveValue>>, ty: Option<ValType>| {
            value.zip(ty).map(|(v, ty)| self.val(&v, ty).map(Box::new)).transpose()
        };
        Ok(match def {
            TypeDef::List(t) => Val::List(each(value.unwrap_list(), *t)?),
            TypeDef::FixedList(t, n) => {
                let elements = each(value.unwrap_list(), *t)?;
                if elements.len() != *n as usize {
                    let message = format!("a list of {n} elements is expected, not of {}", elements.len());
                    return Err(WaveError::Text { message, span: 0..0 });
                }
                Val::List(elements)
            }
            TypeDef::Map(k, v) => Val::Map(
                value
                    .unwrap_map()
                    .map(|(key, value)| Ok((self.val(&key, *k)?, self.val(&value, *v)?)))
                    .collect::<Result<_, _>>()?,
            ),
            TypeDef::Record(fields) => {
                let read = value.unwrap_record().zip(fields);
                Val::Record(
                    read.map(|((_, v), f)| Ok((f.name.clone(), self.val(&v, f.ty)?))).collect::<Result<_, _>>()?,
                )
            }
            TypeDef::Tuple(types) => {
                let read = value.unwrap_tuple().zip(types);
                Val::Tuple(read.map(|(v, ty)| self.val(&v, *ty)).collect::<Result<_, _>>()?)
            }
            TypeDef::Variant(cases) => {
                let (name, value) = value.unwrap_variant();
                let ty = cases.iter().find(|c| c.name == name).and_then(|c| c.ty);
                Val::Variant(name.clone().into_owned(), payload(value, ty)?)
            }
            TypeDef::Enum(_) => Val::Enum(value.unwrap_enum().into_owned()),
            TypeDef::Option(t) => Val::Option(payload(value.unwrap_option(), Some(*t))?),
            TypeDef::Result { ok, err } => Val::Result(match value.unwrap_result() {
                Ok(v) => Ok(payload(v, *ok)?),
                Err(v) => Err(payload(v, *err)?),
            }),
            TypeDef::Flags(_) => Val::Flags(value.unwrap_flags().map(Cow::into_owned).collect()),
            TypeDef::Own(_) | TypeDef::Borrow(_) | TypeDef::Stream(_) | TypeDef::Future(_) => {
                unreachable!("`wave_type` refused the type")
            }
        })
    }

    fn wave_value(&self, val: &Val, ty: ValType) -> Result<WaveValue, WaveError> {
        Ok(match val {
            Val::Bool(v) => WaveValue::make_bool(*v),
            Val::S8(v) => WaveValue::make_s8(*v),
            Val::U8(v) => WaveValue::make_u8(*v),
            Val::S16(v) => WaveValue::make_s16(*v),
            Val::U16(v) => WaveValue::make_u16(*v),
            Val::S32(v) => WaveValue::make_s32(*v),
            Val::U32(v) => WaveValue::make_u32(*v),
            Val::S64(v) => WaveValue::make_s64(*v),
            Val::U64(v) => WaveValue::make_u64(*v),
            Val::F32(v) => WaveValue::make_f32(*v),
            Val::F64(v) => WaveValue::make_f64(*v),
            Val::Char(v) => WaveValue::make_char(*v),
            Val::String(v) => WaveValue::make_string(Cow::Borrowed(v)),
            compound => {
                let def = self.types.def(ty).ok_or(WaveError::NoText("a value of another type"))?;
                return self.wave_compound_value(compound, def, &self.wave_type(ty)?);
            }
        })
    }

    fn wave_compound_value(&self, val: &Val, def: &TypeDef, wave: &WaveType) -> Result<WaveValue, WaveError> {
        let each = |vals: &[Val], ty: ValType| {
            vals.iter().map(|v| self.wave_value(v, ty)).collect::<Result<Vec<_>, _>>()
        };
        let payload = |val: &Option<Box<Val>>, ty: Option<ValType>| {
            val.as_deref().zip(ty).map(|(v, ty)| self.wave_value(v, ty)).transpose()
        };
        let made = match (val, def) {
            (Val::List(vals), TypeDef::List(t) | TypeDef::FixedList(t, _)) => {
                WaveValue::make_list(wave, each(vals, *t)?)
            }
            (Val::Map(entries), TypeDef::Map(k, v)) => {
                let entries = entries.iter().map(|(key, val)| Ok((self.wave_value(key, *k)?, self.wave_value(val, *v)?)));
                WaveValue::make_map(wave, entries.collect::<Result<Vec<_>, _>>()?)
            }
            (Val::Record(vals), TypeDef::Record(fields)) => {
                let vals = vals.iter().zip(fields).map(|((name, v), f)| Ok((name.as_str(), self.wave_value(v, f.ty)?)));
                WaveValue::make_record(wave, vals.collect::<Result<Vec<_>, _>>()?)
            }
            (Val::Tuple(vals), TypeDef::Tuple(types)) => {
                let vals = vals.iter().zip(types).map(|(v, ty)| self.wave_value(v, *ty));
                WaveValue::make_tuple(wave, vals.collect::<Result<Vec<_>, _>>()?)
            }
            (Val::Variant(name, val), TypeDef::Variant(cases)) => {
                let ty = cases.iter().find(|c| c.name == *name).and_then(|c| c.ty);
                WaveValue::make_variant(wave, name, payload(val, ty)?)
            }
            (Val::Enum(name), TypeDef::Enum(_)) => WaveValue::make_enum(wave, name),
            (Val::Option(val), TypeDef::Option(t)) => WaveValue::make_option(wave, payload(val, Some(*t))?),
            (Val::Result(Ok(val)), TypeDef::Result { ok, .. }) => WaveValue::make_result(wave, Ok(payload(val, *ok)?)),
            (Val::Result(Err(val)), TypeDef::Result { err, .. }) => {
                WaveValue::make_result(wave, Err(payload(val, *err)?))
            }
            (Val::Flags(names), TypeDef::Flags(_)) => WaveValue::make_flags(wave, names.iter().map(String::as_str)),
            _ => return Err(WaveError::NoText("a handle")),
        };
        Ok(made.expect("the runtime gives values of the function's type"))
    }
}

impl WaveError {
    /// `before` bytes that were put before the text are not in the span.
    fn located(error: &ParserError, before: usize, len: usize) -> Self {
        let span = error.span();
        let place = |at: usize| at.saturating_sub(before).min(len);
        let message = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => match std::error::Error::source(error) {
                Some(source) => source.to_string(),
                None => error.kind().to_string(),
            },
        };
        WaveError::Text { message, span: place(span.start)..place(span.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Case, Field};

    fn sample() -> (Types, Vec<(ValType, &'static str)>) {
        let mut types = Types::default();
        let mut intern = |def| ValType::Type(types.intern(def));
        let list = intern(TypeDef::List(ValType::U8));
        let option = intern(TypeDef::Option(ValType::F64));
        let result = intern(TypeDef::Result { ok: None, err: Some(ValType::String) });
        let flags = intern(TypeDef::Flags(vec!["read".into(), "write".into()]));
        let colour = intern(TypeDef::Enum(vec!["red".into(), "some".into()]));
        let fixed = intern(TypeDef::FixedList(ValType::S16, 2));
        let map = intern(TypeDef::Map(ValType::String, ValType::U32));
        let variant = intern(TypeDef::Variant(vec![
            Case { name: "text".into(), ty: Some(ValType::String) },
            Case { name: "nothing".into(), ty: None },
        ]));
        let fields = vec![Field { name: "a".into(), ty: list }, Field { name: "b".into(), ty: variant }];
        let record = intern(TypeDef::Record(fields));
        let tuple = intern(TypeDef::Tuple(vec![record, result]));
        let samples = vec![
            (list, "[1, 255]"),
            (option, "some(0.5)"),
            (option, "none"),
            (result, "err(\"no\\\"\\n\")"),
            (flags, "{read}"),
            (colour, "%some"),
            (fixed, "[-1, 1]"),
            (map, "{\"k\": 1}"),
            (variant, "nothing"),
            (tuple, "({a: [], b: text(\"é\")}, ok)"),
            (ValType::Char, "'\u{1f980}'"),
            (ValType::S64, "-9223372036854775808"),
            (ValType::F32, "-inf"),
        ];
        (types, samples)
    }

    #[test]
    fn values_survive_reading_and_writing() {
        let (types, samples) = sample();
        let wave = WaveText::new(&types);
        for (ty, text) in samples {
            let val = wave.read(text, ty).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(wave.write(&val, ty).unwrap(), text);
        }
    }

    #[test]
    fn wrong_arguments_are_located() {
        let types = Types::default();
        let func = FuncType { params: vec![("n".into(), ValType::U8)], ..FuncType::default() };
        let wave = WaveText::new(&types);
        let at = |text: &str| match wave.read_arguments(text, &func) {
            Err(WaveError::Text { span, .. }) => Some(span),
            Err(WaveError::NoText(_)) => None,
            Ok(_) => None,
        };
        assert_eq!(at("(256)"), Some(1..4));
        assert_eq!(at("(x)"), Some(1..2));
        assert!(at("()").is_some());
        assert!(at("(1, 2)").is_some());
        assert_eq!(at("(1)"), None);
    }

    #[test]
    fn a_list_of_fixed_length_is_checked() {
        let mut types = Types::default();
        let fixed = ValType::Type(types.intern(TypeDef::FixedList(ValType::U8, 3)));
        assert!(WaveText::new(&types).read("[1, 2]", fixed).is_err());
    }
}
