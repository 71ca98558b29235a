//! Parts: what an adapter of a large type leaves to functions of their own.
//!
//! Code is written out for each occurrence of a type. Types are graphs whose expansion can be
//! exponential in their size, and the time to compile a function is more than linear in its size.
//! So where a function type is large, what goes from memory to memory is transferred by one
//! function for each type that is more than a few scalars. Types with borrow handles have none: the
//! lenders of a call are SSA values of its adapter.

use super::borrow::Borrows;
use super::crossing::Crossing;
use super::fill::fill_entry;
use super::occurrence::Occurrence;
use super::side::{Side, callee_side, caller_side, result_side};
use crate::canon::CanonEnv;
use crate::canon::value::operand::{Address, Operand, Target};
use crate::canon::value::transfer::transfer_here;
use crate::clif::signature::POINTER;
use crate::clif::{Convention, Emit};
use alloc::vec::Vec;
use cantilever_abi::{Adapter, FuncKey, TypeDef, Types, ValType};
use cranelift_codegen::ir::{FuncRef, Function, InstBuilder, Signature};
use cranelift_frontend::FunctionBuilderContext;
use hashbrown::{HashMap, HashSet};

/// The parts of all adapters of a compilation.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    list: Vec<Part>,
    indices: HashMap<Part, u32>,
}

/// The transfer of values of a type in one direction of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    /// The adapter.
    pub adapter: FuncKey,
    /// The direction.
    pub direction: Direction,
    /// The type.
    pub ty: ValType,
}

/// A direction of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the caller to the callee.
    Params,
    /// From the callee to the caller.
    Result,
}

/// What is large.
#[derive(Debug, Clone, Copy)]
pub(in crate::canon) struct Threshold {
    /// A function type of more types than this has parts, each counted as often as it occurs.
    pub function: u32,
    /// A record or variant of at least as many is a part, if there are strings or lists in it.
    pub part: u32,
    /// The same, if there are none.
    pub plain_part: u32,
}

const THRESHOLD: Threshold = Threshold { function: 256, part: 8, plain_part: 64 };

impl Parts {
    /// Finds the parts of adapters.
    pub fn of<'a>(types: &Types, adapters: impl Iterator<Item = (FuncKey, &'a Adapter)>) -> Self {
        Self::above(THRESHOLD, types, adapters)
    }

    pub(in crate::canon) fn above<'a>(
        threshold: Threshold,
        types: &Types,
        adapters: impl Iterator<Item = (FuncKey, &'a Adapter)>,
    ) -> Self {
        let mut parts = Parts::default();
        for (key, adapter) in adapters {
            let params = || adapter.ty.params.iter().map(|(_, ty)| *ty);
            let nodes = params().chain(adapter.ty.result).fold(0u32, |sum, ty| sum.saturating_add(types.nodes(ty)));
            if nodes > threshold.function {
                parts.add(types, threshold, (key, Direction::Params), params().collect());
                parts.add(types, threshold, (key, Direction::Result), adapter.ty.result.into_iter().collect());
            }
        }
        parts
    }

    /// Adds the parts among some types and what they are made of.
    fn add(
        &mut self,
        types: &Types,
        threshold: Threshold,
        (adapter, direction): (FuncKey, Direction),
        tys: Vec<ValType>,
    ) {
        let mut seen: HashSet<ValType> = tys.iter().copied().collect();
        let mut open = tys;
        while let Some(ty) = open.pop() {
            if is_part(types, ty, threshold) {
                let part = Part { adapter, direction, ty };
                self.indices.insert(part, self.list.len() as u32);
                self.list.push(part);
            }
            let components = types.def(ty).into_iter().flat_map(TypeDef::components);
            open.extend(components.filter(|ty| seen.insert(*ty)));
        }
    }

    /// All of them, with their keys.
    pub fn list(&self) -> impl Iterator<Item = (FuncKey, &Part)> {
        (0..).map(FuncKey::Part).zip(&self.list)
    }

    /// The part with this index.
    pub fn get(&self, index: u32) -> Option<&Part> {
        self.list.get(index as usize)
    }

    fn find(&self, part: Part) -> Option<FuncKey> {
        self.indices.get(&part).map(|index| FuncKey::Part(*index))
    }
}

fn is_part(types: &Types, ty: ValType, threshold: Threshold) -> bool {
    match types.def(ty) {
        None => ty == ValType::String,
        Some(_) if types.contains_borrow(ty) => false,
        Some(TypeDef::List(_) | TypeDef::Map(..)) => true,
        // One copy.
        Some(TypeDef::FixedList(element, _)) if types.plain(&[*element]).is_some() => false,
        Some(_) => types.nodes(ty) >= if types.contains_pointer(ty) { threshold.part } else { threshold.plain_part },
    }
}

/// The parts of one direction of an adapter, while it or one of them is emitted.
pub(in crate::canon) struct PartsOf<'c> {
    parts: &'c Parts,
    adapter: FuncKey,
    direction: Direction,
    declared: HashMap<FuncKey, FuncRef>,
}

impl<'c> PartsOf<'c> {
    /// None if the compilation has no parts at all.
    pub(in crate::canon) fn new(env: &CanonEnv<'c>, adapter: FuncKey, direction: Direction) -> Option<Self> {
        let any = !env.parts.list.is_empty();
        any.then(|| PartsOf { parts: env.parts, adapter, direction, declared: HashMap::new() })
    }

    /// The part for a type, if it has one.
    pub(in crate::canon) fn find(&self, ty: ValType) -> Option<FuncKey> {
        self.parts.find(Part { adapter: self.adapter, direction: self.direction, ty })
    }
}

impl Crossing<'_, '_, '_> {
    /// Transfers a value from memory to memory by the part for its type, if there is one.
    pub(in crate::canon) fn transfer_part(&mut self, ty: ValType, from: Address, to: Address) -> bool {
        let Some(parts) = &mut self.parts else { return false };
        let Some(key) = parts.find(ty) else { return false };
        let signature = || part_signature(self.e.convention);
        let func = match parts.declared.get(&key) {
            Some(func) => *func,
            None => {
                let func = self.e.declare(key, signature());
                parts.declared.insert(key, func);
                func
            }
        };
        let args = [self.e.vmctx, from.value(self.e), to.value(self.e)];
        self.e.b.ins().call(func, &args);
        true
    }
}

/// The native addresses of the value and of its place.
fn part_signature(convention: Convention) -> Signature {
    convention.core([POINTER; 2], [])
}

/// Emits a part of an adapter.
pub fn emit_part(
    env: &CanonEnv,
    cx: &mut FunctionBuilderContext,
    key: FuncKey,
    part: &Part,
    adapter: &Adapter,
) -> Function {
    let mut func = Function::new();
    let (mut e, args) = Emit::core(&mut func, cx, key, part_signature(env.convention), env.convention);
    let (from, to): (Side, Side) = match part.direction {
        Direction::Params => (caller_side(env, adapter), callee_side(env, &adapter.lift)),
        Direction::Result => (result_side(env, &adapter.lift), caller_side(env, adapter)),
    };
    let (source, target) = (Operand::Memory(from.address(args[0])), Target::Memory(to.address(args[1])));
    let mut borrows = Borrows::none(env, to.instance);
    let parts = PartsOf::new(env, part.adapter, part.direction);
    let occurrence = Occurrence::Once;
    let fills = part.direction == Direction::Result && fill_entry(env, adapter).is_some();
    let mut c = Crossing { env, e: &mut e, from, to, borrows: &mut borrows, occurrence, fills, parts };
    transfer_here(&mut c, part.ty, &source, &target);
    e.b.ins().return_(&[]);
    e.finish();
    func
}
