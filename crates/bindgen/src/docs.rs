//! Documentation of WIT as documentation of Rust.
//!
//! Both are Markdown. But rustdoc takes brackets for links to Rust items, code blocks for Rust code
//! that it compiles, `<words>` for HTML, and it wants bare addresses marked. What WIT has of these
//! is escaped. The parser is the one that rustdoc has.

use proc_macro2::TokenStream;
use pulldown_cmark::{BrokenLink, CodeBlockKind, Event, LinkType, Options, Parser, Tag};
use quote::quote;
use std::ops::Range;
use wit_parser::Docs;

/// Attributes with the documentation, or with a sentence that says what it is.
pub(crate) fn attributes(docs: &Docs, otherwise: &str) -> TokenStream {
    let lines = lines(docs, otherwise).into_iter().map(|line| match line.is_empty() {
        true => line,
        false => format!(" {line}"),
    });
    quote!(#(#[doc = #lines])*)
}

/// The lines of the documentation, or a sentence that says what it is.
pub(crate) fn lines(docs: &Docs, otherwise: &str) -> Vec<String> {
    match docs.contents.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            let text: Vec<&str> = text.lines().map(str::trim_end).collect();
            for_rustdoc(&text.join("\n")).lines().map(str::to_owned).collect()
        }
        None => vec![otherwise.to_owned()],
    }
}

/// A change of a text: the range, and what comes there instead.
type Edit = (Range<usize>, String);

/// The text with everything escaped that rustdoc would take for something else.
fn for_rustdoc(text: &str) -> String {
    let mut edits = edits(text);
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut escaped, mut done) = (String::new(), 0);
    for (range, replacement) in edits {
        // What lies in something that was replaced is gone.
        if range.start >= done {
            escaped += &text[done..range.start];
            escaped += &replacement;
            done = range.end;
        }
    }
    escaped + &text[done..]
}

fn edits(text: &str) -> Vec<Edit> {
    let mut brackets: Vec<Range<usize>> = Vec::new();
    let mut on_broken_link = |link: BrokenLink<'_>| {
        brackets.push(link.span);
        None
    };
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let parser = Parser::new_with_broken_link_callback(text, options, Some(&mut on_broken_link));
    let mut edits = Vec::new();
    let mut in_link = 0;
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => edits.extend(code_block(text, &kind, range)),
            Event::Html(_) | Event::InlineHtml(_) => {
                let tags = text[range.clone()].match_indices('<').map(|(at, _)| range.start + at);
                edits.extend(tags.map(|tag| (tag..tag, "\\".to_owned())));
            }
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                in_link += 1;
                if link_type != LinkType::Autolink && !is_address(&dest_url) {
                    edits.push((range.start..range.start, "\\".to_owned()));
                }
            }
            Event::End(pulldown_cmark::TagEnd::Link) => in_link -= 1,
            Event::Text(_) if in_link == 0 => edits.extend(bare_addresses(text, range)),
            _ => {}
        }
    }
    edits.extend(brackets.into_iter().map(|span| (span.start..span.start, "\\".to_owned())));
    edits
}

/// A block of code as text, which rustdoc does not compile. Indented blocks get fences.
fn code_block(text: &str, kind: &CodeBlockKind<'_>, range: Range<usize>) -> Vec<Edit> {
    let block = &text[range.clone()];
    match kind {
        CodeBlockKind::Indented => {
            let lines = block.trim_end().lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
            let code: Vec<&str> = lines.collect();
            let start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
            vec![(start..range.end, format!("```text\n{}\n```\n", code.join("\n").trim_start()))]
        }
        CodeBlockKind::Fenced(language) if language.is_empty() || language.contains("rust") => {
            let indent = block.len() - block.trim_start().len();
            let fence = block.trim_start().bytes().take_while(|byte| b"`~".contains(byte)).count();
            let (start, end) = (indent + fence, block[indent..].find('\n').map_or(block.len(), |end| indent + end));
            vec![(range.start + start..range.start + end, "text".to_owned())]
        }
        CodeBlockKind::Fenced(_) => Vec::new(),
    }
}

fn is_address(link: &str) -> bool {
    link.contains("://") || link.starts_with('#') || link.starts_with("mailto:")
}

/// Addresses that stand in the text as they are, in angle brackets.
fn bare_addresses(text: &str, range: Range<usize>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut from = range.start;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| text[from..range.end].find(scheme)).min()
    {
        let start = from + start;
        let rest = &text[start..range.end];
        let end = rest.find(|c: char| c.is_whitespace() || "<>\"'`)]".contains(c)).unwrap_or(rest.len());
        let address = rest[..end].trim_end_matches(['.', ',', ';', ':']);
        edits.push((start..start + address.len(), format!("<{address}>")));
        from = start + end.max(1);
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rustdoc_would_misread_is_escaped() {
        for (wit, rust) in [
            ("plain `code [x]` text", "plain `code [x]` text"),
            ("an [index] here", "an \\[index] here"),
            ("see [the page](https://a.b/c) for [that](foo.md)", "see [the page](https://a.b/c) for \\[that](foo.md)"),
            ("a list<u8> of", "a list\\<u8> of"),
            ("See https://a.b/c. And <https://d.e>.", "See <https://a.b/c>. And <https://d.e>."),
            ("```\nlet\n```", "```text\nlet\n```"),
            ("```rust\nlet\n```", "```text\nlet\n```"),
            ("```wit\nlet\n```", "```wit\nlet\n```"),
            ("* a\n\n  ~~~\n  let\n  ~~~", "* a\n\n  ~~~text\n  let\n  ~~~"),
            ("  <b>\nü</b>", "  \\<b>\nü\\</b>"),
            ("So:\n\n    a\n    b\n\nthen", "So:\n\n```text\na\nb\n```\n\nthen"),
        ] {
            assert_eq!(for_rustdoc(wit), rust);
        }
    }
}
