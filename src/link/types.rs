//! Types, resolved in index spaces: type indices become plan-wide types, and resource types
//! plan-wide identities.
//!
//! Each definition of a resource type gives a new identity whenever it is walked, and each abstract
//! resource type that the root imports gives one of the host's. All others are aliases of these. We
//! do not take the validator's resource identities: they tell apart what is abstract in one
//! component from what is abstract in another, and not what implements it.

use super::Linker;
use super::index_spaces::{SpacesId, TypeItem};
use crate::decode::component::{DefinedType, Type, ValRef};
use crate::error::{Error, Result};
use crate::plan::CoreFuncRef;
use crate::plan::name::short_name;
use cantilever_abi::{Case, Field, FuncType, Resource, ResourceId, ResourceImpl, TypeDef, ValType};

impl<'a> Linker<'a> {
    /// What a type definition means.
    pub(super) fn define_type(&mut self, spaces: SpacesId, ty: &'a Type, offset: usize) -> Result<TypeItem<'a>> {
        Ok(match ty {
            Type::Value(defined) => {
                self.spend(width(defined), offset)?;
                self.spend_names(labels(defined).map(String::len).sum(), offset)?;
                TypeItem::Value(self.value_type(spaces, defined))
            }
            Type::Func { params, result, is_async } => {
                self.spend(params.len(), offset)?;
                self.spend_names(params.iter().map(|(name, _)| name.len()).sum(), offset)?;
                let ty = FuncType {
                    params: params.iter().map(|(name, ty)| (name.clone(), self.val_type(spaces, *ty))).collect(),
                    result: result.map(|ty| self.val_type(spaces, ty)),
                    is_async: *is_async,
                };
                TypeItem::Func(self.func_types.push(ty))
            }
            Type::Instance(decls) => TypeItem::Instance { decls, spaces },
            Type::Component => TypeItem::Component,
            Type::Resource { wide: true, .. } => {
                let error = Error::unsupported("a resource type with a 64-bit representation", offset);
                return Err(error.with_remedy("use `(rep i32)`"));
            }
            Type::Resource { wide: false, dtor } => {
                let dtor = dtor.map(|func| self.index_spaces[spaces].core_funcs[func as usize].0);
                let instance = self.instance_of(spaces);
                TypeItem::Resource(self.add_resource(None, ResourceImpl::Guest(instance), dtor))
            }
        })
    }

    /// A new resource type. Without a name it gets one made up.
    pub(super) fn add_resource(
        &mut self,
        name: Option<&str>,
        implementer: ResourceImpl,
        dtor: Option<CoreFuncRef>,
    ) -> ResourceId {
        let has_dtor = dtor.is_some() || matches!(implementer, ResourceImpl::Host { .. });
        let unnamed = name.is_none();
        let name = name.map_or_else(|| format!("resource{}", self.plan.resources.len()), short_name);
        let id = self.plan.resources.push(Resource { name, implementer, has_dtor });
        self.plan.dtors.push(dtor);
        self.unnamed.push(unnamed);
        id
    }

    /// Names a resource type, if this type is one and has no name yet.
    pub(super) fn name_resource(&mut self, ty: TypeItem, name: &str) {
        if let TypeItem::Resource(id) = ty
            && core::mem::take(&mut self.unnamed[id])
        {
            self.plan.resources[id].name = short_name(name);
        }
    }

    /// A value type.
    pub(super) fn val_type(&self, spaces: SpacesId, ty: ValRef) -> ValType {
        match ty {
            ValRef::Primitive(ty) => ty,
            ValRef::Index(index) => match self.index_spaces[spaces].types[index as usize] {
                TypeItem::Value(ty) => ty,
                _ => unreachable!("validation has found a value type here"),
            },
        }
    }

    /// The resource type with an index.
    pub(super) fn resource(&self, spaces: SpacesId, index: u32) -> ResourceId {
        match self.index_spaces[spaces].types[index as usize] {
            TypeItem::Resource(id) => id,
            _ => unreachable!("validation has found a resource type here"),
        }
    }

    /// The function type with an index.
    pub(super) fn func_type(&self, spaces: SpacesId, index: u32) -> FuncType {
        match self.index_spaces[spaces].types[index as usize] {
            TypeItem::Func(id) => self.func_types[id].clone(),
            _ => unreachable!("validation has found a function type here"),
        }
    }

    fn value_type(&mut self, spaces: SpacesId, ty: &DefinedType) -> ValType {
        let val = |ty: &ValRef| self.val_type(spaces, *ty);
        let optional = |ty: &Option<ValRef>| ty.as_ref().map(val);
        let def = match ty {
            DefinedType::Primitive(ty) => return *ty,
            DefinedType::List(ty) => TypeDef::List(val(ty)),
            DefinedType::FixedList(ty, n) => TypeDef::FixedList(val(ty), *n),
            DefinedType::Map(key, value) => TypeDef::Map(val(key), val(value)),
            DefinedType::Record(fields) => {
                TypeDef::Record(fields.iter().map(|(name, ty)| Field { name: name.clone(), ty: val(ty) }).collect())
            }
            DefinedType::Tuple(types) => TypeDef::Tuple(types.iter().map(val).collect()),
            DefinedType::Variant(cases) => {
                TypeDef::Variant(cases.iter().map(|(name, ty)| Case { name: name.clone(), ty: optional(ty) }).collect())
            }
            DefinedType::Enum(labels) => TypeDef::Enum(labels.clone()),
            DefinedType::Option(ty) => TypeDef::Option(val(ty)),
            DefinedType::Result { ok, err } => TypeDef::Result { ok: optional(ok), err: optional(err) },
            DefinedType::Flags(labels) => TypeDef::Flags(labels.clone()),
            DefinedType::Own(index) => TypeDef::Own(self.resource(spaces, *index)),
            DefinedType::Borrow(index) => TypeDef::Borrow(self.resource(spaces, *index)),
            DefinedType::Stream(ty) => TypeDef::Stream(optional(ty)),
            DefinedType::Future(ty) => TypeDef::Future(optional(ty)),
        };
        ValType::Type(self.plan.types.intern(def))
    }
}

/// The labels of a type.
fn labels(ty: &DefinedType) -> Box<dyn Iterator<Item = &String> + '_> {
    match ty {
        DefinedType::Record(fields) => Box::new(fields.iter().map(|(label, _)| label)),
        DefinedType::Variant(cases) => Box::new(cases.iter().map(|(label, _)| label)),
        DefinedType::Enum(labels) | DefinedType::Flags(labels) => Box::new(labels.iter()),
        _ => Box::new(std::iter::empty()),
    }
}

/// How many parts a type has, as a measure of the work to resolve it.
fn width(ty: &DefinedType) -> usize {
    match ty {
        DefinedType::Record(fields) => fields.len(),
        DefinedType::Tuple(types) => types.len(),
        DefinedType::Variant(cases) => cases.len(),
        DefinedType::Enum(labels) | DefinedType::Flags(labels) => labels.len(),
        _ => 1,
    }
}
