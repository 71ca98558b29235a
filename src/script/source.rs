//! The text of a script: parsing it, and finding lines in it.

use super::ScriptFailure;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Span;
use wast::{Wast, WastDirective};

/// The lexed text. The core suite's `names.wast` wants characters that read otherwise than they are written.
pub fn buffer(text: &str, confusing_unicode: bool) -> Result<ParseBuffer<'_>, ScriptFailure> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(confusing_unicode);
    ParseBuffer::new_with_lexer(lexer).map_err(|e| failure(text, &e))
}

/// The script's directives.
pub fn parse<'a>(text: &str, buffer: &'a ParseBuffer<'a>) -> Result<Vec<WastDirective<'a>>, ScriptFailure> {
    parser::parse::<Wast<'a>>(buffer).map(|script| script.directives).map_err(|e| failure(text, &e))
}

/// The line of a place, counted from 1.
pub fn line(text: &str, span: Span) -> usize {
    span.linecol_in(text).0 + 1
}

fn failure(text: &str, error: &wast::Error) -> ScriptFailure {
    ScriptFailure { line: line(text, error.span()), why: format!("the script cannot be parsed: {}", error.message()) }
}
