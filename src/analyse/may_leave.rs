//! Component instances whose `may_leave` need not be kept, for nobody would look at it while it is
//! false.
//!
//! The flag is false while a `realloc` or `post-return` of the instance runs. These are core
//! functions of the instance itself, and until they return no other code runs than what they call.
//! So the flag matters only where a canonical function of the instance is among what they can call:
//! directly, or through a table whose contents are known. An indirect call of anything else counts
//! as a call of everything.

use super::known_tables::KnownTables;
use crate::plan::{Canon, CanonTarget, CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, Lift, Plan, PlanOptions};
use cantilever_abi::CoreTypeId;
use std::collections::HashSet;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// How many bytes of code, and imports on the way to a callee, to look at in all. Beyond, flags are
/// kept.
const BUDGET: usize = 1 << 22;

/// For each component instance: may it be left whenever one of its canonical functions is called?
pub fn may_always_leave(plan: &Plan, known_tables: &KnownTables) -> Vec<bool> {
    let mut entered: Vec<Vec<CoreFuncRef>> = vec![Vec::new(); plan.instances.len()];
    let mut note = |instance: u32, options: &PlanOptions| {
        entered[instance as usize].extend(options.realloc.into_iter().chain(options.post_return));
    };
    let mut note_lift = |lift: &Lift| note(lift.instance, &lift.options);
    plan.lifts.iter().for_each(&mut note_lift);
    for canon in &plan.canons {
        if let Canon::Lower { target: CanonTarget::Lift(lift), .. } = canon {
            note_lift(lift);
        }
    }
    for (instance, options) in plan.canons.iter().filter_map(Canon::options) {
        note(instance, options);
    }
    let mut left = BUDGET;
    let mut search = |pending| {
        let mut search = Search { plan, known_tables, seen: HashSet::new(), pending, left };
        let proven = search.finds_no_canon();
        left = search.left;
        proven
    };
    entered.into_iter().map(&mut search).collect()
}

/// A walk over what some core functions can call.
struct Search<'a> {
    plan: &'a Plan,
    known_tables: &'a KnownTables,
    seen: HashSet<CoreFuncRef>,
    pending: Vec<CoreFuncRef>,
    /// Of the [`BUDGET`].
    left: usize,
}

impl Search<'_> {
    /// Is it certain that no canonical function is called?
    fn finds_no_canon(&mut self) -> bool {
        while let Some(func) = self.pending.pop() {
            let proven = match func {
                _ if !self.seen.insert(func) => true,
                CoreFuncRef::Defined { core_instance, index } => self.follow(core_instance, index).is_some(),
                CoreFuncRef::Canon(_) | CoreFuncRef::Import(_) => false,
            };
            if !proven {
                return false;
            }
        }
        true
    }

    /// Adds what a function can call; `None` when that is not known.
    fn follow(&mut self, core_instance: CoreInstanceId, index: u32) -> Option<()> {
        let module = &self.plan.modules[self.plan.core_instances[core_instance].module];
        let body = module.bodies[(index - module.imported_funcs) as usize].clone();
        self.left = self.left.checked_sub(body.len())?;
        let start = body.start as u64;
        let mut operators =
            FunctionBody::new(BinaryReader::new(&self.plan.source[body], start)).get_operators_reader().ok()?;
        while !operators.eof() {
            match operators.read().ok()? {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    let callee = self.func(core_instance, function_index)?;
                    self.pending.push(callee);
                }
                Operator::CallIndirect { type_index, table_index }
                | Operator::ReturnCallIndirect { type_index, table_index } => {
                    let ty = module.types[type_index as usize]?;
                    self.follow_table(core_instance, table_index, ty)?;
                }
                Operator::CallRef { .. } | Operator::ReturnCallRef { .. } => return None,
                _ => {}
            }
        }
        Some(())
    }

    /// Adds the functions of a type, or maybe of a subtype, that a table holds.
    fn follow_table(&mut self, core_instance: CoreInstanceId, table: u32, ty: CoreTypeId) -> Option<()> {
        let imports = &self.plan.core_instances[core_instance].imports;
        self.left = self.left.checked_sub(imports.len())?;
        let mut imported = imports.iter().filter_map(|item| match item {
            CoreItem::Table(table) => Some(*table),
            _ => None,
        });
        let own = CoreRef::Defined { core_instance, index: table };
        let CoreRef::Defined { core_instance, index } = imported.nth(table as usize).unwrap_or(own) else {
            return None;
        };
        let elements = self.known_tables.get(&(core_instance, index))?;
        self.left = self.left.checked_sub(elements.len())?;
        let has_subtypes = !self.plan.core_type_decls[ty].is_final;
        let callable = |own: CoreTypeId| own == ty || has_subtypes;
        self.pending.extend(elements.iter().flatten().filter(|(_, own)| callable(*own)).map(|(func, _)| *func));
        Some(())
    }

    /// A function of a core instance's index space.
    fn func(&mut self, core_instance: CoreInstanceId, index: u32) -> Option<CoreFuncRef> {
        let made = &self.plan.core_instances[core_instance];
        if index >= self.plan.modules[made.module].imported_funcs {
            return Some(CoreFuncRef::Defined { core_instance, index });
        }
        self.left = self.left.checked_sub(made.imports.len())?;
        let mut funcs = made.imports.iter().filter_map(|item| match item {
            CoreItem::Func(func) => Some(*func),
            _ => None,
        });
        funcs.nth(index as usize)
    }
}
