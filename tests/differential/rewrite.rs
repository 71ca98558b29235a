//! Changes to a generated module: what it exports, a table that holds its functions, and code that
//! makes it do more.

use super::drivers::{Context, Driver};
use super::encode::{appended, counted, leb, sized};
use super::layout::Layout;
use super::operators::Changes;
use super::random::Random;
use wasmparser::{BinaryReader, Export, ExportSectionReader, ExternalKind};

/// Sections.
const TYPES: u8 = 1;
const FUNCTIONS: u8 = 3;
const TABLES: u8 = 4;
const EXPORTS: u8 = 7;
const ELEMENTS: u8 = 9;
const CODE: u8 = 10;
/// All of them, in order.
const ORDER: [u8; 13] = [TYPES, 2, FUNCTIONS, TABLES, 5, 13, 6, EXPORTS, 8, ELEMENTS, 12, CODE, 11];

/// Kinds of exports.
const FUNC: u8 = 0;
const GLOBAL: u8 = 3;

/// Elements of the table that holds the module's functions, less one.
const TABLE_MASK: u16 = 15;

/// The module, changed; `fuel` is the name of one more export, and the global that it is. `None`
/// when the module is not well-formed or has no functions.
pub fn rewrite(wasm: &[u8], fuel: (&str, u32), random: &mut Random) -> Option<Vec<u8>> {
    let layout = Layout::read(wasm)?;
    let table = (layout.tables.len() as u32, TABLE_MASK);
    let changes = Changes { layout: &layout, small_indices: random.below(4) != 0, table };
    let drivers = Context { layout: &layout, table }.drivers(random);
    let bodies = layout.bodies.iter().map(|body| Some(sized(&changes.body(wasm, body, random)?)));
    let bodies = bodies.chain(drivers.iter().map(|driver| Some(driver.body.clone()))).collect::<Option<Vec<_>>>()?;
    let types: Vec<Vec<u8>> = drivers.iter().map(|driver| driver.ty.clone()).collect();
    let funcs: Vec<Vec<u8>> = (0..drivers.len()).map(|i| leb(layout.types.len() + i)).collect();
    let mut out = wasm[..8].to_vec();
    for id in ORDER {
        let original = layout.section(id);
        let content = match id {
            TYPES => appended(original, &types),
            FUNCTIONS => appended(original, &funcs),
            TABLES => appended(original, &[table_entry(random)]),
            EXPORTS => exports(&layout, &drivers, fuel, random)?,
            ELEMENTS => appended(original, &[segment(&layout, table.0, random)]),
            CODE => counted(&bodies),
            _ => match original {
                Some(content) => content.to_vec(),
                None => continue,
            },
        };
        out.push(id);
        out.extend(sized(&content));
    }
    Some(out)
}

/// A table of functions, with or without a maximum.
fn table_entry(random: &mut Random) -> Vec<u8> {
    let size = TABLE_MASK as u8 + 1;
    if random.below(2) == 0 { vec![0x70, 0, size] } else { vec![0x70, 1, size, size] }
}

/// An active segment that fills the table but for its last elements, with functions of the module.
fn segment(layout: &Layout<'_>, table: u32, random: &mut Random) -> Vec<u8> {
    let funcs = layout.funcs.len() as u64;
    let elements: Vec<Vec<u8>> = (0..TABLE_MASK - 1).map(|_| leb(random.below(funcs) as usize)).collect();
    // At `i32.const 0`, function indices.
    [vec![2], leb(table as usize), vec![0x41, 0, 0x0b, 0], counted(&elements)].concat()
}

/// The functions, some of the other exports, the drivers and the fuel.
fn exports(layout: &Layout<'_>, drivers: &[Driver], fuel: (&str, u32), random: &mut Random) -> Option<Vec<u8>> {
    let (tables, memories, globals) = (random.below(2) != 0, random.below(4) != 0, random.below(4) != 0);
    let entry = |name: &str, kind: u8, index: usize| [sized(name.as_bytes()), vec![kind], leb(index)].concat();
    let exports = ExportSectionReader::new(BinaryReader::new(layout.section(EXPORTS)?, 0)).ok()?;
    let exports: Vec<Export<'_>> = exports.into_iter().collect::<Result<_, _>>().ok()?;
    let mut entries = Vec::new();
    for export in exports {
        let (kind, wanted) = match export.kind {
            ExternalKind::Func | ExternalKind::FuncExact => (FUNC, true),
            ExternalKind::Table => (1, tables),
            ExternalKind::Memory => (2, memories),
            ExternalKind::Global => (GLOBAL, globals),
            ExternalKind::Tag => (4, true),
        };
        if wanted {
            entries.push(entry(export.name, kind, export.index as usize));
        }
    }
    let first = layout.funcs.len();
    entries.extend((0..drivers.len()).map(|i| entry(&format!("driver {i}"), FUNC, first + i)));
    entries.push(entry(fuel.0, GLOBAL, fuel.1 as usize));
    Some(counted(&entries))
}
