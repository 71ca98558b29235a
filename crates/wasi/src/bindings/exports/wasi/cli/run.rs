//! The interface `wasi:cli/run@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{AsContextMut, Instance, TypedFunc};

/// The functions of `wasi:cli/run@0.2.12` that a guest exports.
#[derive(Debug, Clone)]
pub struct Run {
    run: TypedFunc<(), Result<(), ()>>,
}

impl Run {
    /// Finds the functions in an instance, and checks their types.
    pub fn new(
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> cantilever_runtime::Result<Self> {
        Ok(Run {
            run: instance.get_typed_func(&mut store, "wasi:cli/run@0.2.12#run")?,
        })
    }

    /// Run the program.
    pub fn run(
        &self,
        store: impl AsContextMut,
    ) -> cantilever_runtime::Result<Result<(), ()>> {
        self.run.call(store, ())
    }
}
