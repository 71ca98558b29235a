//! Types in the notation of WIT.
//!
//! Types are structural here, so a record that had a name in its WIT is printed with its fields.

use cantilever_abi::{FuncType, ResourceId, TypeDef, Types, ValType};
use std::fmt::{self, Write};

/// A text of this length in bytes ends soon. Types can share parts, so that their full notation is
/// exponentially long.
const MAX_TEXT: usize = 8 << 10;

/// Prints types of one component.
#[derive(Clone, Copy)]
pub struct WitText<'a> {
    types: &'a Types,
    resource_name: &'a dyn Fn(ResourceId) -> String,
}

impl<'a> WitText<'a> {
    /// Resource types are named by the function, since their names lie outside [`Types`].
    pub fn new(types: &'a Types, resource_name: &'a dyn Fn(ResourceId) -> String) -> Self {
        WitText { types, resource_name }
    }

    /// `name: func(a: u32) -> string`
    pub fn func(&self, name: &str, ty: &FuncType) -> String {
        let mut out = format!("{name}: {}func(", if ty.is_async { "async " } else { "" });
        let written = self.write_labelled(&mut out, ty.params.iter().map(|(name, ty)| (name, *ty)));
        written.and_then(|()| out.write_char(')')).expect("a string takes everything");
        if let Some(result) = ty.result {
            write!(out, " -> {}", self.ty(result)).expect("a string takes everything");
        }
        out
    }

    /// The type.
    pub fn ty(&self, ty: ValType) -> String {
        let mut out = String::new();
        self.write_type(&mut out, ty).expect("a string takes everything");
        out
    }

    fn write_type(&self, out: &mut String, ty: ValType) -> fmt::Result {
        if out.len() > MAX_TEXT {
            return out.write_char('…');
        }
        match self.types.def(ty) {
            Some(def) => self.write_def(out, def),
            None => out.write_str(primitive(ty)),
        }
    }

    fn write_def(&self, out: &mut String, def: &TypeDef) -> fmt::Result {
        match def {
            TypeDef::List(t) => self.write_generic(out, "list", &[Some(*t)]),
            TypeDef::FixedList(t, n) => {
                out.write_str("list<")?;
                self.write_type(out, *t)?;
                write!(out, ", {n}>")
            }
            TypeDef::Map(k, v) => self.write_generic(out, "map", &[Some(*k), Some(*v)]),
            TypeDef::Tuple(types) => {
                self.write_generic(out, "tuple", &types.iter().copied().map(Some).collect::<Vec<_>>())
            }
            TypeDef::Option(t) => self.write_generic(out, "option", &[Some(*t)]),
            TypeDef::Result { ok, err: None } if ok.is_some() => self.write_generic(out, "result", &[*ok]),
            TypeDef::Result { ok: None, err: None } => out.write_str("result"),
            TypeDef::Result { ok, err } => self.write_generic(out, "result", &[*ok, *err]),
            TypeDef::Stream(t) => self.write_generic(out, "stream", t.map(Some).as_slice()),
            TypeDef::Future(t) => self.write_generic(out, "future", t.map(Some).as_slice()),
            TypeDef::Own(r) => out.write_str(&(self.resource_name)(*r)),
            TypeDef::Borrow(r) => write!(out, "borrow<{}>", (self.resource_name)(*r)),
            TypeDef::Record(fields) => {
                out.write_str("record { ")?;
                self.write_labelled(out, fields.iter().map(|f| (&f.name, f.ty)))?;
                out.write_str(" }")
            }
            TypeDef::Enum(labels) => write!(out, "enum {{ {} }}", labels.join(", ")),
            TypeDef::Flags(labels) => write!(out, "flags {{ {} }}", labels.join(", ")),
            TypeDef::Variant(cases) => {
                out.write_str("variant { ")?;
                for (i, case) in cases.iter().enumerate() {
                    write!(out, "{}{}", if i == 0 { "" } else { ", " }, case.name)?;
                    if let Some(payload) = case.ty {
                        out.write_char('(')?;
                        self.write_type(out, payload)?;
                        out.write_char(')')?;
                    }
                }
                out.write_str(" }")
            }
        }
    }

    /// `name<a, b>`, where a type that is not there is `_`; without types only the name.
    fn write_generic(&self, out: &mut String, name: &str, types: &[Option<ValType>]) -> fmt::Result {
        out.write_str(name)?;
        for (i, ty) in types.iter().enumerate() {
            out.write_str(if i == 0 { "<" } else { ", " })?;
            match ty {
                Some(ty) => self.write_type(out, *ty)?,
                None => out.write_char('_')?,
            }
        }
        if types.is_empty() { Ok(()) } else { out.write_char('>') }
    }

    fn write_labelled<'n>(&self, out: &mut String, items: impl Iterator<Item = (&'n String, ValType)>) -> fmt::Result {
        for (i, (name, ty)) in items.enumerate() {
            write!(out, "{}{name}: ", if i == 0 { "" } else { ", " })?;
            self.write_type(out, ty)?;
        }
        Ok(())
    }
}

fn primitive(ty: ValType) -> &'static str {
    match ty {
        ValType::Bool => "bool",
        ValType::S8 => "s8",
        ValType::U8 => "u8",
        ValType::S16 => "s16",
        ValType::U16 => "u16",
        ValType::S32 => "s32",
        ValType::U32 => "u32",
        ValType::S64 => "s64",
        ValType::U64 => "u64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::Char => "char",
        ValType::String => "string",
        ValType::ErrorContext => "error-context",
        ValType::Type(_) => unreachable!("compound types have definitions"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cantilever_abi::{Case, Field};

    #[test]
    fn prints_types_as_wit_does() {
        let mut types = Types::default();
        let list = ValType::Type(types.intern(TypeDef::List(ValType::U8)));
        let result = ValType::Type(types.intern(TypeDef::Result { ok: None, err: Some(ValType::String) }));
        let variant = ValType::Type(types.intern(TypeDef::Variant(vec![
            Case { name: "a".into(), ty: Some(list) },
            Case { name: "b".into(), ty: None },
        ])));
        let record = ValType::Type(types.intern(TypeDef::Record(vec![
            Field { name: "x".into(), ty: result },
            Field { name: "y".into(), ty: variant },
        ])));
        let future = ValType::Type(types.intern(TypeDef::Future(None)));
        let ty = FuncType {
            params: vec![("r".into(), record), ("f".into(), future)],
            result: Some(ValType::Bool),
            is_async: false,
        };
        let name = |_: ResourceId| String::from("bucket");
        assert_eq!(
            WitText::new(&types, &name).func("go", &ty),
            "go: func(r: record { x: result<_, string>, y: variant { a(list<u8>), b } }, f: future) -> bool"
        );
    }
}
