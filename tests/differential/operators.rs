//! Changes to the operators of a generated module. The generator prefers operators that need few
//! operands, and gives them operands that are hardly ever in bounds.

use super::encode::{and, leb};
use super::layout::Layout;
use super::random::Random;
use wasmparser::{FunctionBody, MemArg, MemArgTarget, Operator};

/// Which operators to change.
pub struct Changes<'a> {
    pub layout: &'a Layout<'a>,
    /// Keep addresses of loads and indices of tables small?
    pub small_indices: bool,
    /// The table that some indirect calls go through, and the mask of its indices.
    pub table: (u32, u16),
}

impl Changes<'_> {
    /// The body of a function, changed.
    pub fn body(&self, wasm: &[u8], body: &FunctionBody<'_>, random: &mut Random) -> Option<Vec<u8>> {
        let range = body.range();
        let found = body.get_operators_reader().ok()?.into_iter_with_offsets();
        let operators: Vec<(Operator<'_>, u64)> = found.collect::<Result<_, _>>().ok()?;
        let ends = operators.iter().skip(1).map(|(_, at)| *at).chain([range.end]);
        let mut out = wasm[range.start as usize..operators.first()?.1 as usize].to_vec();
        for ((operator, at), end) in operators.iter().zip(ends) {
            let original = &wasm[*at as usize..end as usize];
            out.extend(self.operator(operator, original, random)?);
        }
        Some(out)
    }

    fn operator(&self, operator: &Operator<'_>, original: &[u8], random: &mut Random) -> Option<Vec<u8>> {
        use Operator::{CallIndirect, ReturnCallIndirect};
        if let Some(others) = interchangeable(operator)
            && random.below(4) != 0
        {
            return Some(random.one_of(others).bytes());
        }
        match operator {
            CallIndirect { type_index, table_index } | ReturnCallIndirect { type_index, table_index }
                if random.below(2) == 0 =>
            {
                let is_64 = self.layout.tables.get(*table_index as usize)?.table64;
                // `i32.wrap_i64`
                let wrap: &[u8] = if is_64 { &[0xa7] } else { &[] };
                let (table, mask) = self.table;
                let call = [vec![original[0]], leb(*type_index as usize), leb(table as usize)].concat();
                Some([wrap, &and(mask, false), &call].concat())
            }
            _ => match self.mask(operator).filter(|_| self.small_indices) {
                Some((mask, is_64)) => Some([&and(mask, is_64), original].concat()),
                None => Some(original.to_vec()),
            },
        }
    }

    /// What the topmost operand of an operator should be masked with, and whether it has 64 bits.
    fn mask(&self, operator: &Operator<'_>) -> Option<(u16, bool)> {
        use Operator as O;
        let memory = |index: u32, mask| Some((mask, self.layout.memories.get(index as usize)?.memory64));
        let table = |index: u32, mask| Some((mask, self.layout.tables.get(index as usize)?.table64));
        match *operator {
            O::CallIndirect { table_index, .. } | O::ReturnCallIndirect { table_index, .. } => table(table_index, 7),
            O::TableGet { table: index } => table(index, 31),
            O::TableGrow { table: index } => table(index, 15),
            O::MemoryGrow { mem } => memory(mem, 1),
            O::BrTable { .. } => Some((3, false)),
            _ => match load(operator)?.target {
                MemArgTarget::Memory(mem) => memory(mem, 0x0fff),
                MemArgTarget::Array(_) => None,
            },
        }
    }
}

/// An opcode, of the numeric or of the vector operators.
#[derive(Clone, Copy)]
enum Opcode {
    Numeric(u8),
    Vector(u16),
}

impl Opcode {
    fn bytes(self) -> Vec<u8> {
        match self {
            Opcode::Numeric(code) => vec![code],
            Opcode::Vector(code) => [vec![0xfd], leb(code.into())].concat(),
        }
    }
}

/// The opcodes in inclusive ranges.
macro_rules! opcodes {
    ($kind:ident: $($first:literal $(..= $last:literal)?),* $(,)?) => {{
        const RANGES: &[(u16, u16)] = &[$(($first, opcodes!(@last $first $($last)?))),*];
        const LEN: usize = {
            let (mut len, mut i) = (0, 0);
            while i < RANGES.len() {
                len += (RANGES[i].1 - RANGES[i].0 + 1) as usize;
                i += 1;
            }
            len
        };
        const CODES: [Opcode; LEN] = {
            let mut codes = [Opcode::$kind(0); LEN];
            let (mut n, mut i) = (0, 0);
            while i < RANGES.len() {
                let mut code = RANGES[i].0;
                while code <= RANGES[i].1 {
                    codes[n] = Opcode::$kind(code as _);
                    n += 1;
                    code += 1;
                }
                i += 1;
            }
            codes
        };
        &CODES
    }};
    (@last $first:literal) => { $first };
    (@last $first:literal $last:literal) => { $last };
}

/// Those of two 32-bit integers, with a 32-bit result; division seldom, for it traps.
const I32_BINARY: &[Opcode] = opcodes!(Numeric: 0x46..=0x4f, 0x6a..=0x6c, 0x71..=0x78, 0x6a..=0x6c, 0x71..=0x78, 0x6e);
/// The same of 64 bits.
const I64_BINARY: &[Opcode] = opcodes!(Numeric: 0x7c..=0x7e, 0x83..=0x8a, 0x7c..=0x7e, 0x83..=0x8a, 0x80);
/// Comparisons of 64-bit integers.
const I64_COMPARE: &[Opcode] = opcodes!(Numeric: 0x51..=0x5a);
/// Those of two vectors, with a vector as result, but for those that may make a NaN.
const V128_BINARY: &[Opcode] = opcodes!(Vector:
    0x0e, 0x23..=0x4c, 0x4e..=0x51, 0x65..=0x66, 0x6e..=0x73, 0x76..=0x79, 0x7b, 0x82, 0x85..=0x86, 0x8e..=0x93,
    0x95..=0x99, 0x9b..=0x9f, 0xae, 0xb1, 0xb5..=0xba, 0xbc..=0xbf, 0xce, 0xd1, 0xd5..=0xdf, 0xea..=0xeb, 0xf6..=0xf7,
    0x100, 0x111..=0x112);
/// Those of three vectors. An engine may choose how other relaxed ones are rounded.
const V128_TERNARY: &[Opcode] = opcodes!(Vector: 0x52, 0x109..=0x10c, 0x113);

/// The operators that can stand in place of one.
fn interchangeable(operator: &Operator<'_>) -> Option<&'static [Opcode]> {
    use Operator as O;
    Some(match operator {
        // Not `i32.sub` and `i32.ge_u`: with these, fuel is counted.
        O::I32Add | O::I32Mul | O::I32And | O::I32Or | O::I32Xor | O::I32LeS | O::I32LeU => I32_BINARY,
        O::I64Add | O::I64Sub | O::I64Mul | O::I64And | O::I64Or | O::I64Xor => I64_BINARY,
        O::I64LeS | O::I64LeU | O::I64Ne => I64_COMPARE,
        O::V128And | O::V128Or | O::V128Xor | O::I32x4Add | O::I8x16MaxS | O::I64x2Sub => V128_BINARY,
        O::F32x4RelaxedMadd | O::F32x4RelaxedNmadd | O::F64x2RelaxedMadd | O::F64x2RelaxedNmadd => V128_TERNARY,
        _ => return None,
    })
}

/// The operand of an operator whose topmost operand is the address that it loads from.
fn load(operator: &Operator<'_>) -> Option<MemArg> {
    use Operator as O;
    match *operator {
        O::I32Load { memarg }
        | O::I64Load { memarg }
        | O::F32Load { memarg }
        | O::F64Load { memarg }
        | O::I32Load8S { memarg }
        | O::I32Load8U { memarg }
        | O::I32Load16S { memarg }
        | O::I32Load16U { memarg }
        | O::I64Load8S { memarg }
        | O::I64Load8U { memarg }
        | O::I64Load16S { memarg }
        | O::I64Load16U { memarg }
        | O::I64Load32S { memarg }
        | O::I64Load32U { memarg }
        | O::V128Load { memarg }
        | O::V128Load8x8S { memarg }
        | O::V128Load8x8U { memarg }
        | O::V128Load16x4S { memarg }
        | O::V128Load16x4U { memarg }
        | O::V128Load32x2S { memarg }
        | O::V128Load32x2U { memarg }
        | O::V128Load8Splat { memarg }
        | O::V128Load16Splat { memarg }
        | O::V128Load32Splat { memarg }
        | O::V128Load64Splat { memarg }
        | O::V128Load32Zero { memarg }
        | O::V128Load64Zero { memarg } => Some(memarg),
        _ => None,
    }
}
