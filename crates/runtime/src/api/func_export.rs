//! Exported functions that are looked up and checked once for any number of instances.

use super::component::Component;
use super::func::{ExportedFunc, Func};
use super::instance_pre::InstancePre;
use super::typed_func::TypedFunc;
use crate::error::{LinkError, Result};
use crate::store::record::{HostTypes, Instance, InstanceRecord};
use crate::store::state::AsContextMut;
use crate::store::variance::Invariant;
use crate::value::reflection::FuncSignature;
use crate::value::{ComponentType, Lift, LowerParams};
use std::sync::Arc;

/// A function that a component exports: what [`Component::get_func`] has found. Cheap to clone.
#[derive(Debug, Clone)]
pub struct FuncExport(Arc<ExportedFunc>);

/// A function that a component exports, whose types have been checked:
/// [`InstancePre::get_typed_func`]. Cheap to clone.
///
/// A host that makes an instance for each request looks its functions up once:
///
/// ```
/// # use cantilever_runtime::{InstancePre, Result, Store, TypedFuncExport};
/// # fn serve(pre: &InstancePre<()>, stores: impl Iterator<Item = Store<()>>) -> Result<()> {
/// let answer: TypedFuncExport<(String,), u32> = pre.get_typed_func("answer")?;
/// for mut store in stores {
///     let instance = pre.instantiate(&mut store)?;
///     answer.of(&mut store, instance)?.call(&mut store, ("request".to_owned(),))?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct TypedFuncExport<P, R> {
    export: Arc<ExportedFunc>,
    /// What the types were checked with.
    host_types: Arc<HostTypes>,
    _type: Invariant<(P, R)>,
}

impl<P, R> Clone for TypedFuncExport<P, R> {
    fn clone(&self) -> Self {
        let TypedFuncExport { export, host_types, .. } = self;
        TypedFuncExport { export: export.clone(), host_types: host_types.clone(), _type: Invariant::default() }
    }
}

impl<P, R> std::fmt::Debug for TypedFuncExport<P, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TypedFuncExport").field(&self.export.name).finish()
    }
}

impl Component {
    /// The exported function at a path, as [`Instance::get_func`] finds it.
    pub fn get_func(&self, path: &str) -> Option<FuncExport> {
        ExportedFunc::find(&self.0, path).map(|export| FuncExport(Arc::new(export)))
    }
}

impl<T> InstancePre<T> {
    /// The exported function at a path, if it has this type in the instances that this makes.
    pub fn get_typed_func<P, R>(&self, path: &str) -> Result<TypedFuncExport<P, R>>
    where
        P: LowerParams,
        R: Lift + ComponentType,
    {
        let export = ExportedFunc::find(&self.component.0, path);
        let export = export.ok_or_else(|| LinkError::UnknownExport { what: "function", name: path.to_owned() })?;
        export.typecheck::<P, R>(&self.host_types)?;
        let host_types = self.host_types.clone();
        Ok(TypedFuncExport { export: Arc::new(export), host_types, _type: Invariant::default() })
    }
}

impl FuncExport {
    /// The path by which it was looked up.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Names and types of the parameters, and the type of the result.
    pub fn signature(&self) -> FuncSignature {
        FuncSignature::new(&self.0.image, &self.0.ty)
    }

    /// The function of an instance of the component.
    ///
    /// # Errors
    ///
    /// [`LinkError::WrongComponent`] if it is an instance of another component, and
    /// [`LinkError::WrongStore`] if it is in another store.
    pub fn of(&self, mut store: impl AsContextMut, instance: Instance) -> Result<Func> {
        check(&self.0, instance.record(&store.as_context_mut())?)?;
        Ok(Func::new(instance, self.0.clone()))
    }
}

impl<P: LowerParams, R: Lift + ComponentType> TypedFuncExport<P, R> {
    /// The function of an instance of the component. Its types are checked again only if the
    /// instance comes from another [`InstancePre`].
    ///
    /// # Errors
    ///
    /// As for [`FuncExport::of`].
    pub fn of(&self, mut store: impl AsContextMut, instance: Instance) -> Result<TypedFunc<P, R>> {
        let record = instance.record(&store.as_context_mut())?;
        check(&self.export, record)?;
        if !Arc::ptr_eq(&self.host_types, &record.host_types) {
            self.export.typecheck::<P, R>(&record.host_types)?;
        }
        Ok(TypedFunc::new(Func::new(instance, self.export.clone())))
    }
}

/// Is it a function of this instance's component?
fn check(export: &ExportedFunc, record: &InstanceRecord) -> Result<(), LinkError> {
    if Arc::ptr_eq(&export.image, &record.image) { Ok(()) } else { Err(LinkError::WrongComponent) }
}
