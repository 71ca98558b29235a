//! What an instantiation does, core instance by core instance.

use super::Map;
use super::resolve::{FuncPlace, Kind};
use crate::pipeline::artifact_types::{memory_limits, table_limits};
use crate::plan::module::{Entity, Module, SegmentMode};
use crate::plan::{CoreFuncRef, CoreInstance, CoreItem};
use crate::wasm::needs_init;
use cantilever_abi::{CoreTypeId, FuncKey, Place};
use cantilever_object::artifact::Step;

impl Map<'_> {
    /// The steps, in order. Within an instance everything that code can reach is there before its `Init` runs.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (index, instance) in self.plan.core_instances.iter().enumerate() {
            let module = &self.plan.modules[instance.module];
            if self.frames[instance.module].shared {
                steps.push(Step::Context { at: self.bases[index] });
                self.bind_imports(index, instance, module, &mut steps);
            }
            self.make_items(index, instance, module, &mut steps);
            self.make_func_defs(index, instance, module, &mut steps);
            self.make_segments(index, instance, module, &mut steps);
            if needs_init(module, &self.prepared.modules[instance.module]) {
                let entry = FuncKey::CoreEntry(self.init_type().as_u32());
                let func = FuncKey::Init(instance.module as u32);
                steps.push(Step::Init { func, entry, ctx: self.bases[index], instance: instance.instance });
            }
        }
        steps
    }

    /// The type `[] -> []`, which `link` always interns.
    pub fn init_type(&self) -> CoreTypeId {
        let is_empty = |ty: &wasmparser::FuncType| ty.params().is_empty() && ty.results().is_empty();
        self.plan.core_types.iter().find(|(_, ty)| is_empty(ty)).expect("link interns the type [] -> []").0
    }

    /// The slots through which a shared module's instance reaches its imports.
    fn bind_imports(&self, index: usize, instance: &CoreInstance, module: &Module, steps: &mut Vec<Step>) {
        let slots = &self.frames[instance.module].import_slots;
        for ((import, item), slot) in module.imports.iter().zip(&instance.imports).zip(slots) {
            let at = self.bases[index] + slot;
            let kind = match (import.entity, item) {
                (Entity::Func(i), CoreItem::Func(func)) => {
                    steps.push(self.func_def(at, *func, module.funcs[i as usize]));
                    continue;
                }
                (Entity::Table(_), _) => Kind::Table,
                (Entity::Memory(_), _) => Kind::Memory,
                (Entity::Global(_), _) => Kind::Global,
                (Entity::Tag(_), _) => Kind::Tag,
                (Entity::Func(_), _) => unreachable!("imports were matched by kind in validation"),
            };
            let (CoreItem::Table(r) | CoreItem::Memory(r) | CoreItem::Global(r) | CoreItem::Tag(r)) = item else {
                unreachable!("imports were matched by kind in validation")
            };
            steps.push(match self.definition(kind, *r) {
                Place::Here(to) => Step::Pointer { at, to },
                Place::Through(from) => Step::CopyPointer { at, from },
            });
        }
    }

    fn make_items(&self, index: usize, instance: &CoreInstance, module: &Module, steps: &mut Vec<Step>) {
        let (base, frame) = (self.bases[index], &self.frames[instance.module]);
        let prepared = &self.prepared.instances[index];
        let memories = module.memories.iter().zip(&prepared.memories).skip(module.imported_memories as usize);
        for ((ty, segments), at) in memories.zip(&frame.memories) {
            let contents = self.memory_contents(segments);
            steps.push(Step::Memory { at: base + at, limits: memory_limits(ty), contents });
        }
        let tables = module.tables.iter().zip(&prepared.tables).skip(module.imported_tables as usize);
        for ((table, segments), at) in tables.zip(&frame.tables) {
            let (limits, contents) = (table_limits(&self.plan.core_type_ids, &table.ty), self.table_contents(segments));
            steps.push(Step::Table { at: base + at, limits, contents });
        }
        let globals = prepared.globals.iter().skip(module.imported_globals as usize).zip(&frame.globals);
        for (value, at) in globals {
            if let Some(value) = value.and_then(|value| self.global_value(index, value)) {
                steps.push(Step::Global { at: base + at, value });
            }
        }
    }

    fn make_func_defs(&self, index: usize, instance: &CoreInstance, module: &Module, steps: &mut Vec<Step>) {
        let mut imported = instance.imports.iter().filter_map(|item| match item {
            CoreItem::Func(func) => Some(*func),
            _ => None,
        });
        for (i, at) in self.frames[instance.module].func_defs.iter().enumerate() {
            let own = CoreFuncRef::Defined { core_instance: index, index: i as u32 };
            let func = if module.is_imported(i as u32) { imported.next().unwrap_or(own) } else { own };
            if let Some(at) = at {
                steps.push(self.func_def(self.bases[index] + at, func, module.funcs[i]));
            }
        }
    }

    /// A `FuncDef` for a core function.
    fn func_def(&self, at: u32, func: CoreFuncRef, ty: CoreTypeId) -> Step {
        match self.function(func) {
            FuncPlace::Graph(func, ctx) => Step::FuncDef { at, func, ctx, ty },
            FuncPlace::Import(from) => Step::CopyFuncDef { at, from },
        }
    }

    fn make_segments(&self, index: usize, instance: &CoreInstance, module: &Module, steps: &mut Vec<Step>) {
        let (base, frame) = (self.bases[index], &self.frames[instance.module]);
        let done = &self.prepared.modules[instance.module];
        // A segment that is in place already is as one that was dropped: its slot is zero.
        for (i, (segment, at)) in module.datas.iter().zip(&frame.datas).enumerate().filter(|(i, _)| !done.datas[*i]) {
            let (start, len) = (self.data.start(instance.module, i), segment.bytes.len() as u64);
            steps.push(Step::Data { at: base + at, start, len });
        }
        for (i, (segment, (at, storage))) in module.elems.iter().zip(&frame.elems).enumerate() {
            if !done.elems[i] && !matches!(segment.mode, SegmentMode::Declared) {
                let (contents, len) = (self.segment_elements(index, i), segment.items.len() as u64);
                steps.push(Step::Elems { at: base + at, storage: base + storage, len, contents });
            }
        }
    }
}
