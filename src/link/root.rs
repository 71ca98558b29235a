//! The edge to the host: what the root imports and exports.

use super::Linker;
use super::index_spaces::{Exports, ExportsId, Func, IndexSpaces, Item, ModuleItem, SpacesId, TypeItem};
use crate::decode::component::{Definition, ExternDecl, ExternType, InstanceDecl};
use crate::error::{Error, Result};
use crate::plan::{Export, Import, ImportKind};
use cantilever_abi::ResourceImpl;
use std::collections::HashMap;

/// How deep exported instances may nest.
const MAX_EXPORT_DEPTH: u64 = 100;

/// What to do about an imported core module or component.
pub(super) const GIVE_IT: &str = "give it when the component is compiled (`--provide NAME=FILE`, or \
    `CompileOptions::provided`) if the root itself imports it; else compose the component with one that has it";

/// Where an export is.
#[derive(Clone, Copy)]
struct Nesting {
    /// How many instances it lies in.
    depth: u64,
    /// How many bytes the names have that lead to it, its own included.
    names: usize,
    /// Where the root exports it, or what it lies in: offset in the input.
    offset: usize,
}

impl<'a> Linker<'a> {
    /// An import of the root, or an export of an instance that it imports; `path` leads to the
    /// latter. Recursion is bounded by the nesting of types that the validator allows (100).
    pub(super) fn import(
        &mut self,
        spaces: SpacesId,
        path: &mut Vec<String>,
        decl: &'a ExternDecl,
        offset: usize,
    ) -> Result<Item<'a>> {
        self.spend(1, offset)?;
        path.push(decl.name.clone());
        self.spend_names(path.iter().map(String::len).sum(), offset)?;
        let unsupported = |what: &str| Error::unsupported(format!("{what} (`{}`)", path.join("/")), offset);
        let item = match decl.ty {
            ExternType::Func(ty) => {
                let ty = self.func_type(spaces, ty);
                self.spend_names(ty.params.iter().map(|(name, _)| name.len()).sum(), offset)?;
                Item::Func(Func::Import(self.add_import(path, ImportKind::Func(ty))))
            }
            ExternType::Instance(ty) => self.import_instance(spaces, path, ty, offset)?,
            ExternType::TypeEq(ty) => Item::Type(self.index_spaces[spaces].types[ty as usize]),
            ExternType::SubResource => {
                let resource = self.add_resource(Some(&decl.name), ResourceImpl::Host { dtor: 0 }, None);
                self.add_import(path, ImportKind::Resource(resource));
                Item::Type(TypeItem::Resource(resource))
            }
            ExternType::Component => return Err(unsupported("an imported component").with_remedy(GIVE_IT)),
            ExternType::Module => Item::Module(ModuleItem::Import(self.add_import(path, ImportKind::Module))),
            ExternType::Value => return Err(unsupported("an imported value")),
        };
        path.pop();
        Ok(item)
    }

    fn add_import(&mut self, path: &[String], kind: ImportKind) -> usize {
        self.plan.imports.push(Import { path: path.to_vec(), kind });
        self.plan.imports.len() - 1
    }

    /// An imported instance: its type's declarations are walked in index spaces of their own.
    fn import_instance(
        &mut self,
        spaces: SpacesId,
        path: &mut Vec<String>,
        ty: u32,
        offset: usize,
    ) -> Result<Item<'a>> {
        let TypeItem::Instance { decls, spaces: outer } = self.index_spaces[spaces].types[ty as usize] else {
            unreachable!("validation has found an instance type here")
        };
        let inner = self.index_spaces.push(IndexSpaces::within(outer));
        let mut exports = Exports::default();
        for decl in decls {
            self.spend(1, offset)?;
            match decl {
                InstanceDecl::Type(ty) => {
                    let ty = self.define_type(inner, ty, offset)?;
                    self.index_spaces[inner].types.push(ty);
                }
                InstanceDecl::Alias(alias) => self.alias(inner, alias, offset)?,
                InstanceDecl::Export(decl) => {
                    let item = self.import(inner, path, decl, offset)?;
                    exports.insert(&decl.name, item);
                    self.index_spaces[inner].push(item);
                }
            }
        }
        Ok(Item::Instance(self.exports.push(exports)))
    }

    /// The exports of the root as the host sees them.
    pub(super) fn export_root(&mut self, component: usize, exports: ExportsId) -> Result<Vec<(String, Export)>> {
        let definitions = &self.components[component].definitions;
        let offsets: HashMap<&str, usize> = definitions
            .iter()
            .filter_map(|(definition, offset)| match definition {
                Definition::Export(export) => Some((export.name.as_str(), *offset)),
                _ => None,
            })
            .collect();
        let list = self.exports[exports].list().to_vec();
        let export = |(name, item): (&str, _)| {
            let outer = Nesting { depth: 0, names: name.len(), offset: offsets[name] };
            Ok((name.to_string(), self.export(item, outer)?))
        };
        list.into_iter().map(export).collect()
    }

    /// The exports of an instance. Types nest less deep than the limit; an instance may nest deeper
    /// than its type says.
    fn export_all(&mut self, exports: ExportsId, outer: Nesting) -> Result<Vec<(String, Export)>> {
        if outer.depth > MAX_EXPORT_DEPTH {
            return Err(Error::TooLarge {
                what: "exported instances in one another",
                limit: MAX_EXPORT_DEPTH,
                offset: Some(outer.offset),
            });
        }
        let list = self.exports[exports].list().to_vec();
        let export = |(name, item): (&str, _)| {
            let inner = Nesting { names: outer.names + name.len(), ..outer };
            Ok((name.to_string(), self.export(item, inner)?))
        };
        list.into_iter().map(export).collect()
    }

    fn export(&mut self, item: Item<'a>, at: Nesting) -> Result<Export> {
        self.spend(1, at.offset)?;
        self.spend_names(at.names, at.offset)?;
        Ok(match item {
            Item::Func(Func::Import(index)) => Export::Import(index),
            Item::Func(Func::Lift(index)) => Export::Lift(self.export_lift(index)),
            Item::Instance(exports) => {
                Export::Instance(self.export_all(exports, Nesting { depth: at.depth + 1, ..at })?)
            }
            Item::Type(TypeItem::Resource(id)) => Export::Resource(id),
            Item::Type(TypeItem::Value(ty)) => Export::Type(Some(ty)),
            Item::Type(_) => Export::Type(None),
            Item::Component(_) | Item::Module(_) => Export::Opaque,
        })
    }

    fn export_lift(&mut self, index: usize) -> usize {
        let (lifts, exported) = (&self.lifts, &mut self.plan.lifts);
        *self.exported_lifts.entry(index).or_insert_with(|| {
            exported.push(lifts[index].clone());
            exported.len() - 1
        })
    }
}
