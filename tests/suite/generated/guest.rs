//! A guest for a world: each function that it exports calls the import of the same name.
//!
//! Types are the component's affair. For the core module the two functions differ only in who makes
//! room for a large result.

use std::fmt::Write;
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmSignature, WasmType};
use wit_parser::{Function, Resolve, WorldItem};

/// Where large results go. What guests are given comes behind it.
const RESULT: u32 = 1024;
const HEAP: u32 = 4096;

/// The component.
pub fn component(wit: &Path) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(text(&resolve, &resolve.worlds[world])).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

fn text(resolve: &Resolve, world: &wit_parser::World) -> String {
    let functions = |items: &wit_parser::IndexMap<wit_parser::WorldKey, WorldItem>| {
        let mut found: Vec<(Option<String>, Function)> = Vec::new();
        for (key, item) in items {
            match item {
                WorldItem::Function(function) => found.push((None, function.clone())),
                WorldItem::Interface { id, .. } => {
                    let functions = resolve.interfaces[*id].functions.values();
                    found.extend(functions.map(|f| (Some(resolve.name_world_key(key)), f.clone())));
                }
                WorldItem::Type { .. } => {}
            }
        }
        found
    };
    let (mut imports, mut exports) = (String::new(), String::new());
    let imported = functions(&world.imports);
    for (instance, function) in functions(&world.exports) {
        let (from, import) = imported.iter().find(|(_, import)| import.name == function.name).unwrap();
        let from = from.as_deref().unwrap_or("$root");
        let name = instance.map_or(function.name.clone(), |instance| format!("{instance}#{}", function.name));
        let (outer, inner) = (
            resolve.wasm_signature(AbiVariant::GuestExport, &function),
            resolve.wasm_signature(AbiVariant::GuestImport, import),
        );
        writeln!(imports, "(import \"{from}\" \"{}\" (func $\"{name}\" {}))", import.name, types(&inner)).unwrap();
        let gets: String = (0..outer.params.len()).map(|at| format!("local.get {at} ")).collect();
        let room = if inner.retptr { format!("i32.const {RESULT}") } else { String::new() };
        let result = if outer.retptr { room.clone() } else { String::new() };
        let ty = types(&outer);
        writeln!(exports, "(func (export \"{name}\") {ty} {gets} {room} call $\"{name}\" {result})").unwrap();
    }
    format!(
        "(module {imports}
           (memory (export \"memory\") 64)
           (global $free (mut i32) (i32.const {HEAP}))
           (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)
             (local $at i32)
             (local.set $at (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
             (global.set $free (i32.add (local.get $at) (local.get 3)))
             (local.get $at))
           {exports})"
    )
}

fn types(signature: &WasmSignature) -> String {
    let list = |types: &[WasmType]| {
        let name = |ty: &WasmType| match ty {
            WasmType::I64 | WasmType::PointerOrI64 => " i64",
            WasmType::F32 => " f32",
            WasmType::F64 => " f64",
            WasmType::I32 | WasmType::Pointer | WasmType::Length => " i32",
        };
        types.iter().map(name).collect::<String>()
    };
    format!("(param{}) (result{})", list(&signature.params), list(&signature.results))
}
