//! What a generated module consists of: its sections, and what its index spaces hold.

use wasmparser::{FuncType, FunctionBody, MemoryType, Parser, Payload, TableType, TypeRef};

/// A module, read.
#[derive(Default)]
pub struct Layout<'a> {
    /// Identifier and content of each section, in order.
    pub sections: Vec<(u8, &'a [u8])>,
    pub types: Vec<FuncType>,
    /// Index of its type for each function, imports counted.
    pub funcs: Vec<u32>,
    pub tables: Vec<TableType>,
    pub memories: Vec<MemoryType>,
    /// Index of its type for each tag.
    pub tags: Vec<u32>,
    pub datas: u32,
    pub bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Layout<'a> {
    /// `None` when the module is not well-formed, or has other types than those of functions.
    pub fn read(wasm: &'a [u8]) -> Option<Layout<'a>> {
        let mut layout = Layout::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.ok()?;
            if let Some((id, range)) = payload.as_section() {
                layout.sections.push((id, &wasm[range.start as usize..range.end as usize]));
            }
            layout.add(payload).ok()?;
        }
        Some(layout)
    }

    fn add(&mut self, payload: Payload<'a>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                self.types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import?.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.funcs.push(ty),
                        TypeRef::Memory(ty) => self.memories.push(ty),
                        TypeRef::Table(ty) => self.tables.push(ty),
                        TypeRef::Tag(ty) => self.tags.push(ty.func_type_idx),
                        TypeRef::Global(_) => {}
                    }
                }
            }
            Payload::FunctionSection(section) => self.funcs.extend(section.into_iter().collect::<Result<Vec<_>, _>>()?),
            Payload::MemorySection(section) => {
                self.memories.extend(section.into_iter().collect::<Result<Vec<_>, _>>()?);
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
            Payload::TagSection(section) => {
                for tag in section {
                    self.tags.push(tag?.func_type_idx);
                }
            }
            Payload::DataSection(section) => self.datas = section.count(),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    pub fn section(&self, id: u8) -> Option<&'a [u8]> {
        self.sections.iter().find(|(found, _)| *found == id).map(|(_, content)| *content)
    }

    /// The type of a function.
    pub fn func_type(&self, func: usize) -> &FuncType {
        &self.types[self.funcs[func] as usize]
    }
}
