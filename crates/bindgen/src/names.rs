//! Rust names for the labels of WIT: words in other cases, keywords, and names that are taken.

use proc_macro2::{Ident, Span};
use std::collections::HashSet;

/// `kebab-case` as `snake_case`.
pub(crate) fn snake_case(label: &str) -> String {
    label.replace('-', "_").to_lowercase()
}

/// `kebab-case` as `CamelCase`. Words that are capitals, as in `HTTP-error`, become ordinary words.
pub(crate) fn camel_case(label: &str) -> String {
    let mut name = String::new();
    for word in label.split('-') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.extend(letters.map(|letter| letter.to_ascii_lowercase()));
    }
    name
}

/// Do the derives find this label when they read the name of a struct's field?
pub(crate) fn field_implies_label(ident: &Ident, label: &str) -> bool {
    let name = ident.to_string();
    name.trim_start_matches("r#") == snake_case(label) && label == label.to_lowercase()
}

/// Do the derives find this label when they read the name of an enum's variant? Of words that have
/// one letter, or start with a digit, they cannot see the borders.
pub(crate) fn variant_implies_label(ident: &Ident, label: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.starts_with(|first: char| first.is_ascii_lowercase());
    let one_word = !label.contains('-') && label.starts_with(|first: char| first.is_ascii_lowercase());
    let borders = one_word || label.split('-').all(is_word);
    borders && label == label.to_lowercase() && *ident == camel_case(label)
}

/// An identifier, raw if the name is a keyword. The few keywords that cannot be raw get an
/// underscore. `syn` knows the keywords but for the latest edition's `gen`.
pub(crate) fn ident(name: &str) -> Ident {
    if name != "gen" && syn::parse_str::<Ident>(name).is_ok() {
        return Ident::new(name, Span::call_site());
    }
    match name {
        "self" | "Self" | "super" | "crate" | "_" => Ident::new(&format!("{name}_"), Span::call_site()),
        keyword => Ident::new_raw(keyword, Span::call_site()),
    }
}

/// Names that live side by side. Each is given once.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scope(HashSet<String>);

impl Scope {
    /// A scope in which these names are taken already.
    pub(crate) fn with(taken: &[&str]) -> Self {
        Scope(taken.iter().map(|name| (*name).to_owned()).collect())
    }

    /// The name, with underscores behind it if it is taken.
    pub(crate) fn claim(&mut self, name: &str) -> Ident {
        let mut free = name.to_owned();
        while !self.0.insert(free.clone()) {
            free.push('_');
        }
        ident(&free)
    }

    /// Is the name free?
    pub(crate) fn is_free(&self, name: &str) -> bool {
        !self.0.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_change_their_case() {
        assert_eq!(snake_case("DNS-error-payload"), "dns_error_payload");
        assert_eq!(camel_case("DNS-error-payload"), "DnsErrorPayload");
        assert_eq!(camel_case("a-1"), "A1");
    }

    #[test]
    fn keywords_are_escaped() {
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("self").to_string(), "self_");
        assert_eq!(ident("gen").to_string(), "r#gen");
        assert_eq!(ident("name").to_string(), "name");
    }

    #[test]
    fn labels_that_names_do_not_imply_are_found() {
        let variant = |label: &str| variant_implies_label(&ident(&camel_case(label)), label);
        assert!(variant("not-found") && variant("full") && variant("a"));
        assert!(!variant("DNS-error") && !variant("a-b") && !variant("utf-8"));
        let field = |label: &str| field_implies_label(&ident(&snake_case(label)), label);
        assert!(field("created-at") && field("type") && field("a-1"));
        assert!(!field("URI") && !field("self"));
    }

    #[test]
    fn a_name_is_given_once() {
        let mut scope = Scope::with(&["Vec"]);
        assert_eq!(["Vec", "Vec", "Entry"].map(|name| scope.claim(name).to_string()), ["Vec_", "Vec__", "Entry"]);
        assert!(!scope.is_free("Entry"));
    }
}
