//! The path of the crate whose traits are derived, in the crate that derives them.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

/// Stands in a quotation for the path of the runtime: a dependency of its own, or the module of the
/// façade.
pub(crate) const ROOT: Root = Root;

pub(crate) struct Root;

impl ToTokens for Root {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let named = |name: &str| Ident::new(name, Span::call_site());
        tokens.extend(match (crate_name("cantilever-runtime"), crate_name("cantilever")) {
            (Ok(FoundCrate::Name(name)), _) => {
                let name = named(&name);
                quote!(::#name)
            }
            (Ok(FoundCrate::Itself), _) => quote!(::cantilever_runtime),
            (Err(_), Ok(FoundCrate::Name(name))) => {
                let name = named(&name);
                quote!(::#name::runtime)
            }
            (Err(_), _) => quote!(::cantilever::runtime),
        });
    }
}
