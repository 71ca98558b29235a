//! From symbolic references to places and callees, as seen from the block and from the code of each
//! module.

use super::map::Map;
use crate::plan::module::{Entity, Module};
use crate::plan::{CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, ModuleId};
use crate::wasm::{ElemPlace, KnownElement, ModulePlaces};
use cantilever_abi::{Callee, CoreTypeId, CtxArg, FuncKey, Place};
use cranelift_entity::{PrimaryMap, SecondaryMap};

/// The kinds of core items that live at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Table,
    Memory,
    Global,
    Tag,
}

/// What code of the block finds a core function by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FuncPlace {
    /// A function of the graph, and the block offset of its context.
    Graph(FuncKey, u32),
    /// The slot of an import, at this block offset.
    Import(u32),
}

impl Map<'_> {
    /// What code of the block finds a core function by.
    pub fn function(&self, func: CoreFuncRef) -> FuncPlace {
        match func {
            CoreFuncRef::Defined { core_instance, index } => {
                let module_index = self.plan.core_instances[core_instance].module;
                let defined = index - self.plan.modules[module_index].imported_funcs;
                FuncPlace::Graph(FuncKey::Core(module_index.as_u32(), defined), self.bases[core_instance])
            }
            CoreFuncRef::Canon(index) => FuncPlace::Graph(FuncKey::Canon(index as u32), 0),
            CoreFuncRef::Import(index) => FuncPlace::Import(self.imports.at(index)),
        }
    }

    /// How code whose `vmctx` is the block calls a core function.
    pub fn callee(&self, func: CoreFuncRef) -> Callee {
        match self.function(func) {
            FuncPlace::Graph(func, 0) => Callee::Direct { func, ctx: CtxArg::Same },
            FuncPlace::Graph(func, base) => Callee::Direct { func, ctx: CtxArg::Plus(base) },
            FuncPlace::Import(slot) => Callee::Slot(slot),
        }
    }

    /// The block offset of an item's definition; or the place of the pointer to the import that it
    /// is.
    pub fn definition(&self, kind: Kind, item: CoreRef) -> Place {
        match item {
            CoreRef::Defined { core_instance, index } => {
                let module = self.plan.core_instances[core_instance].module;
                let place = self.own(module, kind, index).expect("a reference is resolved to a definition");
                Place::Here(self.bases[core_instance] + place)
            }
            CoreRef::Import(index) => Place::Through(self.imports.at(index)),
        }
    }

    /// The offset of an item that the module itself defines.
    fn own(&self, module: ModuleId, kind: Kind, index: u32) -> Option<u32> {
        let (layout, module) = (&self.layouts[module], &self.plan.modules[module]);
        let (offsets, imported) = match kind {
            Kind::Table => (&layout.tables, module.imported_tables),
            Kind::Memory => (&layout.memories, module.imported_memories),
            Kind::Global => (&layout.globals, module.imported_globals),
            Kind::Tag => (&layout.tags, module.imported_tags),
        };
        index.checked_sub(imported).map(|defined| offsets[defined as usize])
    }

    /// What the code of each module must know.
    pub fn module_places(&self) -> PrimaryMap<ModuleId, ModulePlaces> {
        // A static module's imports are those of its only instance; a shared one's are slots,
        // whichever the instance.
        let mut only_instance = SecondaryMap::new();
        for (id, instance) in &self.plan.core_instances {
            only_instance[instance.module] = Some(id);
        }
        self.plan.modules.keys().map(|module| self.places(module, only_instance[module])).collect()
    }

    fn places(&self, module_index: ModuleId, instance: Option<CoreInstanceId>) -> ModulePlaces {
        let (module, layout) = (&self.plan.modules[module_index], &self.layouts[module_index]);
        let mut places = ModulePlaces {
            func_defs: layout.func_defs.clone(),
            datas: layout.datas.clone(),
            prepared: self.facts.prepared.modules[module_index].clone(),
            elems: layout.elems.iter().map(|&(slot, storage)| ElemPlace { slot, storage }).collect(),
            ..ModulePlaces::default()
        };
        for (i, import) in module.imports.iter().enumerate() {
            let item = || self.plan.core_instances[instance.expect("an instantiated module")].imports[i];
            let through = || Place::Through(layout.import_slots[i]);
            let place = |kind| if layout.shared { through() } else { self.item_place(kind, item()) };
            match import.entity {
                Entity::Func(_) if layout.shared => places.funcs.push(Callee::Slot(layout.import_slots[i])),
                Entity::Func(_) => places.funcs.push(self.imported_callee(item())),
                Entity::Table(_) => places.tables.push(place(Kind::Table)),
                Entity::Memory(_) => places.memories.push(place(Kind::Memory)),
                Entity::Global(_) => places.globals.push(place(Kind::Global)),
                Entity::Tag(_) => places.tags.push(place(Kind::Tag)),
            }
        }
        let here = |offsets: &[u32]| offsets.iter().map(|at| Place::Here(*at)).collect::<Vec<_>>();
        places.tables.extend(here(&layout.tables));
        places.memories.extend(here(&layout.memories));
        places.globals.extend(here(&layout.globals));
        places.tags.extend(here(&layout.tags));
        places.funcs.extend(own_functions(module, module_index));
        if let (false, Some(instance)) = (layout.shared, instance) {
            places.known_tables = self.known_tables(instance, module);
        }
        places
    }

    /// The contents of each table of a static module that never change.
    fn known_tables(&self, instance: CoreInstanceId, module: &Module) -> Vec<Option<Vec<Option<KnownElement>>>> {
        let imported = self.plan.core_instances[instance].imports.iter().filter_map(|item| match item {
            CoreItem::Table(CoreRef::Defined { core_instance, index }) => Some(Some((*core_instance, *index))),
            CoreItem::Table(CoreRef::Import(_)) => Some(None),
            _ => None,
        });
        let own = (module.imported_tables..module.tables.len() as u32).map(|index| Some((instance, index)));
        let element = |known: &Option<_>| known.map(|(func, ty)| KnownElement { callee: self.callee(func), ty });
        let known = |key: Option<(CoreInstanceId, u32)>| {
            self.facts.known_tables.get(&key?).map(|all| all.iter().map(element).collect())
        };
        imported.chain(own).map(known).collect()
    }

    fn item_place(&self, kind: Kind, item: CoreItem) -> Place {
        match item {
            CoreItem::Table(r) | CoreItem::Memory(r) | CoreItem::Global(r) | CoreItem::Tag(r) => {
                self.definition(kind, r)
            }
            CoreItem::Func(_) => unreachable!("imports were matched by kind in validation"),
        }
    }

    fn imported_callee(&self, item: CoreItem) -> Callee {
        match item {
            CoreItem::Func(func) => self.callee(func),
            _ => unreachable!("imports were matched by kind in validation"),
        }
    }

    /// The type of a core function.
    pub fn func_type(&self, func: CoreFuncRef) -> Option<CoreTypeId> {
        match func {
            CoreFuncRef::Defined { core_instance, index } => {
                let module = self.plan.core_instances[core_instance].module;
                Some(self.plan.modules[module].funcs[index as usize])
            }
            CoreFuncRef::Canon(_) => None,
            CoreFuncRef::Import(index) => match self.plan.imports[index].kind {
                crate::plan::ImportKind::CoreFunc(ty) => Some(ty),
                _ => None,
            },
        }
    }
}

fn own_functions(module: &Module, module_index: ModuleId) -> impl Iterator<Item = Callee> {
    (0..module.bodies.len() as u32)
        .map(move |i| Callee::Direct { func: FuncKey::Core(module_index.as_u32(), i), ctx: CtxArg::Same })
}
