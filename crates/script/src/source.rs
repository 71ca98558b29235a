//! The text of a script: parsing it, and finding lines in it.

use super::ScriptFailure;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Span;
use wast::{Wast, WastDirective};

/// The lexed text. The core suite's `names.wast` wants characters that read otherwise than they are
/// written.
pub fn buffer(text: &str, confusing_unicode: bool) -> Result<ParseBuffer<'_>, ScriptFailure> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(confusing_unicode);
    ParseBuffer::new_with_lexer(lexer).map_err(|e| failure(text, &e))
}

/// The script's directives.
pub fn parse<'a>(text: &str, buffer: &'a ParseBuffer<'a>) -> Result<Vec<WastDirective<'a>>, ScriptFailure> {
    parser::parse::<Wast<'a>>(buffer).map(|script| script.directives).map_err(|e| failure(text, &e))
}

/// Where the lines of a text begin. A script asks for as many lines as it has directives.
pub struct Lines(Vec<usize>);

impl Lines {
    /// Those of a text.
    pub fn of(text: &str) -> Self {
        Lines(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a place, counted from 1.
    pub fn line(&self, span: Span) -> usize {
        self.0.partition_point(|start| *start <= span.offset()) + 1
    }
}

fn failure(text: &str, error: &wast::Error) -> ScriptFailure {
    ScriptFailure {
        line: Lines::of(text).line(error.span()),
        why: format!("the script cannot be parsed: {}", error.message()),
    }
}
