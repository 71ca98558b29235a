//! The table of sites: which instructions can trap, which return addresses calls have, and what of
//! the input each of them comes from, through all that was inlined.
//!
//! It lies in a section of its own, a block of bytes for each function that has sites, in the order
//! of [`Artifact::functions`](super::artifact::Artifact::functions). A block begins with the number
//! of functions that were inlined and three numbers for each: its index, its parent, and its
//! position. Sites follow by ascending offset:
//!
//! | low bits of the first number | meaning, and what follows |
//! |---|---|
//! | `00` | a trap site of the kind of the last one; its position |
//! | `01` | a call; its position |
//! | `10` | a trap site; its kind and its position |
//! | `11` | what follows belongs to another scope, whose number is in the other bits |
//!
//! The other bits are the distance from the site before. A position is 0 where there is none; else
//! one more than the distance from the position before.
//!
//! Blocks are read where they lie, without allocating, for the signal handler looks up trap sites.

use super::artifact::FunctionEntry;
use super::numbers;
use super::numbers::read;
#[cfg(feature = "write")]
use super::numbers::write;

/// A function that was inlined: a scope of the function that it was inlined into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InlinedCall {
    /// Its index among [`Artifact::identities`](super::artifact::Artifact::identities).
    pub function: u32,
    /// The scope that its call lay in: 0 is the function itself, `n` the `n`-th one that was
    /// inlined, an earlier one.
    pub parent: u32,
    /// Offset of the call in the input.
    pub source: Option<u32>,
}

/// What a site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteKind {
    /// A call; its offset is that of the instruction to which it returns.
    Call,
    /// An instruction that can trap, with the code of its
    /// [`TrapKind`](cantilever_abi::block::TrapKind).
    Trap(u8),
}

/// A site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// Offset in the function's code.
    pub at: u32,
    /// What it is.
    pub kind: SiteKind,
    /// Where it comes from: 0 is the function itself, `n` the `n`-th one that was inlined.
    pub scope: u32,
    /// Offset in the input.
    pub source: Option<u32>,
}

#[cfg(feature = "write")]
const SAME_KIND: u64 = 0;
const CALL: u64 = 1;
const OTHER_KIND: u64 = 2;
const SCOPE: u64 = 3;
const TAG_BITS: u32 = 2;

/// The block of a function. Sites are in order.
#[cfg(feature = "write")]
pub fn encode(inlined: &[InlinedCall], sites: &[Site]) -> Vec<u8> {
    if sites.is_empty() {
        return Vec::new();
    }
    let mut block = Vec::new();
    let mut last = Last::default();
    write(&mut block, inlined.len() as u64);
    for call in inlined {
        write(&mut block, call.function.into());
        write(&mut block, call.parent.into());
        write(&mut block, last.distance(call.source));
    }
    for site in sites {
        if site.scope != last.scope {
            last.scope = site.scope;
            write(&mut block, u64::from(site.scope) << TAG_BITS | SCOPE);
        }
        let distance = u64::from(site.at - last.at) << TAG_BITS;
        last.at = site.at;
        match site.kind {
            SiteKind::Call => write(&mut block, distance | CALL),
            SiteKind::Trap(kind) if kind == last.kind => write(&mut block, distance | SAME_KIND),
            SiteKind::Trap(kind) => {
                last.kind = kind;
                write(&mut block, distance | OTHER_KIND);
                block.push(kind);
            }
        }
        write(&mut block, last.distance(site.source));
    }
    block
}

/// What numbers are relative to.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    at: u32,
    kind: u8,
    scope: u32,
    source: u32,
}

impl Last {
    #[cfg(feature = "write")]
    fn distance(&mut self, source: Option<u32>) -> u64 {
        let Some(source) = source else { return 0 };
        let distance = numbers::distance(self.source, source);
        self.source = source;
        distance + 1
    }

    fn source(&mut self, distance: u64) -> Option<u32> {
        self.source = numbers::at_distance(self.source, distance.checked_sub(1)?);
        Some(self.source)
    }
}

/// Reads a block: first its scopes, then its sites.
#[derive(Debug, Clone)]
struct Reader<'a> {
    block: &'a [u8],
    last: Last,
    /// How many scopes have not been read yet.
    scopes: u64,
}

impl<'a> Reader<'a> {
    fn new(mut block: &'a [u8]) -> Self {
        let scopes = read(&mut block).unwrap_or(0);
        Reader { block, last: Last::default(), scopes }
    }

    fn scope(&mut self) -> Option<InlinedCall> {
        self.scopes = self.scopes.checked_sub(1)?;
        let [function, parent, source] = [read(&mut self.block)?, read(&mut self.block)?, read(&mut self.block)?];
        let source = self.last.source(source);
        Some(InlinedCall { function: u32::try_from(function).ok()?, parent: u32::try_from(parent).ok()?, source })
    }

    /// The next site. Scopes must have been read.
    fn site(&mut self) -> Option<Site> {
        loop {
            let number = read(&mut self.block)?;
            let rest = u32::try_from(number >> TAG_BITS).ok()?;
            let tag = number & ((1 << TAG_BITS) - 1);
            if tag == SCOPE {
                self.last.scope = rest;
                continue;
            }
            self.last.at = self.last.at.checked_add(rest)?;
            if tag == OTHER_KIND {
                let (kind, block) = self.block.split_first()?;
                (self.last.kind, self.block) = (*kind, block);
            }
            let kind = if tag == CALL { SiteKind::Call } else { SiteKind::Trap(self.last.kind) };
            let source = read(&mut self.block)?;
            let source = self.last.source(source);
            return Some(Site { at: self.last.at, kind, scope: self.last.scope, source });
        }
    }
}

/// A place in the input that a native address stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputPlace {
    /// The function, by its index among
    /// [`Artifact::identities`](super::artifact::Artifact::identities).
    pub function: u32,
    /// The offset in the input, where it is known.
    pub source: Option<u32>,
}

/// The sites of an object, by offsets in its text section.
#[derive(Debug, Default)]
pub struct SiteTable {
    /// Where the code of each function starts, and its block.
    functions: Box<[(u32, u32)]>,
    blocks: Box<[u8]>,
}

impl SiteTable {
    /// The table of these functions with the bytes of the section; `None` if they do not fit.
    pub fn new(functions: &[FunctionEntry], blocks: &[u8]) -> Option<Self> {
        let mut end = 0u32;
        let mut place = |function: &FunctionEntry| {
            let start = end;
            end = end.checked_add(function.sites)?;
            Some((function.start, start))
        };
        let functions = functions.iter().map(&mut place).collect::<Option<_>>()?;
        (end as usize == blocks.len()).then(|| SiteTable { functions, blocks: blocks.into() })
    }

    /// The function that an offset lies in, by index, with its start and a reader of its block.
    fn function(&self, at: u32) -> Option<(u32, u32, Reader<'_>)> {
        let index = self.functions.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
        let (start, block) = self.functions[index];
        let end = self.functions.get(index + 1).map_or(self.blocks.len(), |(_, next)| *next as usize);
        Some((index as u32, start, Reader::new(&self.blocks[block as usize..end])))
    }

    /// The code of the trap kind of the instruction at this offset, if it is a trap site. Safe in a
    /// signal handler.
    pub fn trap(&self, at: u32) -> Option<u8> {
        let (_, start, mut reader) = self.function(at)?;
        while reader.scopes > 0 {
            reader.scope()?;
        }
        while let Some(site) = reader.site() {
            match site.kind {
                SiteKind::Trap(kind) if site.at == at - start => return Some(kind),
                _ if site.at > at - start => return None,
                _ => {}
            }
        }
        None
    }

    /// What an offset stands for, innermost first: what was inlined, then the function in whose
    /// code it lies. It is that of an instruction, or the one to which a call returns.
    pub fn input_places(&self, at: u32, returns: bool) -> Vec<InputPlace> {
        // A call may be the last instruction of its function.
        let Some((own, start, mut reader)) = self.function(at - u32::from(returns && at > 0)) else {
            return Vec::new();
        };
        let inlined: Vec<InlinedCall> = std::iter::from_fn(|| reader.scope()).collect();
        let is_it = |site: &Site| site.at == at - start && (site.kind == SiteKind::Call) == returns;
        let Some(site) = std::iter::from_fn(|| reader.site()).find(is_it) else {
            return vec![InputPlace { function: own, source: None }];
        };
        let (mut scope, mut source, mut places) = (site.scope, site.source, Vec::new());
        while let Some(call) = (scope as usize).checked_sub(1).and_then(|index| inlined.get(index)) {
            places.push(InputPlace { function: call.function, source });
            if call.parent >= scope {
                break;
            }
            (scope, source) = (call.parent, call.source);
        }
        places.push(InputPlace { function: own, source });
        places
    }
}

#[cfg(all(test, feature = "write"))]
mod tests {
    use super::*;
    use crate::artifact::FunctionIdentity;
    use cantilever_abi::FuncKey;

    fn function(start: u32, sites: usize) -> FunctionEntry {
        let identity = FunctionIdentity { key: FuncKey::Throw, name: String::new(), source: 0 };
        FunctionEntry { start, len: 0x100, identity, sites: sites as u32 }
    }

    fn site(at: u32, kind: SiteKind, scope: u32, source: Option<u32>) -> Site {
        Site { at, kind, scope, source }
    }

    #[test]
    fn sites_lead_back_through_what_was_inlined() {
        let inlined = [
            InlinedCall { function: 7, parent: 0, source: Some(1000) },
            InlinedCall { function: 8, parent: 1, source: None },
        ];
        let sites = [
            site(4, SiteKind::Trap(2), 0, Some(990)),
            site(4 + 200, SiteKind::Call, 2, Some(5)),
            site(4 + 200, SiteKind::Trap(1), 1, None),
            site(4 + 201, SiteKind::Trap(1), 0, Some(u32::MAX)),
        ];
        let block = encode(&inlined, &sites);
        let table = SiteTable::new(&[function(0, 0), function(0x100, block.len())], &block).unwrap();
        assert_eq!([0x104, 0x105, 0x1cc, 0x1cd].map(|at| table.trap(at)), [Some(2), None, Some(1), Some(1)]);
        let place = |function, source| InputPlace { function, source };
        assert_eq!(table.input_places(0x104, false), [place(1, Some(990))]);
        assert_eq!(table.input_places(0x1cc, true), [place(8, Some(5)), place(7, None), place(1, Some(1000))]);
        assert_eq!(table.input_places(0x1cc, false), [place(7, None), place(1, Some(1000))]);
        assert_eq!(table.input_places(0x1cd, false), [place(1, Some(u32::MAX))]);
        assert_eq!(table.input_places(0x1d0, false), [place(1, None)]);
        assert_eq!(table.input_places(0x50, false), [place(0, None)]);
    }

    #[test]
    fn damaged_blocks_lead_nowhere() {
        let inlined = [InlinedCall { function: 7, parent: 0, source: Some(1000) }];
        let sites = [site(4, SiteKind::Trap(2), 1, Some(990)), site(400, SiteKind::Call, 0, Some(5))];
        let block = encode(&inlined, &sites);
        for at in 0..block.len() {
            for flip in [0x01, 0x02, 0x80, 0xff] {
                let mut damaged = block.clone();
                damaged[at] ^= flip;
                let table = SiteTable::new(&[function(0, block.len())], &damaged).unwrap();
                for offset in 0..500 {
                    table.trap(offset);
                    assert!(table.input_places(offset, true).len() <= 3);
                }
            }
        }
        assert!(SiteTable::new(&[function(0, 3)], &block[..2]).is_none());
    }
}
