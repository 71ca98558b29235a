//! Source lines: which line of which file the code at an offset of the input was made from.
//!
//! The table is what remains of the input's debugging information: rows that say nothing of any
//! trap site or call are left out. It lies in a section of its own, which is decoded when a
//! backtrace is made for the first time.

use super::numbers;
use serde::{Deserialize, Serialize};

/// A place in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The file, by its index in the table.
    pub file: u32,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1; 0 where it is not known.
    pub column: u32,
}

/// From an offset in the input on, up to the next row: a place, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The offset in the input.
    pub start: u32,
    /// The place.
    pub line: Option<Line>,
}

/// The table as it is stored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Lines {
    files: Vec<String>,
    /// For each row a number whose lowest bits are flags and whose other bits are the distance from
    /// the row before. The file follows if the flag [`FILE`] is set. Unless [`NONE`] is set, the
    /// distance from the line before and the column follow.
    rows: Vec<u8>,
}

const FILE: u64 = 1;
const NONE: u64 = 2;
const FLAG_BITS: u32 = 2;

impl Lines {
    /// The table of rows by ascending offset.
    #[cfg(feature = "write")]
    pub fn new(files: Vec<String>, rows: &[Row]) -> Self {
        let mut bytes = Vec::new();
        let (mut start, mut last) = (0, Line { file: 0, line: 0, column: 0 });
        for row in rows {
            let distance = u64::from(row.start - start) << FLAG_BITS;
            start = row.start;
            let Some(line) = row.line else {
                numbers::write(&mut bytes, distance | NONE);
                continue;
            };
            if line.file == last.file {
                numbers::write(&mut bytes, distance);
            } else {
                numbers::write(&mut bytes, distance | FILE);
                numbers::write(&mut bytes, line.file.into());
            }
            numbers::write(&mut bytes, numbers::distance(last.line, line.line));
            numbers::write(&mut bytes, line.column.into());
            last = line;
        }
        Lines { files, rows: bytes }
    }

    /// Reads the rows.
    pub fn decode(self) -> LineTable {
        let mut rows = Vec::new();
        let (mut bytes, mut start, mut last) = (&self.rows[..], 0u32, Line { file: 0, line: 0, column: 0 });
        while let Some(row) = read_row(&mut bytes, &mut start, &mut last) {
            rows.push(row);
        }
        LineTable { files: self.files, rows }
    }
}

fn read_row(bytes: &mut &[u8], start: &mut u32, last: &mut Line) -> Option<Row> {
    let number = numbers::read(bytes)?;
    *start = start.checked_add(u32::try_from(number >> FLAG_BITS).ok()?)?;
    if number & NONE != 0 {
        return Some(Row { start: *start, line: None });
    }
    if number & FILE != 0 {
        last.file = u32::try_from(numbers::read(bytes)?).ok()?;
    }
    last.line = numbers::at_distance(last.line, numbers::read(bytes)?);
    last.column = u32::try_from(numbers::read(bytes)?).ok()?;
    Some(Row { start: *start, line: Some(*last) })
}

/// The table, decoded.
#[derive(Debug, Clone, Default)]
pub struct LineTable {
    files: Vec<String>,
    rows: Vec<Row>,
}

impl LineTable {
    /// The file and the place in it that the code at an offset of the input was made from.
    pub fn find(&self, offset: u32) -> Option<(&str, Line)> {
        let row = self.rows[..self.rows.partition_point(|row| row.start <= offset)].last()?;
        let line = row.line?;
        Some((self.files.get(line.file as usize)?, line))
    }
}

#[cfg(all(test, feature = "write"))]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_up_to_the_next() {
        let line = |file, line, column| Some(Line { file, line, column });
        let rows = [
            Row { start: 10, line: line(1, 400, 3) },
            Row { start: 12, line: line(0, 7, 0) },
            Row { start: 600, line: None },
            Row { start: 601, line: line(9, 1, 1) },
        ];
        let lines = Lines::new(vec!["a.c".into(), "b.c".into()], &rows);
        let stored = postcard::to_stdvec(&lines).unwrap();
        let table = postcard::from_bytes::<Lines>(&stored).unwrap().decode();
        let find = |offset| table.find(offset).map(|(file, line)| (file, line.line, line.column));
        assert_eq!([9, 10, 11].map(find), [None, Some(("b.c", 400, 3)), Some(("b.c", 400, 3))]);
        assert_eq!([12, 599, 600].map(find), [Some(("a.c", 7, 0)), Some(("a.c", 7, 0)), None]);
        // No file has this index.
        assert_eq!(find(601), None);
    }
}
