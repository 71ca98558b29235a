//! Changes to a generated module: what it exports, and indices that would otherwise hardly ever be in bounds.

use super::random::Random;
use wasmparser::{
    Export, ExternalKind, FunctionBody, MemArg, MemArgTarget, MemoryType, Operator, Parser, Payload, TableType, TypeRef,
};

/// Which changes to make.
pub struct Rewrite<'a> {
    /// The name of one more export, and the global that it is.
    pub fuel: (&'a str, u32),
    /// What is exported besides functions.
    pub memories: bool,
    pub tables: bool,
    pub globals: bool,
    /// Keep addresses of loads and indices of tables small?
    pub small_indices: bool,
}

impl Rewrite<'_> {
    /// With any choice of changes.
    pub fn random<'a>(random: &mut Random, fuel: (&'a str, u32)) -> Rewrite<'a> {
        Rewrite {
            fuel,
            memories: random.below(4) != 0,
            tables: random.below(2) != 0,
            globals: random.below(4) != 0,
            small_indices: random.below(4) != 0,
        }
    }

    /// The module, changed. `None` when it has no exports, or is not well-formed.
    pub fn apply(&self, wasm: &[u8]) -> Option<Vec<u8>> {
        let mut indices = Indices::default();
        let mut bodies = Vec::new();
        let mut exports = None;
        let mut sections = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.ok()?;
            if let Some((id, range)) = payload.as_section() {
                sections.push((id, &wasm[range.start as usize..range.end as usize]));
            }
            match &payload {
                Payload::CodeSectionEntry(body) => bodies.push(self.body(wasm, body, &indices)?),
                Payload::ExportSection(section) => {
                    exports = Some(self.exports(section.clone().into_iter().collect::<Result<_, _>>().ok()?));
                }
                _ => indices.add(&payload)?,
            }
        }
        let (exports, code) = (exports?, counted(bodies));
        let mut out = wasm[..8].to_vec();
        for (id, content) in sections {
            let content = match id {
                EXPORTS => &exports,
                CODE => &code,
                _ => content,
            };
            out.push(id);
            out.extend(sized(content));
        }
        Some(out)
    }

    fn exports(&self, exports: Vec<Export<'_>>) -> Vec<u8> {
        let entry = |name: &str, kind: u8, index: u32| [sized(name.as_bytes()), vec![kind], leb(index)].concat();
        let kept = exports.iter().filter_map(|export| {
            let (kind, wanted) = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => (0, true),
                ExternalKind::Table => (1, self.tables),
                ExternalKind::Memory => (2, self.memories),
                ExternalKind::Global => (3, self.globals),
                ExternalKind::Tag => (4, true),
            };
            wanted.then(|| entry(export.name, kind, export.index))
        });
        counted(kept.chain([entry(self.fuel.0, 3, self.fuel.1)]).collect())
    }

    /// A function's body with its size.
    fn body(&self, wasm: &[u8], body: &FunctionBody<'_>, indices: &Indices) -> Option<Vec<u8>> {
        let range = body.range();
        let mut copied = range.start as usize;
        let mut out = Vec::new();
        for found in body.get_operators_reader().ok()?.into_iter_with_offsets() {
            let (op, at) = found.ok()?;
            let at = at as usize;
            if self.small_indices
                && let Some((mask, is_64)) = indices.mask(&op)
            {
                out.extend_from_slice(&wasm[copied..at]);
                out.extend(and(mask, is_64));
                copied = at;
            } else if rounds(&op) {
                out.extend_from_slice(&wasm[copied..at]);
                out.extend_from_slice(BITSELECT);
                copied = at + ROUNDING_LEN;
            }
        }
        out.extend_from_slice(&wasm[copied..range.end as usize]);
        Some(sized(&out))
    }
}

const EXPORTS: u8 = 7;
const CODE: u8 = 10;
/// `v128.bitselect`.
const BITSELECT: &[u8] = &[0xfd, 0x52];
/// Bytes of a relaxed operator.
const ROUNDING_LEN: usize = 3;

/// Does an engine choose how the intermediate result of this is rounded? It takes and gives as much as `v128.bitselect`.
fn rounds(op: &Operator<'_>) -> bool {
    use Operator::{F32x4RelaxedMadd, F32x4RelaxedNmadd, F64x2RelaxedMadd, F64x2RelaxedNmadd};
    matches!(op, F32x4RelaxedMadd | F32x4RelaxedNmadd | F64x2RelaxedMadd | F64x2RelaxedNmadd)
}

/// The types of a module's memories and tables.
#[derive(Default)]
struct Indices {
    memories: Vec<MemoryType>,
    tables: Vec<TableType>,
}

impl Indices {
    fn add(&mut self, payload: &Payload<'_>) -> Option<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    match import.ok()?.ty {
                        TypeRef::Memory(ty) => self.memories.push(ty),
                        TypeRef::Table(ty) => self.tables.push(ty),
                        _ => {}
                    }
                }
            }
            Payload::MemorySection(section) => {
                self.memories.extend(section.clone().into_iter().collect::<Result<Vec<_>, _>>().ok()?);
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.tables.push(table.ok()?.ty);
                }
            }
            _ => {}
        }
        Some(())
    }

    /// What the topmost operand of an operator should be masked with, and whether it has 64 bits.
    fn mask(&self, op: &Operator<'_>) -> Option<(u16, bool)> {
        use Operator as O;
        let memory = |index: u32, mask| Some((mask, self.memories.get(index as usize)?.memory64));
        let table = |index: u32, mask| Some((mask, self.tables.get(index as usize)?.table64));
        match *op {
            O::CallIndirect { table_index, .. } | O::ReturnCallIndirect { table_index, .. } => table(table_index, 7),
            O::TableGet { table: index } => table(index, 31),
            O::TableGrow { table: index } => table(index, 15),
            O::MemoryGrow { mem } => memory(mem, 1),
            O::BrTable { .. } => Some((3, false)),
            _ => match load(op)?.target {
                MemArgTarget::Memory(mem) => memory(mem, 0x0fff),
                MemArgTarget::Array(_) => None,
            },
        }
    }
}

/// The operand of an operator whose topmost operand is the address that it loads from.
fn load(op: &Operator<'_>) -> Option<MemArg> {
    use Operator as O;
    match *op {
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

/// `i32.const mask; i32.and`, or the same with 64 bits.
fn and(mask: u16, is_64: bool) -> Vec<u8> {
    let (constant, and) = if is_64 { (0x42, 0x83) } else { (0x41, 0x71) };
    // A signed number whose last byte must not look negative.
    let mask = [mask as u8 | 0x80, (mask >> 7) as u8 | 0x80, (mask >> 14) as u8];
    [vec![constant], mask.to_vec(), vec![and]].concat()
}

fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn sized(content: &[u8]) -> Vec<u8> {
    [leb(content.len() as u32), content.to_vec()].concat()
}

fn counted(entries: Vec<Vec<u8>>) -> Vec<u8> {
    [leb(entries.len() as u32), entries.concat()].concat()
}
