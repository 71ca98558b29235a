//! Definitions to one [`Plan`]: nested components, instances and aliases are resolved away.
//!
//! Linking is an interpretation of the component's definitions: each is walked once for each
//! instantiation, and every index is resolved to what defines it. What is valid has been decided by
//! `decode`; a reference that cannot be resolved here is a mistake of ours. Nothing here knows the
//! block, CLIF or the runtime.

mod canon;
mod core_instance;
mod index_spaces;
mod instantiate;
mod root;
mod root_module;
#[cfg(test)]
mod suites;
#[cfg(test)]
mod tests;
mod types;

use crate::decode::component::Component;
use crate::decode::{Decoded, Root, decode};
use crate::error::Result;
use crate::plan::module::Module;
use crate::plan::name::short_name;
use crate::plan::{Canon, CoreItem, Lift, ModuleId, Plan};
use canon::LowerKey;
use cantilever_abi::{FuncType, ResourceId};
use core_instance::ModuleIndex;
use cranelift_entity::{EntityRef, PrimaryMap};
use index_spaces::{Exports, ExportsId, FuncTypeId, IndexSpaces, SpacesId};
use std::collections::HashMap;
use std::sync::Arc;

/// Validates and links a component or a core module.
pub fn plan(bytes: Arc<[u8]>) -> Result<Plan> {
    link(decode(bytes)?)
}

/// Links a decoded component or core module.
pub fn link(decoded: Decoded) -> Result<Plan> {
    let component = match decoded.root {
        Root::Module(index) => return Ok(root_module::link(decoded, index)),
        Root::Component(index) => index,
    };
    let mut linker = Linker::new(&decoded.components, &decoded.modules);
    let exports = linker.instantiate_root(component)?;
    linker.plan.exports = linker.export_root(component, exports)?;
    let plan = linker.finish();
    let Decoded { source, core_types, core_type_decls, core_type_ids, modules, .. } = decoded;
    Ok(with_modules(Plan { source, core_types, core_type_decls, core_type_ids, ..plan }, modules))
}

/// Gives a plan the modules that its core instances use, which they name by index in `modules` so
/// far.
fn with_modules(mut plan: Plan, modules: Vec<Module>) -> Plan {
    let mut modules: Vec<Option<Module>> = modules.into_iter().map(Some).collect();
    let mut renumbered: Vec<Option<ModuleId>> = vec![None; modules.len()];
    for instance in plan.core_instances.values_mut() {
        let decoded = instance.module.index();
        if let Some(module) = modules[decoded].take() {
            renumbered[decoded] = Some(plan.modules.push(module));
        }
        instance.module = renumbered[decoded].expect("the first instance of a module has taken it");
    }
    plan
}

/// The state of linking a component.
struct Linker<'a> {
    components: &'a [Component],
    modules: &'a [Module],
    /// The plan so far. Its core instances name modules by index in `modules`.
    plan: Plan,
    index_spaces: PrimaryMap<SpacesId, IndexSpaces<'a>>,
    exports: PrimaryMap<ExportsId, Exports<'a>>,
    func_types: PrimaryMap<FuncTypeId, FuncType>,
    /// All `canon lift`s; those that the root exports are copied to the plan.
    lifts: Vec<Lift>,
    /// Where in the plan an exported lift is.
    exported_lifts: HashMap<usize, usize>,
    /// Where in the plan a lowered function is.
    lowers: HashMap<LowerKey, usize>,
    /// Where in the plan a built-in is.
    builtins: HashMap<Canon, usize>,
    /// Core instances that are bags of items.
    bags: Vec<HashMap<&'a str, CoreItem>>,
    /// Look-up tables of the modules that are instantiated.
    indices: HashMap<usize, ModuleIndex<'a>>,
    /// For each resource type: is its name made up?
    unnamed: PrimaryMap<ResourceId, bool>,
    /// The index spaces of the plan's component instances.
    instance_spaces: Vec<SpacesId>,
    /// How much of the budget is spent.
    spent: u64,
}

impl<'a> Linker<'a> {
    fn new(components: &'a [Component], modules: &'a [Module]) -> Self {
        Linker {
            components,
            modules,
            plan: Plan::default(),
            index_spaces: PrimaryMap::new(),
            exports: PrimaryMap::new(),
            func_types: PrimaryMap::new(),
            lifts: Vec::new(),
            exported_lifts: HashMap::new(),
            lowers: HashMap::new(),
            builtins: HashMap::new(),
            bags: Vec::new(),
            indices: HashMap::new(),
            unnamed: PrimaryMap::new(),
            instance_spaces: Vec::new(),
            spent: 0,
        }
    }

    /// The plan's index of a component instance. Instances without core instances, canonical
    /// functions and resource types have no state, and do not appear in the plan.
    fn instance_of(&mut self, spaces: SpacesId) -> u32 {
        let index_spaces = &mut self.instance_spaces;
        *self.index_spaces[spaces].instance.get_or_insert_with(|| {
            index_spaces.push(spaces);
            index_spaces.len() as u32 - 1
        })
    }

    /// The plan, complete but for its modules.
    fn finish(mut self) -> Plan {
        let name = |(i, spaces): (usize, &SpacesId)| {
            let spaces = &self.index_spaces[*spaces];
            let component = || spaces.component?.name.as_deref().map(short_name);
            let name = spaces.name.map(short_name).or_else(component);
            name.unwrap_or_else(|| format!("instance{i}"))
        };
        self.plan.instances = self.instance_spaces.iter().enumerate().map(name).collect();
        self.plan
    }
}
