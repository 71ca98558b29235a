//! The source lines of code, decoded when somebody asks for the first.

use crate::error::frame::SourceLine;
use cantilever_object::lines::LineTable;
use cantilever_object::load::read_lines;
use std::sync::OnceLock;

/// Source lines, which few runs ask for.
#[derive(Debug)]
pub(super) struct SourceLines {
    encoded: Box<[u8]>,
    decoded: OnceLock<LineTable>,
}

impl SourceLines {
    /// Those that an object has, as they are stored.
    pub(super) fn new(encoded: &[u8]) -> Self {
        SourceLines { encoded: encoded.into(), decoded: OnceLock::new() }
    }

    pub(super) fn find(&self, offset: u32) -> Option<SourceLine> {
        let (file, line) = self.decoded.get_or_init(|| read_lines(&self.encoded).decode()).find(offset)?;
        Some(SourceLine { file: file.to_owned(), line: line.line, column: (line.column != 0).then_some(line.column) })
    }
}
