//! The world `everything`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use super::{exports, test};

use cantilever::runtime::{
    AsContextMut, Component, Func, HostError, Instance, LinkError, Linker, Resource,
    TypedFunc,
};

pub use test::everything::things::{Thing, Kept};

/// What a host does for the functions that guests import by themselves.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait EverythingImports {
    /// The function `answer`.
    fn answer(&mut self, to: &str) -> Result<u32, HostError>;
}

/// Defines the functions that guests import by themselves.
///
/// `get` finds what implements it in the data of a store.
pub fn add_functions_to_linker<T: 'static, H: EverythingImports + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.root();
    instance.func_view::<(&str,), _, _>("answer", move |data, (to,)| {
        get(data).answer(to)
    })?;
    Ok(())
}

/// Defines everything that guests of this world import.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError>
where
    H: test::everything::values::Values
        + test::everything::things::Things
        + EverythingImports
        + 'static,
{
    test::everything::values::add_to_linker(linker, get)?;
    test::everything::things::add_to_linker(linker, get)?;
    add_functions_to_linker(linker, get)?;
    Ok(())
}

/// What a guest of the world `everything` exports.
#[derive(Debug, Clone)]
pub struct Everything {
    /// `test:everything/values@1.2.3`.
    pub values: exports::test::everything::values::Values,
    pass: TypedFunc<(Resource<Thing>,), Resource<Thing>>,
    keep: TypedFunc<(Kept,), Kept>,
    fill: TypedFunc<(u32, u8), Result<Vec<u8>, String>>,
    answer: Func,
}

impl Everything {
    /// Makes an instance of a component, and finds what it exports.
    pub fn instantiate<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        component: &Component,
        linker: &Linker<T>,
    ) -> cantilever::runtime::Result<Self> {
        let instance = linker.instantiate(&mut store, component)?;
        Self::new(store, &instance)
    }

    /// Finds what an instance exports, and checks the types of its functions.
    pub fn new(
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> cantilever::runtime::Result<Self> {
        Ok(Everything {
            values: exports::test::everything::values::Values::new(
                &mut store,
                instance,
            )?,
            pass: instance.get_typed_func(&mut store, "pass")?,
            keep: instance.get_typed_func(&mut store, "keep")?,
            fill: instance.get_typed_func(&mut store, "fill")?,
            answer: instance
                .get_typed_func::<(&str,), u32>(&mut store, "answer")?
                .func()
                .clone(),
        })
    }

    /// The function `pass`.
    pub fn pass(
        &self,
        store: impl AsContextMut,
        thing: Resource<Thing>,
    ) -> cantilever::runtime::Result<Resource<Thing>> {
        self.pass.call(store, (thing,))
    }

    /// The function `keep`.
    pub fn keep(
        &self,
        store: impl AsContextMut,
        kept: Kept,
    ) -> cantilever::runtime::Result<Kept> {
        self.keep.call(store, (kept,))
    }

    /// The function `fill`.
    pub fn fill(
        &self,
        store: impl AsContextMut,
        count: u32,
        by: u8,
    ) -> cantilever::runtime::Result<Result<Vec<u8>, String>> {
        self.fill.call(store, (count, by))
    }

    /// The function `answer`.
    pub fn answer(
        &self,
        store: impl AsContextMut,
        to: &str,
    ) -> cantilever::runtime::Result<u32> {
        self.answer.call_typed(store, (to,))
    }
}
