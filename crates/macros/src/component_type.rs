//! `ComponentType`: the `repr(C)` twin of a type, and its check.

use crate::root::ROOT;
use crate::shape::{Case, Field, Item, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Generics, parse_quote};

/// The item's generics with a bound on each type parameter.
pub(crate) fn bounded(generics: &Generics, bound: &str) -> Generics {
    let mut generics = generics.clone();
    let bound = format_ident!("{bound}");
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#ROOT::#bound));
    }
    generics
}

/// The field of the union of payloads for a case.
pub(crate) fn union_field(case: usize) -> Ident {
    format_ident!("case{case}")
}

/// The integer type with room for so many bits.
pub(crate) fn unsigned(bits: u32) -> Ident {
    format_ident!(
        "{}",
        if bits <= u8::BITS {
            "u8"
        } else if bits <= u16::BITS {
            "u16"
        } else {
            "u32"
        }
    )
}

/// The type of the discriminant.
pub(crate) fn discriminant(cases: &[Case]) -> Ident {
    unsigned(usize::BITS - (cases.len() - 1).leading_zeros())
}

pub(crate) fn implement(item: &Item) -> TokenStream {
    let ident = &item.ident;
    let generics = bounded(&item.generics, "ComponentType");
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (definitions, raw) = twin(item, &generics);
    let check = check(&item.shape);
    quote! {
        const _: () = {
            #definitions

            // SAFETY: `Raw` has the fields that the check requires, in their order, and the
            // canonical ABI lays out as C does; parts that may be absent are uninitialised memory.
            #[automatically_derived]
            unsafe impl #impl_generics #ROOT::ComponentType for #ident #ty_generics #where_clause {
                type Raw = #raw;

                fn typecheck(
                    ty: ::core::option::Option<#ROOT::derived::ValType>,
                    cx: &#ROOT::TypeContext<'_>,
                ) -> ::core::result::Result<(), #ROOT::ValueError> {
                    #check
                }
            }
        };
    }
}

/// Definitions of the types that the twin is made of, and the twin.
fn twin(item: &Item, generics: &Generics) -> (TokenStream, TokenStream) {
    let name = format_ident!("__Raw{}", item.ident);
    let (_, ty_generics, where_clause) = generics.split_for_impl();
    match &item.shape {
        Shape::Transparent(field) => (quote!(), raw(field)),
        Shape::Flags(fields) => {
            let bits = unsigned(fields.len() as u32);
            (quote!(), quote!(#bits))
        }
        Shape::Record(fields) => {
            let parts = fields.iter().map(|Field { ident, ty, .. }| {
                let ty = raw(ty);
                quote!(#ident: #ty)
            });
            let definition = quote!(struct #name #generics #where_clause { #(#parts,)* });
            (copied(&name, generics, &definition), quote!(#name #ty_generics))
        }
        Shape::Variant(cases) if cases.iter().all(|case| case.payload.is_none()) => {
            let tag = discriminant(cases);
            (quote!(), quote!(#tag))
        }
        Shape::Variant(cases) => {
            let union_name = format_ident!("__RawPayload{}", item.ident);
            let payloads = cases.iter().enumerate().filter_map(|(index, case)| {
                let (field, ty) = (union_field(index), raw(case.payload.as_ref()?));
                Some(quote!(#field: ::core::mem::MaybeUninit<#ty>))
            });
            let payloads = copied(
                &union_name,
                generics,
                &quote! {
                    union #union_name #generics #where_clause { #(#payloads,)* }
                },
            );
            let tag = discriminant(cases);
            let whole = copied(
                &name,
                generics,
                &quote! {
                    struct #name #generics #where_clause { discriminant: #tag, payload: #union_name #ty_generics }
                },
            );
            (quote!(#payloads #whole), quote!(#name #ty_generics))
        }
    }
}

fn raw(ty: &syn::Type) -> TokenStream {
    quote!(<#ty as #ROOT::ComponentType>::Raw)
}

/// A definition as a public `repr(C)` type that can be copied.
fn copied(name: &Ident, generics: &Generics, definition: &TokenStream) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[doc(hidden)]
        #[repr(C)]
        pub #definition

        impl #impl_generics ::core::clone::Clone for #name #ty_generics #where_clause {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl #impl_generics ::core::marker::Copy for #name #ty_generics #where_clause {}
    }
}

fn check(shape: &Shape) -> TokenStream {
    let typecheck = |ty: &syn::Type| quote!(<#ty as #ROOT::ComponentType>::typecheck);
    match shape {
        Shape::Transparent(field) => {
            let check = typecheck(field);
            quote!(#check(ty, cx))
        }
        Shape::Record(fields) => {
            let fields = fields.iter().map(|field| {
                let (label, check) = (&field.label, typecheck(&field.ty));
                quote!((#label, #check))
            });
            quote!(#ROOT::derived::check_record(ty, cx, &[#(#fields),*]))
        }
        Shape::Flags(fields) => {
            let labels = fields.iter().map(|field| &field.label);
            quote!(#ROOT::derived::check_flags(ty, cx, &[#(#labels),*]))
        }
        Shape::Variant(cases) => {
            let unit = parse_quote!(());
            let cases = cases.iter().map(|case| {
                let (label, check) = (&case.label, typecheck(case.payload.as_ref().unwrap_or(&unit)));
                quote!((#label, #check))
            });
            quote!(#ROOT::derived::check_variant(ty, cx, &[#(#cases),*]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discriminants_have_room_for_all_cases() {
        for (cases, expected) in [(1, "u8"), (2, "u8"), (256, "u8"), (257, "u16"), (65_536, "u16"), (65_537, "u32")] {
            let case = || Case { ident: format_ident!("Case"), label: String::new(), payload: None };
            let cases: Vec<Case> = (0..cases).map(|_| case()).collect();
            assert_eq!(discriminant(&cases).to_string(), expected);
        }
    }
}
