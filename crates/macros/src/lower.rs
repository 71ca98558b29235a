//! `Lower`: writes the twin of a value.

use crate::component_type::{bounded, discriminant, union_field, unsigned};
use crate::root::ROOT;
use crate::shape::{Case, Field, Item, Shape};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn implement(item: &Item) -> TokenStream {
    let ident = &item.ident;
    let generics = bounded(&item.generics, "Lower");
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let body = match &item.shape {
        Shape::Record(fields) => record(fields),
        Shape::Flags(fields) => flags(fields),
        Shape::Variant(cases) => variant(cases),
        Shape::Transparent(_) => quote!(#ROOT::Lower::lower(&self.0, cx, ty, dst)),
    };
    quote! {
        // SAFETY: writes every field, or the discriminant and the payload of its case.
        #[automatically_derived]
        unsafe impl #impl_generics #ROOT::Lower for #ident #ty_generics #where_clause {
            #[allow(unused_variables)]
            fn lower(
                &self,
                cx: &mut #ROOT::LowerContext<'_>,
                ty: ::core::option::Option<#ROOT::derived::ValType>,
                dst: &mut ::core::mem::MaybeUninit<<Self as #ROOT::ComponentType>::Raw>,
            ) -> ::core::result::Result<(), #ROOT::ValueError> {
                #body
            }
        }
    }
}

fn record(fields: &[Field]) -> TokenStream {
    let fields = fields.iter().enumerate().map(|(index, Field { ident, .. })| {
        quote! {
            // SAFETY: a field of the place that `dst` borrows; a `MaybeUninit` may be
            // uninitialised.
            let place = unsafe { &mut *(&raw mut (*dst).#ident).cast() };
            #ROOT::derived::lower_field(&self.#ident, cx, def, #index, place)?;
        }
    });
    quote! {
        let def = cx.def(ty);
        let dst = dst.as_mut_ptr();
        #(#fields)*
        ::core::result::Result::Ok(())
    }
}

fn flags(fields: &[Field]) -> TokenStream {
    let ty = unsigned(fields.len() as u32);
    let bits = fields.iter().enumerate().map(|(bit, Field { ident, .. })| quote!(#ty::from(self.#ident) << #bit));
    quote! {
        dst.write(#(#bits)|*);
        ::core::result::Result::Ok(())
    }
}

fn variant(cases: &[Case]) -> TokenStream {
    let ty = discriminant(cases);
    if cases.iter().all(|case| case.payload.is_none()) {
        let arms = cases.iter().enumerate().map(|(index, Case { ident, .. })| quote!(Self::#ident => #index as #ty));
        return quote! {
            dst.write(match self { #(#arms,)* });
            ::core::result::Result::Ok(())
        };
    }
    let arms = cases.iter().enumerate().map(|(index, Case { ident, payload, .. })| {
        let tag = quote!((&raw mut (*dst).discriminant).write(#index as #ty));
        if payload.is_none() {
            return quote! {
                Self::#ident => {
                    // SAFETY: a field of the place that `dst` borrows.
                    unsafe { #tag };
                    ::core::result::Result::Ok(())
                }
            };
        }
        let field = union_field(index);
        quote! {
            Self::#ident(payload) => {
                // SAFETY: fields of the place that `dst` borrows; a `MaybeUninit` may be
                // uninitialised.
                let place = unsafe {
                    #tag;
                    &mut (*dst).payload.#field
                };
                #ROOT::derived::lower_payload(payload, cx, def, #index, place)
            }
        }
    });
    quote! {
        let def = cx.def(ty);
        let dst = dst.as_mut_ptr();
        match self { #(#arms)* }
    }
}
