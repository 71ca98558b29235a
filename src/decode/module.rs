//! Core modules: sections to [`Module`].
//!
//! The validator has seen a section before it is read here, so what is read is known to be valid.

use super::core_types::CoreTypes;
use super::{garbage_collection, names};
use crate::plan::module::{
    DataSegment, ElemItems, ElemSegment, Entity, GlobalDecl, Module, ModuleImport, SegmentMode, TableDecl,
};
use std::ops::Range;
use wasmparser::types::TypesRef;
use wasmparser::{
    ConstExpr, CustomSectionReader, DataKind, ElementItems, ElementKind, ExternalKind, KnownCustom, Operator, Payload,
    Result, TableInit, TypeRef,
};

/// A module that is being read.
#[derive(Debug, Default)]
pub(super) struct ModuleBuilder {
    module: Module,
    table_inits: Vec<Option<Range<usize>>>,
    global_inits: Vec<Range<usize>>,
    func_names: Vec<(u32, String)>,
    /// Functions that are referred to, in any order, with repetitions.
    escaping: Vec<u32>,
    /// Where something of the garbage-collection proposal is used that is refused.
    pub(super) garbage_collection: Option<u64>,
}

/// A byte range as the model has it. Inputs are in memory, so offsets fit.
pub(super) fn byte_range(range: Range<u64>) -> Range<usize> {
    range.start as usize..range.end as usize
}

impl ModuleBuilder {
    /// A module that begins at this offset of the input.
    pub(super) fn new(start_offset: usize) -> Self {
        ModuleBuilder { module: Module { start_offset, ..Module::default() }, ..Self::default() }
    }

    /// Takes in one validated section.
    pub(super) fn section(&mut self, payload: &Payload) -> Result<()> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups.clone().into_iter_with_offsets() {
                    let (offset, group) = group?;
                    if garbage_collection::is_in_group(&group) {
                        self.garbage_collection.get_or_insert(offset);
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    self.import(import?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables.clone() {
                    let init = match table?.init {
                        TableInit::RefNull => None,
                        TableInit::Expr(expr) => Some(self.const_expr(&expr)?),
                    };
                    self.table_inits.push(init);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals.clone() {
                    let init = self.const_expr(&global?.init_expr)?;
                    self.global_inits.push(init);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports.clone() {
                    let export = export?;
                    self.module.exports.push((export.name.to_string(), entity(export.kind, export.index)));
                }
            }
            Payload::StartSection { func, .. } => self.module.start = Some(*func),
            Payload::ElementSection(segments) => {
                for segment in segments.clone() {
                    let segment = self.elem_segment(segment?)?;
                    self.module.elems.push(segment);
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments.clone() {
                    let segment = self.data_segment(segment?)?;
                    self.module.datas.push(segment);
                }
            }
            Payload::CodeSectionEntry(body) => self.module.bodies.push(byte_range(body.range())),
            Payload::CodeSectionStart { unchecked_range, .. } => {
                self.module.code_offset = unchecked_range.start as usize;
            }
            Payload::CustomSection(custom) => self.custom_section(custom),
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import) {
        let module = &mut self.module;
        let (count, entity): (&mut u32, fn(u32) -> Entity) = match import.ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => (&mut module.imported_funcs, Entity::Func),
            TypeRef::Table(_) => (&mut module.imported_tables, Entity::Table),
            TypeRef::Memory(_) => (&mut module.imported_memories, Entity::Memory),
            TypeRef::Global(_) => (&mut module.imported_globals, Entity::Global),
            TypeRef::Tag(_) => (&mut module.imported_tags, Entity::Tag),
        };
        let entity = entity(*count);
        *count += 1;
        let (module_name, name) = (import.module.to_string(), import.name.to_string());
        module.imports.push(ModuleImport { module: module_name, name, entity });
    }

    /// The range of a constant expression, whose `ref.func` operands escape.
    fn const_expr(&mut self, expr: &ConstExpr) -> Result<Range<usize>> {
        for op in expr.get_operators_reader().into_iter_with_offsets() {
            match op? {
                (Operator::RefFunc { function_index }, _) => self.escaping.push(function_index),
                (op, offset) if garbage_collection::is_operator(&op) => {
                    self.garbage_collection.get_or_insert(offset);
                }
                _ => {}
            }
        }
        Ok(byte_range(expr.get_binary_reader().range()))
    }

    fn elem_segment(&mut self, segment: wasmparser::Element) -> Result<ElemSegment> {
        let mode = match segment.kind {
            ElementKind::Passive => SegmentMode::Passive,
            ElementKind::Declared => SegmentMode::Declared,
            ElementKind::Active { table_index, offset_expr } => {
                SegmentMode::Active { target: table_index.unwrap_or(0), offset: self.const_expr(&offset_expr)? }
            }
        };
        let items = match segment.items {
            ElementItems::Functions(items) => ElemItems::Funcs(items.into_iter().collect::<Result<Vec<u32>>>()?),
            ElementItems::Expressions(ty, items) => {
                if garbage_collection::is_ref_type(ty) {
                    self.garbage_collection.get_or_insert(segment.range.start);
                }
                ElemItems::Exprs(items.into_iter().map(|expr| self.const_expr(&expr?)).collect::<Result<_>>()?)
            }
        };
        Ok(ElemSegment { mode, items })
    }

    fn data_segment(&mut self, segment: wasmparser::Data) -> Result<DataSegment> {
        let mode = match segment.kind {
            DataKind::Passive => SegmentMode::Passive,
            DataKind::Active { memory_index, offset_expr } => {
                SegmentMode::Active { target: memory_index, offset: self.const_expr(&offset_expr)? }
            }
        };
        let end = segment.range.end as usize;
        Ok(DataSegment { mode, bytes: end - segment.data.len()..end })
    }

    fn custom_section(&mut self, custom: &CustomSectionReader) {
        let data = custom.data_offset() as usize..custom.data_offset() as usize + custom.data().len();
        match custom.name() {
            ".debug_line" => self.module.debug.line = data,
            ".debug_str" => self.module.debug.str = data,
            ".debug_line_str" => self.module.debug.line_str = data,
            _ => {
                if let KnownCustom::Name(section) = custom.as_known() {
                    (self.module.name, self.func_names) = names::of_module(section);
                }
            }
        }
    }

    /// The module. `types` is what the validator knows at its end.
    pub(super) fn finish(self, types: TypesRef, core_types: &mut CoreTypes) -> Module {
        let ModuleBuilder { mut module, table_inits, global_inits, func_names, escaping, .. } = self;
        let type_count = types.core_type_count_in_module();
        module.types = (0..type_count).map(|i| core_types.intern(types, types.core_type_at_in_module(i))).collect();
        let funcs = types.function_count();
        module.funcs = (0..funcs).map(|i| core_types.intern_func(types, types.core_function_at(i))).collect();
        module.tags = (0..types.tag_count()).map(|i| core_types.intern_func(types, types.tag_at(i))).collect();
        let inits = core::iter::repeat_n(None, module.imported_tables as usize).chain(table_inits);
        module.tables =
            (0..types.table_count()).zip(inits).map(|(i, init)| TableDecl { ty: types.table_at(i), init }).collect();
        module.memories = (0..types.memory_count()).map(|i| types.memory_at(i)).collect();
        let inits =
            core::iter::repeat_n(None, module.imported_globals as usize).chain(global_inits.into_iter().map(Some));
        module.globals =
            (0..types.global_count()).zip(inits).map(|(i, init)| GlobalDecl { ty: types.global_at(i), init }).collect();
        module.escapes = vec![false; funcs as usize];
        for func in escaping {
            module.escapes[func as usize] = true;
        }
        module.func_names = vec![None; funcs as usize];
        for (index, name) in func_names {
            if let Some(slot) = module.func_names.get_mut(index as usize) {
                *slot = Some(name);
            }
        }
        // A function without a name is known by what it is exported as.
        for (name, entity) in &module.exports {
            if let Entity::Func(index) = entity {
                module.func_names[*index as usize].get_or_insert_with(|| name.clone());
            }
        }
        module.table_written = vec![false; module.tables.len()];
        module.table_read = vec![false; module.tables.len()];
        module
    }
}

fn entity(kind: ExternalKind, index: u32) -> Entity {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => Entity::Func(index),
        ExternalKind::Table => Entity::Table(index),
        ExternalKind::Memory => Entity::Memory(index),
        ExternalKind::Global => Entity::Global(index),
        ExternalKind::Tag => Entity::Tag(index),
    }
}
