//! What a Rust type is as a component type: its labels and the types of its parts.

use crate::labels;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Fields, Generics, Ident, LitStr, Result, Type};

/// A Rust type that something is derived for.
pub(crate) struct Item {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) shape: Shape,
}

/// The component types that a Rust type can stand for.
pub(crate) enum Shape {
    Record(Vec<Field>),
    Flags(Vec<Field>),
    /// An enum is a variant without payloads.
    Variant(Vec<Case>),
    /// Whatever the only field stands for.
    Transparent(Box<Type>),
}

/// A field of a struct.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) label: String,
    pub(crate) ty: Type,
}

/// A variant of an enum.
pub(crate) struct Case {
    pub(crate) ident: Ident,
    pub(crate) label: String,
    pub(crate) payload: Option<Type>,
}

/// The contents of `#[component(…)]`.
#[derive(Default)]
struct Options {
    name: Option<String>,
    flags: bool,
    transparent: bool,
}

/// The largest number of labels that a `flags` type may have.
const MAX_FLAGS: usize = 32;

impl Item {
    pub(crate) fn new(input: &DeriveInput) -> Result<Self> {
        let options = Options::new(&input.attrs)?;
        if options.name.is_some() {
            return Err(Error::new(input.ident.span(), "a type has no label: component types are compared by shape"));
        }
        let shape = match &input.data {
            Data::Struct(data) if options.transparent => transparent(&data.fields, input)?,
            _ if options.transparent => {
                return Err(Error::new(input.ident.span(), "what is transparent is a struct"));
            }
            Data::Struct(data) => {
                let fields = fields(&data.fields, input)?;
                if options.flags { flags(fields, input)? } else { Shape::Record(fields) }
            }
            Data::Enum(_) if options.flags => {
                return Err(Error::new(input.ident.span(), "flags are a struct whose fields are `bool`s"));
            }
            Data::Enum(data) => Shape::Variant(data.variants.iter().map(case).collect::<Result<_>>()?),
            Data::Union(_) => return Err(Error::new(input.ident.span(), "a union stands for no component type")),
        };
        if matches!(&shape, Shape::Variant(cases) if cases.is_empty()) {
            return Err(Error::new(input.ident.span(), "a variant has at least one case"));
        }
        Ok(Item { ident: input.ident.clone(), generics: input.generics.clone(), shape })
    }
}

impl Options {
    fn new(attributes: &[Attribute]) -> Result<Self> {
        let mut options = Options::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("component")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    options.name = Some(meta.value()?.parse::<LitStr>()?.value());
                    Ok(())
                } else if meta.path.is_ident("flags") {
                    options.flags = true;
                    Ok(())
                } else if meta.path.is_ident("transparent") {
                    options.transparent = true;
                    Ok(())
                } else {
                    Err(meta.error("expected `name = \"…\"`, `flags` or `transparent`"))
                }
            })?;
        }
        Ok(options)
    }

    /// The options of a part of a type, and the label that they give, or another.
    fn label(attributes: &[Attribute], or: impl FnOnce() -> String) -> Result<String> {
        let options = Options::new(attributes)?;
        match attributes.first() {
            Some(first) if options.flags || options.transparent => {
                Err(Error::new(first.span(), "`flags` and `transparent` belong on the struct"))
            }
            _ => Ok(options.name.unwrap_or_else(or)),
        }
    }
}

fn fields(fields: &Fields, input: &DeriveInput) -> Result<Vec<Field>> {
    let field = |field: &syn::Field| {
        let ident = field.ident.clone().ok_or_else(|| {
            Error::new(field.span(), "a record's fields have names: use a struct with named fields, or a tuple")
        })?;
        let label = Options::label(&field.attrs, || labels::of_field(&ident.to_string()))?;
        Ok(Field { ident, label, ty: field.ty.clone() })
    };
    let fields = fields.iter().map(field).collect::<Result<Vec<_>>>()?;
    if fields.is_empty() {
        return Err(Error::new(input.ident.span(), "a record has at least one field"));
    }
    Ok(fields)
}

fn flags(fields: Vec<Field>, input: &DeriveInput) -> Result<Shape> {
    if fields.len() > MAX_FLAGS {
        return Err(Error::new(input.ident.span(), format!("there can be at most {MAX_FLAGS} flags")));
    }
    Ok(Shape::Flags(fields))
}

fn transparent(fields: &Fields, input: &DeriveInput) -> Result<Shape> {
    match fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            Ok(Shape::Transparent(Box::new(fields.unnamed[0].ty.clone())))
        }
        _ => Err(Error::new(input.ident.span(), "a transparent struct has one field, without a name")),
    }
}

fn case(variant: &syn::Variant) -> Result<Case> {
    let one_or_none = "a case has one payload or none: `Case`, or `Case(Payload)` (several values are a tuple)";
    let payload = match &variant.fields {
        Fields::Unit => None,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first().map(|field| field.ty.clone()),
        _ => return Err(Error::new(variant.span(), one_or_none)),
    };
    let label = Options::label(&variant.attrs, || labels::of_variant(&variant.ident.to_string()))?;
    Ok(Case { ident: variant.ident.clone(), label, payload })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Result<Shape> {
        Item::new(&syn::parse_str(text).expect("Rust")).map(|item| item.shape)
    }

    #[test]
    fn labels_are_derived_or_given() {
        let Ok(Shape::Record(fields)) = shape("struct S { a_b: u32, #[component(name = \"y\")] x: u8 }") else {
            panic!("no record")
        };
        assert_eq!(fields.iter().map(|field| field.label.as_str()).collect::<Vec<_>>(), ["a-b", "y"]);
        let Ok(Shape::Variant(cases)) = shape("enum E { NotFound(String), #[component(name = \"all\")] Full }") else {
            panic!("no variant")
        };
        let cases: Vec<_> = cases.iter().map(|case| (case.label.as_str(), case.payload.is_some())).collect();
        assert_eq!(cases, [("not-found", true), ("all", false)]);
        assert!(matches!(shape("#[component(flags)] struct F { read: bool }"), Ok(Shape::Flags(_))));
        assert!(matches!(shape("#[component(transparent)] struct N(u32);"), Ok(Shape::Transparent(_))));
    }

    #[test]
    fn other_types_are_refused() {
        for (text, reason) in [
            ("struct S;", "at least one field"),
            ("struct S(u32);", "named fields"),
            ("enum E {}", "at least one case"),
            ("enum E { A(u8, u8) }", "one payload or none"),
            ("enum E { A { x: u8 } }", "one payload or none"),
            ("union U { a: u8 }", "union"),
            ("#[component(flags)] enum E { A }", "struct"),
            ("#[component(name = \"s\")] struct S { a: u8 }", "no label"),
            ("#[component(transparent)] enum E { A }", "struct"),
            ("#[component(transparent)] struct S { a: u8 }", "one field"),
            ("#[component(transparent)] struct S(u8, u8);", "one field"),
            ("struct S { #[component(flags)] a: u8 }", "on the struct"),
            ("struct S { #[component(rename = \"b\")] a: u8 }", "expected `name"),
        ] {
            let error = shape(text).err().expect(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        let many: String = (0..33).map(|i| format!("f{i}: bool, ")).collect();
        assert!(shape(&format!("#[component(flags)] struct F {{ {many} }}")).is_err());
    }
}
