//! What memories contain when they are made: a file in memory whose pages are mapped privately into
//! each instance. So the system copies a page only when an instance writes it.
//!
//! Contents that lie far apart in many places, and those of a process that may have no such file,
//! are copied instead.

use crate::sys::address_space::{AddressSpace, page_size};
use crate::sys::memory_file::MemoryFile;
use cantilever_object::artifact::Piece;
use std::collections::{HashMap, HashSet};
use std::io;

/// Contents this close together are one run of pages. Where there are none in between, the file has
/// holes: they take no memory until they are read.
const MAX_GAP: u64 = 64 << 10;
/// The greatest number of runs that are mapped into one memory.
const MAX_RUNS: usize = 16;
/// How many bytes are written to the file for each byte of data, on average. Memories that several
/// modules fill may have the same bytes and yet not the same contents.
const MAX_REPETITION: u64 = 4;
/// So many bytes may be written in any case.
const MIN_IMAGE: u64 = 16 << 20;

/// The initial contents of a memory. All is zero that is not mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Nothing.
    Zero,
    /// Pages of the file.
    Mapped(Box<[Run]>),
    /// Bytes to be copied into each instance.
    Copied(Box<[Piece]>),
}

/// Pages of the file that are mapped into a memory. All are multiples of the page size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// Where in the memory.
    offset: u64,
    /// Where in the file.
    at: u64,
    /// How many bytes.
    len: u64,
}

/// A file that has the contents of all memories of an object.
#[derive(Debug)]
pub(crate) struct ImageFile(MemoryFile);

impl ImageFile {
    /// Makes the contents of each memory from its pieces, which refer to `data` and lie in their
    /// memory and in it.
    pub(crate) fn new(memories: &[&[Piece]], data: &[u8]) -> (Option<Self>, Vec<Contents>) {
        let mut next = 0;
        let mut known: HashMap<&[Piece], Contents> = HashMap::new();
        let mut left = MIN_IMAGE.saturating_add(data.len() as u64 * MAX_REPETITION);
        let contents: Vec<Contents> = memories
            .iter()
            .map(|pieces| known.entry(*pieces).or_insert_with(|| contents(pieces, &mut next, &mut left)).clone())
            .collect();
        if next == 0 {
            return (None, contents);
        }
        match Self::write(memories, &contents, next, data) {
            Ok(file) => (Some(ImageFile(file)), contents),
            // No file, no mapping.
            Err(_) => (None, memories.iter().map(|pieces| Contents::Copied((*pieces).into())).collect()),
        }
    }

    fn write(memories: &[&[Piece]], contents: &[Contents], len: u64, data: &[u8]) -> io::Result<MemoryFile> {
        MemoryFile::new(len, |file| {
            let mut written = HashSet::new();
            for (pieces, contents) in memories.iter().zip(contents).filter(|(pieces, _)| written.insert(**pieces)) {
                let Contents::Mapped(runs) = contents else { continue };
                for piece in *pieces {
                    let run = runs[runs.partition_point(|run| run.offset <= piece.offset) - 1];
                    let bytes = &data[piece.start as usize..(piece.start + piece.len) as usize];
                    file.write_at(bytes, run.at + (piece.offset - run.offset))?;
                }
            }
            Ok(())
        })
    }

    /// Maps runs into a memory's address space.
    pub(crate) fn map(&self, space: &AddressSpace, runs: &[Run]) -> io::Result<()> {
        runs.iter().try_for_each(|run| {
            let start = run.offset as usize;
            self.0.map(space, start..start + run.len as usize, run.at)
        })
    }
}

/// Chooses how a memory gets its contents. `next` is the end of the file so far, and `left` the
/// number of bytes that may still be written to it.
fn contents(pieces: &[Piece], next: &mut u64, left: &mut u64) -> Contents {
    if pieces.is_empty() {
        return Contents::Zero;
    }
    let page = page_size() as u64;
    let mut ranges: Vec<(u64, u64)> = pieces.iter().map(|p| (p.offset, p.offset + p.len)).collect();
    ranges.sort_unstable();
    let mut runs: Vec<Run> = Vec::new();
    for (start, end) in ranges {
        let (start, end) = (start - start % page, end.next_multiple_of(page));
        match runs.last_mut() {
            Some(run) if start <= run.offset + run.len + MAX_GAP => run.len = run.len.max(end - run.offset),
            _ => runs.push(Run { offset: start, at: 0, len: end - start }),
        }
    }
    let len = pieces.iter().fold(0u64, |sum, piece| sum.saturating_add(piece.len));
    if runs.len() > MAX_RUNS || len > *left {
        return Contents::Copied(pieces.into());
    }
    *left -= len;
    for run in &mut runs {
        run.at = *next;
        *next += run.len;
    }
    Contents::Mapped(runs.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(offset: u64, len: u64) -> Piece {
        Piece { offset, start: 0, len }
    }

    #[test]
    fn contents_that_are_close_together_are_one_run() {
        let page = page_size() as u64;
        let mut next = page;
        let far = 10 * MAX_GAP;
        let pieces = [piece(far + 5, 1), piece(1, 2), piece(page + 3, page)];
        let Contents::Mapped(runs) = contents(&pieces, &mut next, &mut u64::MAX.clone()) else { panic!("not mapped") };
        assert_eq!(*runs, [Run { offset: 0, at: page, len: 3 * page }, Run { offset: far, at: 4 * page, len: page }]);
        assert_eq!(next, 5 * page);
    }

    #[test]
    fn contents_in_too_many_places_are_copied() {
        let pieces: Vec<Piece> = (0..=MAX_RUNS as u64).map(|i| piece(i * 4 * MAX_GAP, 1)).collect();
        let mut next = 0;
        assert_eq!(contents(&pieces, &mut next, &mut u64::MAX.clone()), Contents::Copied(pieces.into()));
        assert_eq!(next, 0);
    }

    #[test]
    fn equal_contents_are_in_the_file_once() {
        let data = vec![7; page_size()];
        let pieces = [piece(0, data.len() as u64)];
        let (file, contents) = ImageFile::new(&vec![&pieces[..]; 10_000], &data);
        assert!(contents.iter().all(|c| *c == contents[0]));
        if let Some(ImageFile(file)) = file {
            assert_eq!(file.len(), data.len() as u64);
        }
    }

    #[test]
    fn a_file_is_not_much_larger_than_the_data() {
        let data = vec![7; 1 << 20];
        let own: Vec<Vec<Piece>> = (0..100).map(|i| vec![piece(0, data.len() as u64), piece(i, 1)]).collect();
        let memories: Vec<&[Piece]> = own.iter().map(Vec::as_slice).collect();
        let (file, contents) = ImageFile::new(&memories, &data);
        assert!(matches!(contents[99], Contents::Copied(_)));
        if let Some(ImageFile(file)) = file {
            assert!(file.len() <= MIN_IMAGE + data.len() as u64 * MAX_REPETITION);
        }
    }
}
