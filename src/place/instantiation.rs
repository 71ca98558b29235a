//! How an instance is made: what of it is the same every time, and which steps wait for imports or
//! run code.

use super::artifact_types::{memory_limits, table_limits};
use super::entry_types;
use super::map::Map;
use super::resolve::{FuncPlace, Kind};
use crate::plan::module::{Entity, Module, SegmentMode};
use crate::plan::{CoreFuncRef, CoreInstance, CoreInstanceId, CoreItem};
use crate::wasm::needs_init;
use cantilever_abi::{CoreTypeId, FuncKey, Place};
use cantilever_object::artifact::{Instantiation, LateStep, MemoryEntry, TableEntry, TemplateItem};

impl Map<'_> {
    /// Everything that makes an instance, core instance by core instance. What code can reach is
    /// there before its `Init` runs.
    pub fn instantiation(&self) -> Instantiation {
        let mut made = Instantiation::default();
        for (index, instance) in &self.plan.core_instances {
            let module = &self.plan.modules[instance.module];
            if self.layouts[instance.module].shared {
                made.template.push(TemplateItem::Context { at: self.bases[index] });
                self.bind_imports(index, instance, module, &mut made);
            }
            self.make_items(index, instance, module, &mut made);
            self.make_func_defs(index, instance, module, &mut made);
            self.make_segments(index, instance, module, &mut made);
            if needs_init(module, &self.facts.prepared.modules[instance.module]) {
                let entry = FuncKey::CoreEntry(entry_types::init_type(self.plan).as_u32());
                let func = FuncKey::Init(instance.module.as_u32());
                let (ctx, instance) = (self.bases[index], instance.instance);
                made.late_steps.push(LateStep::Init { func, entry, ctx, instance });
            }
        }
        made
    }

    /// The slots through which a shared module's instance reaches its imports.
    fn bind_imports(&self, index: CoreInstanceId, instance: &CoreInstance, module: &Module, made: &mut Instantiation) {
        let slots = &self.layouts[instance.module].import_slots;
        for ((import, item), slot) in module.imports.iter().zip(&instance.imports).zip(slots) {
            let at = self.bases[index] + slot;
            let kind = match (import.entity, item) {
                (Entity::Func(i), CoreItem::Func(func)) => {
                    self.make_func_def(at, *func, module.funcs[i as usize], made);
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
            match self.definition(kind, *r) {
                Place::Here(to) => made.template.push(TemplateItem::Pointer { at, to }),
                Place::Through(from) => made.late_steps.push(LateStep::CopyPointer { at, from }),
            }
        }
    }

    fn make_items(&self, index: CoreInstanceId, instance: &CoreInstance, module: &Module, made: &mut Instantiation) {
        let (base, layout) = (self.bases[index], &self.layouts[instance.module]);
        let prepared = &self.facts.prepared.instances[index];
        let memories = module.memories.iter().zip(&prepared.memories).skip(module.imported_memories as usize);
        for ((ty, segments), at) in memories.zip(&layout.memories) {
            let contents = self.memory_contents(segments);
            made.memories.push(MemoryEntry { at: base + at, limits: memory_limits(ty), contents });
        }
        let tables = module.tables.iter().zip(&prepared.tables).skip(module.imported_tables as usize);
        for ((table, segments), at) in tables.zip(&layout.tables) {
            let (limits, contents) = (table_limits(&self.plan.core_type_ids, &table.ty), self.table_contents(segments));
            made.tables.push(TableEntry { at: base + at, limits, contents });
        }
        let globals = prepared.globals.iter().skip(module.imported_globals as usize).zip(&layout.globals);
        for (value, at) in globals {
            if let Some(value) = value.and_then(|value| self.global_value(index, value)) {
                made.template.push(TemplateItem::Global { at: base + at, value });
            }
        }
    }

    fn make_func_defs(
        &self,
        index: CoreInstanceId,
        instance: &CoreInstance,
        module: &Module,
        made: &mut Instantiation,
    ) {
        let mut imported = instance.imports.iter().filter_map(|item| match item {
            CoreItem::Func(func) => Some(*func),
            _ => None,
        });
        for (i, at) in self.layouts[instance.module].func_defs.iter().enumerate() {
            let own = CoreFuncRef::Defined { core_instance: index, index: i as u32 };
            let func = if module.is_imported(i as u32) { imported.next().unwrap_or(own) } else { own };
            if let Some(at) = at {
                self.make_func_def(self.bases[index] + at, func, module.funcs[i], made);
            }
        }
    }

    /// A `FuncDef` for a core function.
    fn make_func_def(&self, at: u32, func: CoreFuncRef, ty: CoreTypeId, made: &mut Instantiation) {
        match self.function(func) {
            FuncPlace::Graph(func, ctx) => made.template.push(TemplateItem::FuncDef { at, func, ctx, ty }),
            FuncPlace::Import(from) => made.late_steps.push(LateStep::CopyFuncDef { at, from }),
        }
    }

    fn make_segments(&self, index: CoreInstanceId, instance: &CoreInstance, module: &Module, made: &mut Instantiation) {
        let (base, layout) = (self.bases[index], &self.layouts[instance.module]);
        let done = &self.facts.prepared.modules[instance.module];
        // A segment that is in place already is as one that was dropped: its slot is zero.
        for (i, (segment, at)) in module.datas.iter().zip(&layout.datas).enumerate().filter(|(i, _)| !done.datas[*i]) {
            let (start, len) = (self.data.start(instance.module, i), segment.bytes.len() as u64);
            made.template.push(TemplateItem::Data { at: base + at, start, len });
        }
        for (i, (segment, (at, storage))) in module.elems.iter().zip(&layout.elems).enumerate() {
            if !done.elems[i] && !matches!(segment.mode, SegmentMode::Declared) {
                let (contents, len) = (self.segment_elements(index, i), segment.items.len() as u64);
                let (at, storage) = (base + at, base + storage);
                made.template.push(TemplateItem::Elems { at, storage, len, contents });
            }
        }
    }
}
