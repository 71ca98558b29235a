//! What a module imports and exports.

use super::value::Type;
use wasmparser::types::{CoreTypeId, EntityType, TypesRef};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// Parameters and results.
#[derive(Debug, Clone)]
pub struct FuncType {
    pub params: Vec<Type>,
    pub results: Vec<Type>,
}

/// An imported or exported item.
#[derive(Debug, Clone)]
pub enum Item {
    Func(FuncType),
    Memory { min: u64, max: Option<u64>, memory64: bool, page_log2: u8 },
    Table { min: u64, max: Option<u64>, table64: bool, element: Type },
    Global { ty: Type, mutable: bool },
    Tag(FuncType),
}

/// The items that a module imports, in order, and its exports with their names.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    pub imports: Vec<Item>,
    pub exports: Vec<(String, Item)>,
}

/// The proposals that are compared: all that Cantilever supports.
pub fn features() -> WasmFeatures {
    WasmFeatures::WASM2
        | WasmFeatures::RELAXED_SIMD
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::EXCEPTIONS
        | WasmFeatures::MEMORY64
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::FUNCTION_REFERENCES
        | WasmFeatures::CUSTOM_PAGE_SIZES
        | WasmFeatures::WIDE_ARITHMETIC
}

impl Shape {
    /// The shape of a module. `None` if it is not valid with these proposals, or has a type that no
    /// host can handle.
    pub fn of(wasm: &[u8]) -> Option<Shape> {
        let types = Validator::new_with_features(features()).validate_all(wasm).ok()?;
        let types = types.as_ref();
        let mut shape = Shape::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let ty = types.entity_type_from_import(&import.ok()?)?;
                        shape.imports.push(item(types, ty)?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.ok()?;
                        let ty = types.entity_type_from_export(&export)?;
                        shape.exports.push((export.name.to_owned(), item(types, ty)?));
                    }
                }
                _ => {}
            }
        }
        Some(shape)
    }
}

fn item(types: TypesRef<'_>, ty: EntityType) -> Option<Item> {
    Some(match ty {
        EntityType::Func(id) | EntityType::FuncExact(id) => Item::Func(func(types, id)?),
        EntityType::Tag(id) => Item::Tag(func(types, id)?),
        EntityType::Memory(ty) => Item::Memory {
            min: ty.initial,
            max: ty.maximum,
            memory64: ty.memory64,
            page_log2: ty.page_size_log2.unwrap_or(16) as u8,
        },
        EntityType::Table(ty) => Item::Table {
            min: ty.initial,
            max: ty.maximum,
            table64: ty.table64,
            element: Type::of_ref(ty.element_type)?,
        },
        EntityType::Global(ty) => Item::Global { ty: Type::new(ty.content_type)?, mutable: ty.mutable },
    })
}

fn func(types: TypesRef<'_>, id: CoreTypeId) -> Option<FuncType> {
    let ty = types[id].unwrap_func();
    let all = |types: &[wasmparser::ValType]| types.iter().map(|ty| Type::new(*ty)).collect::<Option<Vec<_>>>();
    Some(FuncType { params: all(ty.params())?, results: all(ty.results())? })
}
