//! Values as WAVE text: arguments are read and results are written in it.
//!
//! Handles, streams, futures and error contexts have no WAVE text, so functions that take or return
//! them cannot be called from text.

use super::reflection::{FuncSignature, Type, TypeShape};
use super::val::Val;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use wasm_wave::parser::ParserError;
use wasm_wave::untyped::UntypedFuncCall;
use wasm_wave::wasm::{WasmType, WasmTypeKind, WasmValue, WasmValueError};

/// Why a text is not a value of a type, or a value has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaveError {
    /// The text is not of the expected type.
    Text {
        /// What is wrong.
        message: String,
        /// Where, in bytes of the text.
        span: Range<usize>,
    },
    /// The type, which is given, has no text.
    NoText(String),
}

impl WaveError {
    /// `before` bytes that were put before a text of `len` bytes are not in the span.
    fn located(error: &ParserError, before: usize, len: usize) -> Self {
        let span = error.span();
        let place = |at: usize| at.saturating_sub(before).min(len);
        let message = match (error.detail(), std::error::Error::source(error)) {
            (Some(detail), _) => format!("{}: {detail}", error.kind()),
            (None, Some(source)) => source.to_string(),
            (None, None) => error.kind().to_string(),
        };
        WaveError::Text { message, span: place(span.start)..place(span.end) }
    }
}

impl fmt::Display for WaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaveError::Text { message, .. } => f.write_str(message),
            WaveError::NoText(ty) => write!(f, "values of type {ty} cannot be written as text"),
        }
    }
}

impl std::error::Error for WaveError {}

/// Reads `(a, b)`. Trailing parameters of option types may be left out.
pub fn read_arguments(text: &str, func: &FuncSignature) -> Result<Vec<Val>, WaveError> {
    /// The parser wants a name before arguments; this one stands for whatever name they came with.
    const CALLEE: &str = "f";
    func.params.iter().try_for_each(|(_, ty)| check(ty))?;
    let call = format!("{CALLEE}{text}");
    let types: Vec<Type> = func.params.iter().map(|(_, ty)| ty.clone()).collect();
    UntypedFuncCall::parse(&call)
        .and_then(|call| call.to_wasm_params(&types))
        .map_err(|e| WaveError::located(&e, CALLEE.len(), text.len()))
}

/// Reads one value.
pub fn read(text: &str, ty: &Type) -> Result<Val, WaveError> {
    check(ty)?;
    wasm_wave::from_str(ty, text).map_err(|e| WaveError::located(&e, 0, text.len()))
}

/// Writes a value of a type that has passed [`check`].
pub fn write(val: &Val) -> String {
    wasm_wave::to_string(val).expect("only handles cannot be written, and `check` refuses them")
}

/// Have all values of the type a text?
pub fn check(ty: &Type) -> Result<(), WaveError> {
    match ty.shape() {
        TypeShape::List(t) | TypeShape::FixedList(t, _) | TypeShape::Option(t) => check(&t),
        TypeShape::Map(k, v) => check(&k).and_then(|()| check(&v)),
        TypeShape::Record(fields) => fields.iter().try_for_each(|(_, ty)| check(ty)),
        TypeShape::Tuple(types) => types.iter().try_for_each(check),
        TypeShape::Variant(cases) => cases.iter().filter_map(|(_, ty)| ty.as_ref()).try_for_each(check),
        TypeShape::Result { ok, err } => ok.iter().chain(&err).try_for_each(check),
        shape if kind(&shape) == WasmTypeKind::Unsupported => Err(WaveError::NoText(ty.to_string())),
        _ => Ok(()),
    }
}

/// A list of fixed length is read as a list; [`Val::make_list`] checks its length.
fn kind(shape: &TypeShape) -> WasmTypeKind {
    match shape {
        TypeShape::Bool => WasmTypeKind::Bool,
        TypeShape::S8 => WasmTypeKind::S8,
        TypeShape::U8 => WasmTypeKind::U8,
        TypeShape::S16 => WasmTypeKind::S16,
        TypeShape::U16 => WasmTypeKind::U16,
        TypeShape::S32 => WasmTypeKind::S32,
        TypeShape::U32 => WasmTypeKind::U32,
        TypeShape::S64 => WasmTypeKind::S64,
        TypeShape::U64 => WasmTypeKind::U64,
        TypeShape::F32 => WasmTypeKind::F32,
        TypeShape::F64 => WasmTypeKind::F64,
        TypeShape::Char => WasmTypeKind::Char,
        TypeShape::String => WasmTypeKind::String,
        TypeShape::List(_) | TypeShape::FixedList(..) => WasmTypeKind::List,
        TypeShape::Map(..) => WasmTypeKind::Map,
        TypeShape::Record(_) => WasmTypeKind::Record,
        TypeShape::Tuple(_) => WasmTypeKind::Tuple,
        TypeShape::Variant(_) => WasmTypeKind::Variant,
        TypeShape::Enum(_) => WasmTypeKind::Enum,
        TypeShape::Option(_) => WasmTypeKind::Option,
        TypeShape::Result { .. } => WasmTypeKind::Result,
        TypeShape::Flags(_) => WasmTypeKind::Flags,
        TypeShape::ErrorContext
        | TypeShape::Own(_)
        | TypeShape::Borrow(_)
        | TypeShape::Stream(_)
        | TypeShape::Future(_) => WasmTypeKind::Unsupported,
    }
}

impl WasmType for Type {
    fn kind(&self) -> WasmTypeKind {
        kind(&self.shape())
    }

    fn list_element_type(&self) -> Option<Self> {
        match self.shape() {
            TypeShape::List(t) | TypeShape::FixedList(t, _) => Some(t),
            _ => None,
        }
    }

    fn record_fields(&self) -> Box<dyn Iterator<Item = (Cow<'_, str>, Self)> + '_> {
        let TypeShape::Record(fields) = self.shape() else { return Box::new(std::iter::empty()) };
        Box::new(fields.into_iter().map(|(name, ty)| (Cow::Owned(name), ty)))
    }

    fn tuple_element_types(&self) -> Box<dyn Iterator<Item = Self> + '_> {
        let TypeShape::Tuple(types) = self.shape() else { return Box::new(std::iter::empty()) };
        Box::new(types.into_iter())
    }

    fn variant_cases(&self) -> Box<dyn Iterator<Item = (Cow<'_, str>, Option<Self>)> + '_> {
        let TypeShape::Variant(cases) = self.shape() else { return Box::new(std::iter::empty()) };
        Box::new(cases.into_iter().map(|(name, ty)| (Cow::Owned(name), ty)))
    }

    fn enum_cases(&self) -> Box<dyn Iterator<Item = Cow<'_, str>> + '_> {
        let TypeShape::Enum(labels) = self.shape() else { return Box::new(std::iter::empty()) };
        Box::new(labels.into_iter().map(Cow::Owned))
    }

    fn option_some_type(&self) -> Option<Self> {
        match self.shape() {
            TypeShape::Option(t) => Some(t),
            _ => None,
        }
    }

    fn result_types(&self) -> Option<(Option<Self>, Option<Self>)> {
        match self.shape() {
            TypeShape::Result { ok, err } => Some((ok, err)),
            _ => None,
        }
    }

    fn flags_names(&self) -> Box<dyn Iterator<Item = Cow<'_, str>> + '_> {
        let TypeShape::Flags(labels) = self.shape() else { return Box::new(std::iter::empty()) };
        Box::new(labels.into_iter().map(Cow::Owned))
    }

    fn map_key_value_types(&self) -> Option<(Self, Self)> {
        match self.shape() {
            TypeShape::Map(k, v) => Some((k, v)),
            _ => None,
        }
    }
}

/// Makes the two methods for each primitive type.
macro_rules! primitives {
    ($($variant:ident: $rust:ty, $make:ident, $unwrap:ident;)*) => { $(
        fn $make(val: $rust) -> Self {
            Val::$variant(val)
        }

        fn $unwrap(&self) -> $rust {
            match self {
                Val::$variant(val) => *val,
                other => unreachable!("{} is not of the kind that it was found to be", other.kind()),
            }
        }
    )* };
}

/// The contents of a value whose kind the caller has looked at.
macro_rules! contents {
    ($val:expr, $variant:ident) => {
        match $val {
            Val::$variant(contents) => contents,
            other => unreachable!("{} is not of the kind that it was found to be", other.kind()),
        }
    };
}

/// Values are made by the parser, from parts that it has read by the parts of the type.
impl WasmValue for Val {
    type Type = Type;

    primitives! {
        Bool: bool, make_bool, unwrap_bool;
        S8: i8, make_s8, unwrap_s8;
        U8: u8, make_u8, unwrap_u8;
        S16: i16, make_s16, unwrap_s16;
        U16: u16, make_u16, unwrap_u16;
        S32: i32, make_s32, unwrap_s32;
        U32: u32, make_u32, unwrap_u32;
        S64: i64, make_s64, unwrap_s64;
        U64: u64, make_u64, unwrap_u64;
        F32: f32, make_f32, unwrap_f32;
        F64: f64, make_f64, unwrap_f64;
        Char: char, make_char, unwrap_char;
    }

    fn kind(&self) -> WasmTypeKind {
        match self {
            Val::Bool(_) => WasmTypeKind::Bool,
            Val::S8(_) => WasmTypeKind::S8,
            Val::U8(_) => WasmTypeKind::U8,
            Val::S16(_) => WasmTypeKind::S16,
            Val::U16(_) => WasmTypeKind::U16,
            Val::S32(_) => WasmTypeKind::S32,
            Val::U32(_) => WasmTypeKind::U32,
            Val::S64(_) => WasmTypeKind::S64,
            Val::U64(_) => WasmTypeKind::U64,
            Val::F32(_) => WasmTypeKind::F32,
            Val::F64(_) => WasmTypeKind::F64,
            Val::Char(_) => WasmTypeKind::Char,
            Val::String(_) => WasmTypeKind::String,
            Val::List(_) => WasmTypeKind::List,
            Val::Map(_) => WasmTypeKind::Map,
            Val::Record(_) => WasmTypeKind::Record,
            Val::Tuple(_) => WasmTypeKind::Tuple,
            Val::Variant(..) => WasmTypeKind::Variant,
            Val::Enum(_) => WasmTypeKind::Enum,
            Val::Option(_) => WasmTypeKind::Option,
            Val::Result(_) => WasmTypeKind::Result,
            Val::Flags(_) => WasmTypeKind::Flags,
            Val::Resource(_) | Val::ErrorContext(_) => WasmTypeKind::Unsupported,
        }
    }

    fn make_string(val: Cow<'_, str>) -> Self {
        Val::String(val.into_owned())
    }

    fn make_list(ty: &Type, vals: impl IntoIterator<Item = Self>) -> Result<Self, WasmValueError> {
        let vals: Vec<Val> = vals.into_iter().collect();
        match ty.shape() {
            TypeShape::FixedList(_, n) if vals.len() != n as usize => {
                Err(WasmValueError::Other(format!("expected {n} elements; got {}", vals.len())))
            }
            _ => Ok(Val::List(vals)),
        }
    }

    fn make_record<'a>(_: &Type, fields: impl IntoIterator<Item = (&'a str, Self)>) -> Result<Self, WasmValueError> {
        Ok(Val::Record(fields.into_iter().map(|(name, val)| (name.to_owned(), val)).collect()))
    }

    fn make_tuple(_: &Type, vals: impl IntoIterator<Item = Self>) -> Result<Self, WasmValueError> {
        Ok(Val::Tuple(vals.into_iter().collect()))
    }

    fn make_variant(_: &Type, case: &str, val: Option<Self>) -> Result<Self, WasmValueError> {
        Ok(Val::Variant(case.to_owned(), val.map(Box::new)))
    }

    fn make_enum(ty: &Type, case: &str) -> Result<Self, WasmValueError> {
        if !ty.enum_cases().any(|name| name == case) {
            return Err(WasmValueError::UnknownCase(case.to_owned()));
        }
        Ok(Val::Enum(case.to_owned()))
    }

    fn make_option(_: &Type, val: Option<Self>) -> Result<Self, WasmValueError> {
        Ok(Val::Option(val.map(Box::new)))
    }

    fn make_result(_: &Type, val: Result<Option<Self>, Option<Self>>) -> Result<Self, WasmValueError> {
        Ok(Val::Result(val.map(|ok| ok.map(Box::new)).map_err(|err| err.map(Box::new))))
    }

    fn make_flags<'a>(ty: &Type, names: impl IntoIterator<Item = &'a str>) -> Result<Self, WasmValueError> {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let known: Vec<Cow<'_, str>> = ty.flags_names().collect();
        match names.iter().find(|name| !known.iter().any(|known| known == *name)) {
            Some(unknown) => Err(WasmValueError::UnknownCase(unknown.clone())),
            None => Ok(Val::Flags(names)),
        }
    }

    fn make_map(_: &Type, entries: impl IntoIterator<Item = (Self, Self)>) -> Result<Self, WasmValueError> {
        Ok(Val::Map(entries.into_iter().collect()))
    }

    fn unwrap_string(&self) -> Cow<'_, str> {
        Cow::Borrowed(contents!(self, String))
    }

    fn unwrap_list(&self) -> Box<dyn Iterator<Item = Cow<'_, Self>> + '_> {
        Box::new(contents!(self, List).iter().map(Cow::Borrowed))
    }

    fn unwrap_record(&self) -> Box<dyn Iterator<Item = (Cow<'_, str>, Cow<'_, Self>)> + '_> {
        Box::new(contents!(self, Record).iter().map(|(name, val)| (Cow::Borrowed(name.as_str()), Cow::Borrowed(val))))
    }

    fn unwrap_tuple(&self) -> Box<dyn Iterator<Item = Cow<'_, Self>> + '_> {
        Box::new(contents!(self, Tuple).iter().map(Cow::Borrowed))
    }

    fn unwrap_variant(&self) -> (Cow<'_, str>, Option<Cow<'_, Self>>) {
        match self {
            Val::Variant(case, val) => (Cow::Borrowed(case), val.as_deref().map(Cow::Borrowed)),
            other => unreachable!("{} is not of the kind that it was found to be", other.kind()),
        }
    }

    fn unwrap_enum(&self) -> Cow<'_, str> {
        Cow::Borrowed(contents!(self, Enum))
    }

    fn unwrap_option(&self) -> Option<Cow<'_, Self>> {
        contents!(self, Option).as_deref().map(Cow::Borrowed)
    }

    fn unwrap_result(&self) -> Result<Option<Cow<'_, Self>>, Option<Cow<'_, Self>>> {
        match contents!(self, Result) {
            Ok(val) => Ok(val.as_deref().map(Cow::Borrowed)),
            Err(val) => Err(val.as_deref().map(Cow::Borrowed)),
        }
    }

    fn unwrap_flags(&self) -> Box<dyn Iterator<Item = Cow<'_, str>> + '_> {
        Box::new(contents!(self, Flags).iter().map(|name| Cow::Borrowed(name.as_str())))
    }

    fn unwrap_map(&self) -> Box<dyn Iterator<Item = (Cow<'_, Self>, Cow<'_, Self>)> + '_> {
        Box::new(contents!(self, Map).iter().map(|(key, val)| (Cow::Borrowed(key), Cow::Borrowed(val))))
    }
}
