//! A loaded component.

use super::export::ExportedItem;
use crate::error::Result;
use crate::image::engine::Engine;
use crate::image::loaded::Image;
use crate::value::reflection::{FuncSignature, ResourceType};
use cantilever_object::artifact::ImportSlot;
use cantilever_object::trusted::TrustedObject;
use std::sync::Arc;

/// A component as native code, ready to be instantiated. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Component(pub(crate) Arc<Image>);

/// Something that a component imports.
#[derive(Debug, Clone)]
pub struct ImportedItem {
    /// The names of the instances that it lies in, outermost first, then its own.
    pub path: Vec<String>,
    /// What it is.
    pub kind: ImportKind,
}

/// What an import is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ImportKind {
    /// A function.
    Func(FuncSignature),
    /// A resource type.
    Resource(ResourceType),
    /// A core module, which only the compiler can be given.
    Module,
}

impl Component {
    /// Loads an object that was compiled from a component.
    ///
    /// Every byte is checked against the checksums of the object first, so damage is an error. That
    /// is no protection from an object that somebody has made to do harm.
    ///
    /// # Errors
    ///
    /// [`Error::Load`](crate::Error::Load), which says what is wrong with the object and where.
    ///
    /// # Safety
    ///
    /// The object must be what `cantilever::compile` of this version returned, unchanged. It is
    /// native code: once it is loaded, calls of safe functions run it in this process, in no
    /// sandbox. Trust it as you trust the program that loads it.
    pub unsafe fn from_object(engine: &Engine, object: &[u8]) -> Result<Self> {
        // SAFETY: the caller vouches for it.
        Self::from_trusted(engine, &unsafe { TrustedObject::new(object) })
    }

    /// Loads an object that somebody has vouched for already.
    pub fn from_trusted(engine: &Engine, object: &TrustedObject<'_>) -> Result<Self> {
        Ok(Component(Arc::new(Image::load(engine, object, false)?)))
    }

    /// Was it compiled with `CompileOptions::debug_handles`?
    pub fn debugs_handles(&self) -> bool {
        self.0.artifact.debugs_handles()
    }

    /// The engine that it was loaded for.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What the host must provide: functions and resource types, each with the names of the
    /// instances that it lies in.
    pub fn imports(&self) -> Vec<ImportedItem> {
        let kind = |slot: &ImportSlot| match slot {
            ImportSlot::Module => Some(ImportKind::Module),
            ImportSlot::Func { ty, .. } => Some(ImportKind::Func(FuncSignature::new(&self.0, ty))),
            ImportSlot::Resource { resource, .. } => Some(ImportKind::Resource(ResourceType::new(&self.0, *resource))),
            _ => None,
        };
        let imports = self.0.artifact.imports.iter();
        imports.filter_map(|i| Some(ImportedItem { path: i.path.clone(), kind: kind(&i.kind)? })).collect()
    }

    /// What it exports.
    pub fn exports(&self) -> Vec<ExportedItem> {
        super::export::list(&self.0)
    }
}
