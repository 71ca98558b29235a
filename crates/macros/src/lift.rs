//! `Lift`: reads a value from its twin.

use crate::component_type::{bounded, union_field};
use crate::root::ROOT;
use crate::shape::{Case, Field, Item, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub(crate) fn implement(item: &Item) -> TokenStream {
    let ident = &item.ident;
    let generics = bounded(&item.generics, "Lift");
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let body = match &item.shape {
        Shape::Record(fields) => record(fields),
        Shape::Flags(fields) => flags(fields),
        Shape::Variant(cases) => variant(cases),
        Shape::Transparent(_) => quote!(#ROOT::Lift::lift(cx, ty, src).map(Self)),
    };
    let view = view(item);
    quote! {
        #view

        // SAFETY: reads fields as their types do, and a payload only when the discriminant says
        // that it is there.
        #[automatically_derived]
        unsafe impl #impl_generics #ROOT::Lift for #ident #ty_generics #where_clause {
            #[allow(unused_variables)]
            fn lift(
                cx: &mut #ROOT::LiftContext<'_>,
                ty: ::core::option::Option<#ROOT::derived::ValType>,
                src: &<Self as #ROOT::ComponentType>::Raw,
            ) -> ::core::result::Result<Self, #ROOT::ValueError> {
                #body
            }
        }
    }
}

/// `View`, for host functions that look at their parameters: the value is lifted. What borrows has
/// no `Lift`.
fn view(item: &Item) -> TokenStream {
    let ident = &item.ident;
    let mut generics = bounded(&item.generics, "Lift");
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(syn::parse_quote!('static));
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        // SAFETY: what is lifted borrows from nothing.
        #[automatically_derived]
        unsafe impl #impl_generics #ROOT::View for #ident #ty_generics #where_clause {
            type Of<'__a> = Self;

            unsafe fn view(
                cx: &mut #ROOT::LiftContext<'_>,
                ty: ::core::option::Option<#ROOT::derived::ValType>,
                src: &<Self as #ROOT::ComponentType>::Raw,
            ) -> ::core::result::Result<Self, #ROOT::ValueError> {
                #ROOT::Lift::lift(cx, ty, src)
            }
        }
    }
}

fn record(fields: &[Field]) -> TokenStream {
    let fields = fields
        .iter()
        .enumerate()
        .map(|(index, Field { ident, .. })| quote!(#ident: #ROOT::derived::lift_field(cx, def, #index, &src.#ident)?));
    quote! {
        let def = cx.def(ty);
        ::core::result::Result::Ok(Self { #(#fields,)* })
    }
}

fn flags(fields: &[Field]) -> TokenStream {
    let fields = fields.iter().enumerate().map(|(bit, Field { ident, .. })| quote!(#ident: *src >> #bit & 1 == 1));
    quote!(::core::result::Result::Ok(Self { #(#fields,)* }))
}

fn variant(cases: &[Case]) -> TokenStream {
    let plain = cases.iter().all(|case| case.payload.is_none());
    let discriminant = if plain { quote!(*src) } else { quote!(src.discriminant) };
    let arms = cases.iter().enumerate().map(|(index, Case { ident, payload, .. })| {
        let tag = Literal::usize_unsuffixed(index);
        if payload.is_none() {
            return quote!(#tag => ::core::result::Result::Ok(Self::#ident),);
        }
        let field = union_field(index);
        quote! {
            #tag => {
                // SAFETY: an adapter has written the payload of this case.
                let payload = unsafe { src.payload.#field.assume_init_ref() };
                #ROOT::derived::lift_payload(cx, def, #index, payload).map(Self::#ident)
            }
        }
    });
    quote! {
        let def = cx.def(ty);
        match #discriminant {
            #(#arms)*
            #[allow(unreachable_patterns)]
            _ => ::core::result::Result::Err(#ROOT::ValueError::Invalid("discriminant")),
        }
    }
}
