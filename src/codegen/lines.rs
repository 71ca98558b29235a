//! Source lines of the sites of a compilation, from the debugging information (DWARF) of its
//! modules.
//!
//! Only line programs are read; of these, the rows in which a site lies are kept. The sections are
//! custom sections: what is malformed in them is passed over, and nothing in them makes more work
//! or takes more memory than its own length does.

use crate::plan::Plan;
use crate::plan::module::Module;
use cantilever_object::compiled::Compiled;
use cantilever_object::lines::{Line, Lines, Row};
use gimli::{
    AttributeValue, ColumnType, DebugLine, DebugLineOffset, EndianSlice, LineProgramHeader, LineRow, LittleEndian,
};
use std::collections::HashMap;
use std::ops::Range;

/// The longest name of a file that is kept, in bytes.
const MAX_PATH: usize = 1024;
/// How many bytes all names of files may have together.
const MAX_NAMES: usize = 1 << 24;

type Slice<'a> = EndianSlice<'a, LittleEndian>;
type Header<'a> = LineProgramHeader<Slice<'a>>;

/// The source lines of a compilation; `None` if nothing is known of any site.
pub fn read(plan: &Plan, compiled: &[Compiled]) -> Option<Lines> {
    if plan.modules.values().all(|module| module.debug.line.is_empty()) {
        return None;
    }
    let sites = offsets(compiled);
    let mut files = Files::default();
    let mut rows = Vec::new();
    for module in plan.modules.values() {
        if let Some(mut programs) = Programs::new(plan, module, &sites, &mut files) {
            programs.read(&mut rows);
        }
    }
    // Where one sequence ends and another one begins, the latter holds.
    rows.sort_by_key(|row| (row.start, row.line.is_some()));
    let mut kept: Vec<Row> = Vec::new();
    for site in sites {
        let row = rows[..rows.partition_point(|row| row.start <= site)].last();
        let line = row.and_then(|row| row.line);
        if kept.last().and_then(|row| row.line) != line {
            kept.push(Row { start: site, line });
        }
    }
    (!kept.is_empty()).then(|| Lines::new(files.names, &kept))
}

/// The offsets in the input of all sites, ascending.
fn offsets(compiled: &[Compiled]) -> Vec<u32> {
    let of_function = |function: &Compiled| {
        let calls = function.inlined.iter().filter_map(|call| call.source);
        function.sites.iter().filter_map(|site| site.source).chain(calls).collect::<Vec<_>>()
    };
    let mut offsets: Vec<u32> = compiled.iter().flat_map(of_function).collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// The names of files, each once.
#[derive(Default)]
struct Files {
    names: Vec<String>,
    indices: HashMap<String, u32>,
    bytes: usize,
}

impl Files {
    fn index(&mut self, name: String) -> Option<u32> {
        if let Some(index) = self.indices.get(&name) {
            return Some(*index);
        }
        self.bytes += name.len();
        if name.len() > MAX_PATH || self.bytes > MAX_NAMES {
            return None;
        }
        let index = self.names.len() as u32;
        self.names.push(name.clone());
        self.indices.insert(name, index);
        Some(index)
    }
}

/// The line programs of one module.
struct Programs<'a> {
    line: Slice<'a>,
    str: &'a [u8],
    line_str: &'a [u8],
    /// Where the content of the code section begins in the input.
    base: u64,
    /// Where functions lie. What linkers leave of functions that they drop begins before the first
    /// one.
    code: Range<u64>,
    sites: &'a [u32],
    files: &'a mut Files,
}

impl<'a> Programs<'a> {
    /// Those of a module, unless it has no functions.
    fn new(plan: &'a Plan, module: &Module, sites: &'a [u32], files: &'a mut Files) -> Option<Self> {
        let section = |range: &Range<usize>| &plan.source[range.clone()];
        let debug = &module.debug;
        Some(Programs {
            line: EndianSlice::new(section(&debug.line), LittleEndian),
            str: section(&debug.str),
            line_str: section(&debug.line_str),
            base: module.code_offset as u64,
            code: module.bodies.first()?.start as u64..module.bodies.last()?.end as u64,
            sites,
            files,
        })
    }

    /// Appends the rows of all programs. A row without a line follows where a sequence ends.
    fn read(&mut self, rows: &mut Vec<Row>) {
        let mut at = 0;
        while let Some(next) = unit_end(self.line.slice(), at) {
            self.read_program(at, rows);
            at = next;
        }
    }

    /// Appends the rows of the program at an offset. A program that is malformed ends there.
    fn read_program(&mut self, at: usize, rows: &mut Vec<Row>) {
        /// Of programs that do not say it themselves.
        const ADDRESS_SIZE: u8 = 4;
        let section = DebugLine::from(self.line);
        let Ok(program) = section.program(DebugLineOffset(at), ADDRESS_SIZE, None, None) else { return };
        let (mut sequence, mut is_live, mut known) = (Vec::new(), None, HashMap::new());
        let mut program = program.rows();
        while let Ok(Some((header, row))) = program.next_row() {
            let start = self.base.checked_add(row.address());
            let in_code = start.filter(|start| self.code.contains(start) || *start == self.code.end);
            let is_live_now = *is_live.get_or_insert(in_code.is_some());
            let start = in_code.and_then(|start| u32::try_from(start).ok()).filter(|_| is_live_now);
            if let Some(start) = start {
                let line = if row.end_sequence() { None } else { self.line_of(header, row, &mut known) };
                self.push(&mut sequence, Row { start, line });
            }
            if row.end_sequence() {
                rows.append(&mut sequence);
                is_live = None;
            }
        }
    }

    /// Appends a row. The one before is dropped if no site lies in it.
    fn push(&self, sequence: &mut Vec<Row>, row: Row) {
        if let Some(last) = sequence.last() {
            let site = self.sites.get(self.sites.partition_point(|site| *site < last.start));
            if site.is_none_or(|site| *site >= row.start) {
                sequence.pop();
            }
        }
        sequence.push(row);
    }

    /// The source line that a row names. `known` are the files of the program that have been looked
    /// up.
    fn line_of(&mut self, header: &Header<'_>, row: &LineRow, known: &mut HashMap<u64, Option<u32>>) -> Option<Line> {
        let index = row.file_index();
        let file = (*known.entry(index).or_insert_with(|| {
            let name = self.file_name(header, index)?;
            self.files.index(name)
        }))?;
        let column = match row.column() {
            ColumnType::LeftEdge => 0,
            ColumnType::Column(column) => column.get(),
        };
        Some(Line { file, line: u32::try_from(row.line()?.get()).ok()?, column: u32::try_from(column).ok()? })
    }

    /// The path of a file, relative to the directory of its compilation where it lies below.
    fn file_name(&self, header: &Header<'_>, index: u64) -> Option<String> {
        let file = header.file(index)?;
        let name = self.text(file.path_name())?;
        let directory = match file.directory_index() {
            0 => None,
            index => header.directory(index).and_then(|directory| self.text(directory)),
        };
        Some(match directory {
            Some(directory) if !name.starts_with('/') => format!("{directory}/{name}"),
            _ => name,
        })
    }

    fn text(&self, value: AttributeValue<Slice<'_>>) -> Option<String> {
        let bytes = match value {
            AttributeValue::String(text) => text.slice(),
            AttributeValue::DebugStrRef(offset) => self.str.get(offset.0..)?,
            AttributeValue::DebugLineStrRef(offset) => self.line_str.get(offset.0..)?,
            _ => return None,
        };
        let bytes = bytes[..bytes.len().min(MAX_PATH)].split(|byte| *byte == 0).next()?;
        let text: String = String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect();
        (!text.is_empty()).then_some(text)
    }
}

/// Where the line program at an offset ends.
fn unit_end(section: &[u8], at: usize) -> Option<usize> {
    /// What the length of a unit begins with when 64 bits follow.
    const LONG: u32 = u32::MAX;
    let (start, rest) = (at.checked_add(4)?, section.get(at..)?);
    let len = u32::from_le_bytes(*rest.first_chunk()?);
    let end = match len {
        LONG => {
            start.checked_add(8)?.checked_add(usize::try_from(u64::from_le_bytes(*rest[4..].first_chunk()?)).ok()?)?
        }
        len => start.checked_add(len as usize)?,
    };
    (end <= section.len()).then_some(end)
}
