//! Component values of any type.

use super::resource::ResourceAny;

/// A component value.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Val {
    Bool(bool),
    S8(i8),
    U8(u8),
    S16(i16),
    U16(u16),
    S32(i32),
    U32(u32),
    S64(i64),
    U64(u64),
    F32(f32),
    F64(f64),
    Char(char),
    String(String),
    /// A list, of fixed length or not.
    List(Vec<Val>),
    Map(Vec<(Val, Val)>),
    /// Fields in the order of the type.
    Record(Vec<(String, Val)>),
    Tuple(Vec<Val>),
    Variant(String, Option<Box<Val>>),
    Enum(String),
    Option(Option<Box<Val>>),
    Result(Result<Option<Box<Val>>, Option<Box<Val>>>),
    /// The flags that are set.
    Flags(Vec<String>),
    Resource(ResourceAny),
    ErrorContext(ErrorContext),
}

/// An error context. Its debug message is empty: all are discarded, as in the specification's
/// deterministic profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorContext;

impl ErrorContext {
    /// The debug message.
    pub fn debug_message(&self) -> &str {
        ""
    }
}

impl Val {
    /// The kind of value, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Val::Bool(_) => "bool",
            Val::S8(_) => "s8",
            Val::U8(_) => "u8",
            Val::S16(_) => "s16",
            Val::U16(_) => "u16",
            Val::S32(_) => "s32",
            Val::U32(_) => "u32",
            Val::S64(_) => "s64",
            Val::U64(_) => "u64",
            Val::F32(_) => "f32",
            Val::F64(_) => "f64",
            Val::Char(_) => "char",
            Val::String(_) => "string",
            Val::List(_) => "list",
            Val::Map(_) => "map",
            Val::Record(_) => "record",
            Val::Tuple(_) => "tuple",
            Val::Variant(..) => "variant",
            Val::Enum(_) => "enum",
            Val::Option(_) => "option",
            Val::Result(_) => "result",
            Val::Flags(_) => "flags",
            Val::Resource(_) => "resource",
            Val::ErrorContext(_) => "error-context",
        }
    }
}

/// Makes conversions from the Rust types that have one meaning only.
macro_rules! from {
    ($($rust:ty => $variant:ident),* $(,)?) => {
        $( impl From<$rust> for Val {
            fn from(value: $rust) -> Self {
                Val::$variant(value.into())
            }
        } )*
    };
}

from! {
    bool => Bool, i8 => S8, u8 => U8, i16 => S16, u16 => U16, i32 => S32, u32 => U32, i64 => S64, u64 => U64,
    f32 => F32, f64 => F64, char => Char, String => String, &str => String, ResourceAny => Resource,
    ErrorContext => ErrorContext,
}
