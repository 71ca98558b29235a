//! What is measured. A workload is one component or core module, the same for every contestant, and
//! the way in which it is driven.

mod calls;
mod embedding;
mod handles;
mod instances;
mod into_guest;
pub mod kernels;
mod lists;
mod strings;
mod to_host;
mod toolchain;
mod wasi;

use crate::contestant::{Driver, Run};
use anyhow::Result;

/// One line of the table.
pub struct Workload {
    pub name: String,
    pub group: &'static str,
    /// The component, or the core module; text or binary.
    pub guest: Vec<u8>,
    pub driver: Driver,
    pub goal: Goal,
    /// Makes what the work costs without any boundary.
    pub bound: Option<Box<dyn Fn() -> Result<Run>>>,
}

/// What the ratios should be.
#[derive(Clone, Copy, Default)]
pub struct Goal {
    /// The peer at its best ÷ Cantilever, at least.
    pub peer: Option<f64>,
    /// Cantilever ÷ bound, at most.
    pub bound: Option<f64>,
}

impl Workload {
    /// A workload whose loop is in the guest.
    fn new(group: &'static str, name: &str, guest: impl Into<Vec<u8>>) -> Self {
        let (name, guest) = (name.to_owned(), guest.into());
        Workload { name, group, guest, driver: Driver::Guest, goal: Goal::default(), bound: None }
    }

    fn driven(self, driver: Driver) -> Self {
        Workload { driver, ..self }
    }

    fn at_least(self, ratio: f64) -> Self {
        Workload { goal: Goal { peer: Some(ratio), ..self.goal }, ..self }
    }

    /// With a bound that is no goal.
    fn beside(self, bound: impl Fn() -> Result<Run> + 'static) -> Self {
        Workload { bound: Some(Box::new(bound)), ..self }
    }

    fn bound(self, most: f64, bound: impl Fn() -> Result<Run> + 'static) -> Self {
        Workload { goal: Goal { bound: Some(most), ..self.goal }, bound: Some(Box::new(bound)), ..self }
    }
}

/// All workloads, in the order of the table.
pub fn all() -> Vec<Workload> {
    let families = [
        handles::all(),
        calls::all(),
        strings::all(),
        lists::all(),
        into_guest::all(),
        to_host::all(),
        toolchain::all(),
        embedding::all(),
        instances::all(),
        wasi::all(),
        kernels::all(),
    ];
    families.into_iter().flatten().collect()
}

/// A core function `run`: `before` once, then `$n` times `body`, which adds to `$sum`.
fn run(locals: &str, before: &str, body: &str) -> String {
    format!(
        r#"(func (export "run") (param $n i32) (result i32) (local $i i32) (local $sum i32) {locals}
            {before}
            (loop $again
              (if (i32.lt_u (local.get $i) (local.get $n)) (then
                {body}
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $again))))
            (local.get $sum))"#
    )
}

/// Adds the result of an expression to `$sum`.
fn sum(expression: &str) -> String {
    format!("(local.set $sum (i32.add (local.get $sum) {expression}))")
}

/// A root component that joins `Callee` and `Caller`, the bodies of two components. The caller
/// imports the callee as the instance `callee` and exports `run`.
fn joined(callee: &str, caller: &str) -> String {
    format!(
        r#"(component
          (component $Callee {callee})
          (component $Caller {caller})
          (instance $callee (instantiate $Callee))
          (instance $caller (instantiate $Caller (with "callee" (instance $callee))))
          (export "run" (func $caller "run")))"#
    )
}

/// The export of `run` by the caller.
const LIFT_RUN: &str = r#"(func (export "run") (param "n" u32) (result u32) (canon lift (core func $core "run")))"#;

/// A memory of 2 MiB, and a `realloc` that always answers with the same place: what allocation
/// costs is not measured.
const MEMORY: &str = r#"(memory (export "memory") 32)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1048576))"#;
