//! Canonical options, and to what they and built-ins refer.
//!
//! A definition is made once and read at three stages. What it refers to is first an index, then a
//! symbol, then a place. So definitions are generic in [`Refs`], and a stage maps those of the one
//! before it by [`MapRefs`]. Nothing here knows how references are resolved.

use super::flatten::Context;
use super::place::{Callee, Place};
use super::pointer_width::PointerWidth;
use super::types::{ResourceId, ValType};
use core::fmt::Debug;
use core::hash::Hash;

/// What a stage of compilation refers to functions, memories and types by.
pub trait Refs: Debug + Copy + Eq + Hash {
    /// A core function.
    type Func: Debug + Copy + Eq + Hash;
    /// A linear memory.
    type Memory: Debug + Copy + Eq + Hash;
    /// A resource type.
    type Resource: Debug + Copy + Eq + Hash;
    /// A value type.
    type Value: Debug + Copy + Eq + Hash;
    /// What tells how wide addresses are: that width, once it is known.
    type Width: Debug + Copy + Eq + Hash;
}

/// How references of a stage become those of a later one.
pub trait MapRefs {
    /// The earlier stage.
    type From: Refs;
    /// The later stage.
    type To: Refs;

    /// A core function.
    fn func(&self, func: <Self::From as Refs>::Func) -> <Self::To as Refs>::Func;
    /// A linear memory.
    fn memory(&self, memory: <Self::From as Refs>::Memory) -> <Self::To as Refs>::Memory;
    /// A resource type.
    fn resource(&self, resource: <Self::From as Refs>::Resource) -> <Self::To as Refs>::Resource;
    /// A value type.
    fn value(&self, value: <Self::From as Refs>::Value) -> <Self::To as Refs>::Value;
    /// The width of addresses.
    fn width(&self, width: <Self::From as Refs>::Width) -> <Self::To as Refs>::Width;
}

/// The last stage: everything has its place, relative to the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placed;

impl Refs for Placed {
    type Func = Callee;
    type Memory = Memory;
    type Resource = ResourceId;
    type Value = ValType;
    type Width = PointerWidth;
}

/// `string-encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16, little-endian.
    Utf16,
    /// Latin-1, or UTF-16 when the length is tagged.
    Latin1Utf16,
}

/// The linear memory of a canonical option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Memory {
    /// Where its [`MemoryDef`](crate::block::MemoryDef) lies.
    pub place: Place,
    /// The width of its addresses.
    pub width: PointerWidth,
}

/// Canonical options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CanonOptions<R: Refs = Placed> {
    /// `string-encoding=…`
    pub encoding: Encoding,
    /// `(memory …)`
    pub memory: Option<R::Memory>,
    /// `(realloc …)`
    pub realloc: Option<R::Func>,
    /// `(post-return …)`
    pub post_return: Option<R::Func>,
    /// `async`
    pub is_async: bool,
    /// `(callback …)`
    pub callback: Option<R::Func>,
}

impl<R: Refs> CanonOptions<R> {
    /// Those of a definition that states none.
    pub const NONE: Self = CanonOptions {
        encoding: Encoding::Utf8,
        memory: None,
        realloc: None,
        post_return: None,
        is_async: false,
        callback: None,
    };

    /// How a function type is flattened for a `canon lift` with these options.
    pub fn lift_context(&self) -> Context {
        Context::lift(self.is_async, self.callback.is_some())
    }

    /// How a function type is flattened for a `canon lower` with these options.
    pub fn lower_context(&self) -> Context {
        Context::lower(self.is_async)
    }

    /// The same at a later stage.
    pub fn map<M: MapRefs<From = R>>(&self, refs: &M) -> CanonOptions<M::To> {
        let func = |func: Option<R::Func>| func.map(|func| refs.func(func));
        CanonOptions {
            encoding: self.encoding,
            memory: self.memory.map(|memory| refs.memory(memory)),
            realloc: func(self.realloc),
            post_return: func(self.post_return),
            is_async: self.is_async,
            callback: func(self.callback),
        }
    }
}

impl<R: Refs> Default for CanonOptions<R> {
    fn default() -> Self {
        Self::NONE
    }
}

impl CanonOptions {
    /// The width of addresses: 32 bits where there is no memory (then nothing depends on it).
    pub fn width(&self) -> PointerWidth {
        self.memory.map_or(PointerWidth::W32, |memory| memory.width)
    }
}
