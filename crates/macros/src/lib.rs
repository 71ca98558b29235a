//! Derives for the types that a host passes to and from WebAssembly components.
//!
//! The crate `cantilever-runtime` exports them beside the traits of the same names, and so does
//! `cantilever::runtime`. Depend on one of those.
//!
//! | Rust | component type |
//! |---|---|
//! | struct with named fields | record |
//! | the same with `#[component(flags)]`, every field a `bool` | flags |
//! | enum without payloads | enum, or variant without payloads |
//! | enum, each variant with one payload or none | variant |
//! | struct of one field with `#[component(transparent)]` | what the field stands for |
//!
//! Labels are the Rust names in kebab case; `#[component(name = "…")]` on a field or a variant
//! gives another. Order matters, as it does in the component's type.
//!
//! The crate knows how implementations look. It must not know layouts: every derived type gets a
//! `repr(C)` twin that the Rust compiler lays out.

mod component_type;
mod labels;
mod lift;
mod lower;
mod root;
mod shape;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use shape::Item;

/// Derives `ComponentType`: how the type lies in memory, and which component types it stands for.
#[proc_macro_derive(ComponentType, attributes(component))]
pub fn component_type(input: TokenStream) -> TokenStream {
    derive(input, component_type::implement)
}

/// Derives `Lower`: values can be given to guests. The type needs `ComponentType` as well.
#[proc_macro_derive(Lower, attributes(component))]
pub fn lower(input: TokenStream) -> TokenStream {
    derive(input, lower::implement)
}

/// Derives `Lift`: values can be received from guests. The type needs `ComponentType` as well.
#[proc_macro_derive(Lift, attributes(component))]
pub fn lift(input: TokenStream) -> TokenStream {
    derive(input, lift::implement)
}

fn derive(input: TokenStream, implement: fn(&Item) -> Tokens) -> TokenStream {
    let item = syn::parse(input).and_then(|input| Item::new(&input));
    item.map_or_else(|error| error.to_compile_error(), |item| implement(&item)).into()
}
