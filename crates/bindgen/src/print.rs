//! Prints items of Rust as text that people read.
//!
//! The text does not depend on whether `rustfmt` is installed, nor on how it is set up: files tell
//! it to leave them alone.

use proc_macro2::TokenStream;

/// What stands in every file.
const NOTICE: &str = "\
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]
";

/// A file of these items.
pub(crate) fn file(docs: &[String], items: &[TokenStream]) -> String {
    let mut text = String::new();
    for line in docs {
        text += if line.is_empty() { "//!" } else { "//! " };
        text += line;
        text.push('\n');
    }
    text += NOTICE;
    for item in items {
        text.push('\n');
        text += &apart(&unparse(item));
    }
    text
}

fn unparse(item: &TokenStream) -> String {
    let file = syn::parse2(item.clone());
    let file = file.unwrap_or_else(|error| panic!("what is generated is no Rust: {error}\n{item}"));
    prettyplease::unparse(&file)
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
    text += &modules.iter().map(unparse).collect::<String>();
    text
}
