//! Where the instructions of a function come from: an offset in the input, and what was inlined at
//! which call.
//!
//! CLIF keeps one number for each instruction. Below [`INLINED`] it is an offset in the input, as
//! `wasm` sets it; from there on it is an index in the function's [`Origins`].

use cantilever_abi::FuncKey;
use cantilever_object::compiled::Inlined;
use cranelift_codegen::ir::{self, SourceLoc};
use std::collections::HashMap;

/// The first number that is no offset.
const INLINED: u32 = 1 << 31;

/// Where an instruction comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Origin {
    /// 0 is the function itself, `n` the `n`-th one that was inlined.
    pub scope: u32,
    /// Offset in the input, where it is known.
    pub source: Option<u32>,
}

/// The origins of the inlined instructions of a function.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    scopes: Vec<Inlined>,
    origins: Vec<Origin>,
}

impl Origins {
    /// What the number of an instruction means.
    pub fn of(&self, position: SourceLoc) -> Origin {
        let bits = position.bits();
        match bits.checked_sub(INLINED) {
            None => Origin { scope: 0, source: Some(bits) },
            Some(index) => self.origins.get(index as usize).copied().unwrap_or_default(),
        }
    }

    /// The functions that were inlined: the scope `n` is the one before index `n`.
    #[cfg(feature = "cache")]
    pub fn scopes(&self) -> &[Inlined] {
        &self.scopes
    }

    /// Does an instruction lie in what was inlined of this function?
    pub fn lies_in(&self, origin: Origin, function: FuncKey) -> bool {
        let scope = |number: u32| number.checked_sub(1).map(|index| &self.scopes[index as usize]);
        std::iter::successors(scope(origin.scope), |inlined| scope(inlined.parent))
            .any(|scope| scope.function == function)
    }

    /// Takes in the scopes of a function that was inlined at a call, and gives the numbers for its
    /// instructions.
    pub fn take_in<'a>(&'a mut self, function: FuncKey, call: Origin, callee: &'a Origins) -> Renumbering<'a> {
        self.scopes.push(Inlined { function, parent: call.scope, source: call.source });
        let own = self.scopes.len() as u32;
        self.scopes.extend(callee.scopes.iter().map(|inner| Inlined { parent: own + inner.parent, ..*inner }));
        Renumbering { origins: &mut self.origins, callee, own, known: HashMap::new() }
    }

    /// The scopes that some of the given origins lie in, renumbered; the origins are changed
    /// accordingly.
    pub fn used_scopes<'a>(&self, origins: impl Iterator<Item = &'a mut u32>) -> Vec<Inlined> {
        let mut numbers = vec![0; self.scopes.len() + 1];
        let mut used: Vec<&mut u32> = origins.filter(|scope| **scope != 0).collect();
        for scope in &used {
            let mut scope = **scope;
            while scope != 0 && numbers[scope as usize] == 0 {
                numbers[scope as usize] = 1;
                scope = self.scopes[scope as usize - 1].parent;
            }
        }
        let mut scopes = Vec::new();
        for (scope, inlined) in (1..).zip(&self.scopes) {
            if numbers[scope] != 0 {
                scopes.push(Inlined { parent: numbers[inlined.parent as usize], ..*inlined });
                numbers[scope] = scopes.len() as u32;
            }
        }
        for scope in &mut used {
            **scope = numbers[**scope as usize];
        }
        scopes
    }

    /// Gives every instruction its offset in the input, for listings.
    pub fn show(&self, func: &mut ir::Function) {
        let blocks: Vec<ir::Block> = func.layout.blocks().collect();
        for block in blocks {
            let insts: Vec<ir::Inst> = func.layout.block_insts(block).collect();
            for inst in insts {
                let source = self.of(func.srcloc(inst)).source;
                func.set_srcloc(inst, source.map_or_else(SourceLoc::default, SourceLoc::new));
            }
        }
    }
}

/// The numbers of inlined instructions by those that they had in the callee.
pub struct Renumbering<'a> {
    origins: &'a mut Vec<Origin>,
    callee: &'a Origins,
    own: u32,
    known: HashMap<SourceLoc, SourceLoc>,
}

impl Renumbering<'_> {
    /// The number of an instruction.
    pub fn position(&mut self, in_callee: SourceLoc) -> SourceLoc {
        let Renumbering { origins, callee, own, known } = self;
        *known.entry(in_callee).or_insert_with(|| {
            let inner = callee.of(in_callee);
            origins.push(Origin { scope: *own + inner.scope, source: inner.source });
            SourceLoc::new(INLINED + (origins.len() - 1) as u32)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_nest() {
        let (inner, middle) = (FuncKey::Core(0, 1), FuncKey::Canon(2));
        let at = |offset| Origin { scope: 0, source: Some(offset) };
        let mut callee = Origins::default();
        let in_callee = callee.take_in(inner, Origin::default(), &Origins::default()).position(SourceLoc::new(70));
        let mut caller = Origins::default();
        caller.take_in(inner, at(5), &Origins::default()).position(SourceLoc::new(71));
        let mut renumbering = caller.take_in(middle, at(6), &callee);
        let [nested, own] = [in_callee, SourceLoc::default()].map(|position| renumbering.position(position));
        assert_eq!(renumbering.position(in_callee), nested);
        assert_eq!(caller.of(nested), Origin { scope: 3, source: Some(70) });
        assert_eq!(caller.of(own), Origin { scope: 2, source: None });
        assert_eq!(caller.of(SourceLoc::new(9)), at(9));
        let mut scopes = [3, 0, 3];
        let used = caller.used_scopes(scopes.iter_mut());
        assert_eq!(scopes, [2, 0, 2]);
        assert_eq!(
            used.iter().map(|s| (s.function, s.parent, s.source)).collect::<Vec<_>>(),
            [(middle, 0, Some(6)), (inner, 1, None)]
        );
    }
}
