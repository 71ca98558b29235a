//! Types of components: wasmparser's form to ours.

use super::component::{Alias, CoreSort, DefinedType, ExternDecl, ExternType, InstanceDecl, Sort, Type, ValRef};
use cantilever_abi::ValType;
use wasmparser::{
    ComponentAlias, ComponentDefinedType, ComponentExternalKind, ComponentOuterAliasKind, ComponentType,
    ComponentTypeRef, ComponentValType, ExternalKind, InstanceTypeDeclaration, PrimitiveValType, TypeBounds,
};

/// A type definition. Instance types nest at most as deep as the parser allows (100).
pub(super) fn definition(ty: &ComponentType) -> Type {
    match ty {
        ComponentType::Defined(defined) => Type::Value(defined_type(defined)),
        ComponentType::Func(func) => Type::Func {
            params: labelled(&func.params),
            result: func.result.as_ref().map(val_ref),
            is_async: func.async_,
        },
        ComponentType::Component(_) => Type::Component,
        ComponentType::Instance(decls) => Type::Instance(decls.iter().filter_map(instance_decl).collect()),
        ComponentType::Resource { rep, dtor } => Type::Resource { wide: *rep != wasmparser::ValType::I32, dtor: *dtor },
    }
}

fn instance_decl(decl: &InstanceTypeDeclaration) -> Option<InstanceDecl> {
    Some(match decl {
        InstanceTypeDeclaration::CoreType(_) => return None,
        InstanceTypeDeclaration::Type(ty) => InstanceDecl::Type(definition(ty)),
        InstanceTypeDeclaration::Alias(a) => InstanceDecl::Alias(alias(a)?),
        InstanceTypeDeclaration::Export { name, ty } => {
            InstanceDecl::Export(ExternDecl { name: name.name.to_string(), ty: extern_type(ty) })
        }
    })
}

fn defined_type(ty: &ComponentDefinedType) -> DefinedType {
    let optional = |t: &Option<ComponentValType>| t.as_ref().map(val_ref);
    let labels = |names: &[&str]| names.iter().map(|n| n.to_string()).collect();
    match ty {
        ComponentDefinedType::Primitive(p) => DefinedType::Primitive(primitive(*p)),
        ComponentDefinedType::Record(fields) => DefinedType::Record(labelled(fields)),
        ComponentDefinedType::Variant(cases) => {
            DefinedType::Variant(cases.iter().map(|c| (c.name.to_string(), optional(&c.ty))).collect())
        }
        ComponentDefinedType::List(t) => DefinedType::List(val_ref(t)),
        ComponentDefinedType::Map(k, v) => DefinedType::Map(val_ref(k), val_ref(v)),
        ComponentDefinedType::FixedLengthList(t, n) => DefinedType::FixedList(val_ref(t), *n),
        ComponentDefinedType::Tuple(types) => DefinedType::Tuple(types.iter().map(val_ref).collect()),
        ComponentDefinedType::Flags(names) => DefinedType::Flags(labels(names)),
        ComponentDefinedType::Enum(names) => DefinedType::Enum(labels(names)),
        ComponentDefinedType::Option(t) => DefinedType::Option(val_ref(t)),
        ComponentDefinedType::Result { ok, err } => DefinedType::Result { ok: optional(ok), err: optional(err) },
        ComponentDefinedType::Own(r) => DefinedType::Own(*r),
        ComponentDefinedType::Borrow(r) => DefinedType::Borrow(*r),
        ComponentDefinedType::Future(t) => DefinedType::Future(optional(t)),
        ComponentDefinedType::Stream(t) => DefinedType::Stream(optional(t)),
    }
}

fn labelled(pairs: &[(&str, ComponentValType)]) -> Vec<(String, ValRef)> {
    pairs.iter().map(|(name, ty)| (name.to_string(), val_ref(ty))).collect()
}

/// A value type by reference.
pub(super) fn val_ref(ty: &ComponentValType) -> ValRef {
    match ty {
        ComponentValType::Primitive(p) => ValRef::Primitive(primitive(*p)),
        ComponentValType::Type(index) => ValRef::Index(*index),
    }
}

fn primitive(ty: PrimitiveValType) -> ValType {
    match ty {
        PrimitiveValType::Bool => ValType::Bool,
        PrimitiveValType::S8 => ValType::S8,
        PrimitiveValType::U8 => ValType::U8,
        PrimitiveValType::S16 => ValType::S16,
        PrimitiveValType::U16 => ValType::U16,
        PrimitiveValType::S32 => ValType::S32,
        PrimitiveValType::U32 => ValType::U32,
        PrimitiveValType::S64 => ValType::S64,
        PrimitiveValType::U64 => ValType::U64,
        PrimitiveValType::F32 => ValType::F32,
        PrimitiveValType::F64 => ValType::F64,
        PrimitiveValType::Char => ValType::Char,
        PrimitiveValType::String => ValType::String,
        PrimitiveValType::ErrorContext => ValType::ErrorContext,
    }
}

/// The type of an import or export.
pub(super) fn extern_type(ty: &ComponentTypeRef) -> ExternType {
    match ty {
        ComponentTypeRef::Func(index) => ExternType::Func(*index),
        ComponentTypeRef::Instance(index) => ExternType::Instance(*index),
        ComponentTypeRef::Type(TypeBounds::Eq(index)) => ExternType::TypeEq(*index),
        ComponentTypeRef::Type(TypeBounds::SubResource) => ExternType::SubResource,
        ComponentTypeRef::Component(_) => ExternType::Component,
        ComponentTypeRef::Module(_) => ExternType::Module,
        ComponentTypeRef::Value(_) => ExternType::Value,
    }
}

/// An alias; `None` for aliases of core types, which have no place in our index spaces.
pub(super) fn alias(alias: &ComponentAlias) -> Option<Alias> {
    Some(match *alias {
        ComponentAlias::InstanceExport { kind, instance_index, name } => {
            Alias::Export { sort: sort(kind), instance: instance_index, name: name.to_string() }
        }
        ComponentAlias::CoreInstanceExport { kind: _, instance_index, name } => {
            Alias::CoreExport { instance: instance_index, name: name.to_string() }
        }
        ComponentAlias::Outer { kind, count, index } => {
            let sort = match kind {
                ComponentOuterAliasKind::CoreModule => Sort::Module,
                ComponentOuterAliasKind::CoreType => return None,
                ComponentOuterAliasKind::Type => Sort::Type,
                ComponentOuterAliasKind::Component => Sort::Component,
            };
            Alias::Outer { sort, count, index }
        }
    })
}

/// The sort of a component-level item.
pub(super) fn sort(kind: ComponentExternalKind) -> Sort {
    match kind {
        ComponentExternalKind::Module => Sort::Module,
        ComponentExternalKind::Func => Sort::Func,
        ComponentExternalKind::Value => Sort::Value,
        ComponentExternalKind::Type => Sort::Type,
        ComponentExternalKind::Instance => Sort::Instance,
        ComponentExternalKind::Component => Sort::Component,
    }
}

/// The sort of a core item.
pub(super) fn core_sort(kind: ExternalKind) -> CoreSort {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => CoreSort::Func,
        ExternalKind::Table => CoreSort::Table,
        ExternalKind::Memory => CoreSort::Memory,
        ExternalKind::Global => CoreSort::Global,
        ExternalKind::Tag => CoreSort::Tag,
    }
}
