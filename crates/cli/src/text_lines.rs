//! Are the lines of a text to serve as source lines?
//!
//! The encoder of texts finds the line of an instruction by searching for its end and, for folded
//! instructions, for its beginning. So a long line takes time that grows with its square; and each
//! module is searched for from the first line on. This counts the work before it is done.

use wast::lexer::{Lexer, TokenKind};

/// How many bytes may be searched. A text of 25 MB with lines of 40 bytes needs no more.
const MAX_WORK: usize = 1 << 30;

/// Can source lines be found in reasonable time? What is no text of WebAssembly has none to be
/// found.
pub fn are_found_fast(text: &str) -> bool {
    work(text).is_some_and(|work| work <= MAX_WORK)
}

/// How many bytes are searched at most, once in each direction; `None` if the text cannot be lexed.
fn work(text: &str) -> Option<usize> {
    let (mut work, mut line, mut keywords) = (0usize, 0..0, 0usize);
    for token in Lexer::new(text).iter(0) {
        let token = token.ok()?;
        if token.kind != TokenKind::Keyword {
            continue;
        }
        if token.offset >= line.end {
            work = work.saturating_add(keywords.saturating_mul(line.len()));
            let start = text[..token.offset].rfind('\n').map_or(0, |at| at + 1);
            let end = text[token.offset..].find('\n').map_or(text.len(), |at| token.offset + at + 1);
            (line, keywords) = (start..end, 0);
        }
        keywords += 1;
        if token.src(text) == "module" {
            work = work.saturating_add(token.offset);
        }
    }
    Some(work.saturating_add(keywords.saturating_mul(line.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_the_square_of_a_line() {
        assert_eq!(work("(nop)\n(nop nop)\n"), Some(6 + 2 * 10));
        assert_eq!(work("\"a long string\"\n(nop)"), Some(5));
        assert_eq!(work("\n(module)"), Some(8 + 2));
        assert_eq!(work("\"no end"), None);
    }

    #[test]
    fn only_long_lines_with_much_code_are_too_long() {
        let code = "(drop (i32.const 1)) ".repeat(50_000);
        assert!(!are_found_fast(&code));
        assert!(are_found_fast(&code.replace("(drop", "\n(drop")));
        let data = format!("(module (func nop) (data \"{}\"))", "a b ".repeat(1 << 20));
        assert!(are_found_fast(&data));
    }
}
