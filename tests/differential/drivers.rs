//! Functions that a generated module gets besides its own. They call its functions in every way
//! there is, throw and catch, and move bytes between its memories. Their operands are such that it
//! mostly succeeds.

use super::encode::{and, counted, leb, sized};
use super::layout::Layout;
use super::random::Random;
use wasmparser::{AbstractHeapType, HeapType, RefType, ValType};

/// A function: the entries of the type section and of the code section.
pub struct Driver {
    pub ty: Vec<u8>,
    pub body: Vec<u8>,
}

/// What drivers refer to.
pub struct Context<'a> {
    pub layout: &'a Layout<'a>,
    /// The table that holds the module's functions, and the mask of its indices.
    pub table: (u32, u16),
}

/// How many drivers call the module's functions.
const CALLS: usize = 6;

const RETURN: u8 = 0x0f;
const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;
const RETURN_CALL: u8 = 0x12;
const RETURN_CALL_INDIRECT: u8 = 0x13;
const CALL_REF: u8 = 0x14;
const RETURN_CALL_REF: u8 = 0x15;
const DROP: u8 = 0x1a;
const REF_FUNC: u8 = 0xd2;
const END: u8 = 0x0b;

impl Context<'_> {
    /// Some drivers for the module.
    pub fn drivers(&self, random: &mut Random) -> Vec<Driver> {
        let funcs = self.layout.funcs.len() as u64;
        let mut drivers: Vec<Driver> = (0..CALLS).map(|_| self.call(random.below(funcs) as usize, random)).collect();
        drivers.extend((0..self.layout.tags.len()).map(|tag| self.catch(tag, None)));
        if !self.layout.tags.is_empty() {
            let tag = random.below(self.layout.tags.len() as u64) as usize;
            drivers.extend((0..funcs as usize).take(3).map(|func| self.catch(tag, Some(func))));
        }
        drivers.extend(self.memories(random));
        drivers
    }

    /// Calls a function, or one of its type.
    fn call(&self, func: usize, random: &mut Random) -> Driver {
        let (table, mask) = self.table;
        let ty = self.layout.func_type(func);
        let type_index = leb(self.layout.funcs[func] as usize);
        let (mut params, func) = (ty.params().to_vec(), leb(func));
        let call = match random.below(8) {
            0 => [&[CALL][..], &func].concat(),
            1 => [&[RETURN_CALL][..], &func].concat(),
            2 => [&[REF_FUNC][..], &func, &[CALL_REF], &type_index].concat(),
            3 => [&[REF_FUNC][..], &func, &[RETURN_CALL_REF], &type_index].concat(),
            // At an index that is known when it is compiled.
            4 => {
                let index = [0x41, random.below(8) as u8];
                [&index[..], &[CALL_INDIRECT], &type_index, &leb(table as usize)].concat()
            }
            other => {
                params.push(ValType::I32);
                let index = [vec![0x20], leb(params.len() - 1), and(mask, false)].concat();
                let call = if other == 5 { RETURN_CALL_INDIRECT } else { CALL_INDIRECT };
                [&index[..], &[call], &type_index, &leb(table as usize)].concat()
            }
        };
        driver(&params, ty.results(), [locals(ty.params().len()), call].concat())
    }

    /// Returns what is caught by a tag: what it throws itself, or what a function does. Otherwise
    /// zeros.
    fn catch(&self, tag: usize, func: Option<usize>) -> Driver {
        let payload = self.layout.types[self.layout.tags[tag] as usize].params();
        let (params, throws) = match func {
            None => (payload, [&[0x08][..], &leb(tag)].concat()),
            Some(func) => {
                let ty = self.layout.func_type(func);
                let drops = vec![DROP; ty.results().len()];
                (ty.params(), [&[CALL][..], &leb(func), &drops].concat())
            }
        };
        // The results of the driver are those of a block around it all, to which its clause leads.
        let clause = [&[0x1f, 0x40, 1, 0][..], &leb(tag), &[0]].concat();
        let zeros: Vec<u8> = payload.iter().flat_map(|ty| zero(*ty)).collect();
        let end = [&[END][..], &zeros, &[RETURN]].concat();
        driver(params, payload, [clause, locals(params.len()), throws, end].concat())
    }

    /// Moves bytes within a memory, between memories, and from a segment.
    fn memories(&self, random: &mut Random) -> Vec<Driver> {
        let count = self.layout.memories.len() as u64;
        if count == 0 {
            return Vec::new();
        }
        let (to, from) = (random.below(count) as usize, random.below(count) as usize);
        let is_64 = |memory: usize| self.layout.memories[memory].memory64;
        let params = [ValType::I64; 3];
        let operands =
            |wide: [bool; 3]| -> Vec<u8> { (0u8..).zip(wide).flat_map(|(i, wide)| operand(i, wide)).collect() };
        let copy = [operands([is_64(to), is_64(from), is_64(to) && is_64(from)]), vec![0xfc, 0x0a], leb(to), leb(from)];
        let fill = [operands([is_64(to), false, is_64(to)]), vec![0xfc, 0x0b], leb(to)];
        let mut drivers = vec![driver(&params, &[], copy.concat()), driver(&params, &[], fill.concat())];
        if self.layout.datas > 0 {
            let data = random.below(self.layout.datas.into()) as usize;
            let init = [operands([is_64(to), false, false]), vec![0xfc, 0x08], leb(data), leb(to)];
            drivers.push(driver(&params, &[], init.concat()));
        }
        drivers
    }
}

/// A 64-bit parameter, made small, as 64 or 32 bits.
fn operand(local: u8, wide: bool) -> Vec<u8> {
    // `i32.wrap_i64`
    let wrap: &[u8] = if wide { &[] } else { &[0xa7] };
    [&[0x20, local][..], &and(0x3f, true), wrap].concat()
}

fn driver(params: &[ValType], results: &[ValType], code: Vec<u8>) -> Driver {
    let types = |types: &[ValType]| counted(&types.iter().map(|ty| val_type(*ty)).collect::<Vec<_>>());
    Driver {
        ty: [vec![0x60], types(params), types(results)].concat(),
        // No locals.
        body: sized(&[vec![0], code, vec![END]].concat()),
    }
}

/// The first parameters.
fn locals(count: usize) -> Vec<u8> {
    (0..count).flat_map(|index| [vec![0x20], leb(index)].concat()).collect()
}

fn val_type(ty: ValType) -> Vec<u8> {
    vec![match ty {
        ValType::I32 => 0x7f,
        ValType::I64 => 0x7e,
        ValType::F32 => 0x7d,
        ValType::F64 => 0x7c,
        ValType::V128 => 0x7b,
        ValType::Ref(ty) => heap_type(ty),
    }]
}

fn heap_type(ty: RefType) -> u8 {
    match ty.heap_type() {
        HeapType::Abstract { ty: AbstractHeapType::Func, .. } => 0x70,
        HeapType::Abstract { ty: AbstractHeapType::Extern, .. } => 0x6f,
        HeapType::Abstract { ty: AbstractHeapType::Exn, .. } => 0x69,
        other => unreachable!("{other:?} is not generated"),
    }
}

fn zero(ty: ValType) -> Vec<u8> {
    match ty {
        ValType::I32 => vec![0x41, 0],
        ValType::I64 => vec![0x42, 0],
        ValType::F32 => [vec![0x43], vec![0; 4]].concat(),
        ValType::F64 => [vec![0x44], vec![0; 8]].concat(),
        ValType::V128 => [vec![0xfd, 0x0c], vec![0; 16]].concat(),
        ValType::Ref(ty) => vec![0xd0, heap_type(ty)],
    }
}
