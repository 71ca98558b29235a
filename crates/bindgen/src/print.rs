//! Prints items of Rust as text that people read.
//!
//! The text does not depend on whether `rustfmt` is installed, nor on how it is set up: files tell
//! it to leave them alone.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What stands in every file.
const NOTICE: &str = "\
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]
";

/// A file of these items.
pub(crate) fn file(docs: &[String], items: &[String]) -> String {
    let mut text = String::new();
    for line in docs {
        text += if line.is_empty() { "//!" } else { "//! " };
        text += line;
        text.push('\n');
    }
    text += NOTICE;
    for item in items.iter().filter(|item| !item.is_empty()) {
        text.push('\n');
        text += item;
    }
    text
}

/// The text of an item.
pub(crate) fn item(item: &TokenStream) -> String {
    let file = syn::parse2(item.clone());
    let file = file.unwrap_or_else(|error| panic!("what is generated is no Rust: {error}\n{item}"));
    apart(&prettyplease::unparse(&file))
}

/// The text of a type or a path, in one line.
pub(crate) fn in_line(tokens: &TokenStream) -> String {
    let mut text = String::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text += open;
                text += &in_line(&group.stream());
                text += close;
            }
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                if matches!(punct.as_char(), ',' | ';') {
                    text.push(' ');
                }
            }
            token => text += &token.to_string(),
        }
    }
    text.trim_end().to_owned()
}

/// Puts blank lines between the functions of an item.
fn apart(text: &str) -> String {
    let mut spaced = String::new();
    let mut before = "";
    for line in text.lines() {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let is_comment = before.trim_start().starts_with("//");
        let ends = !is_comment && before.ends_with([';', '}']);
        let starts = line.trim_start().starts_with("///") || line.trim_start().starts_with("#[");
        if ends && starts && indent(before) == indent(line) && indent(line) > 0 {
            spaced.push('\n');
        }
        spaced += line;
        spaced.push('\n');
        before = line;
    }
    spaced
}

/// The file of these modules. What is generated follows the names and the words of the WIT, so
/// lints on style say nothing there.
pub(crate) fn root(doc: &str, modules: &[TokenStream]) -> String {
    let lints = "#![allow(dead_code, clippy::all)]\n";
    let mut text = format!("//! {doc}\n{NOTICE}{lints}\n");
    text += &modules.iter().map(item).collect::<String>();
    text
}
