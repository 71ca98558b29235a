//! The initialisation of a module instance, as *instantiation* of the core specification orders it:
//! globals, initial elements of tables, elements of segments; then active element segments, active
//! data segments, `start`.
//!
//! The runtime has made memories, tables and segment slots before, with everything that was known
//! when the module was compiled: [`PreparedModule`]. What remains is this function, if anything
//! does. The runtime runs it through an entry trampoline, so a trap ends it as it ends any other.

use super::env::ModuleEnv;
use super::error::Error;
use super::operators;
use super::translator::Translator;
use crate::plan::module::{ElemItems, ElemSegment, Module, SegmentMode};
use crate::plan::prepared::PreparedModule;
use cantilever_abi::FuncKey;
use cantilever_abi::block::Intrinsic;
use cantilever_pass::clif::{Emit, Region};
use cranelift_codegen::ir::{Function, SourceLoc, Value};
use cranelift_frontend::FunctionBuilderContext;
use std::ops::Range;
use wasmparser::{BinaryReader, Operator as O, OperatorsReader};

/// Does anything remain for the function that initialises an instance of the module?
pub fn needs_init(module: &Module, prepared: &PreparedModule) -> bool {
    let remains = |mode: &SegmentMode, done: &bool| matches!(mode, SegmentMode::Active { .. }) && !done;
    let used = |segment: &ElemSegment| !matches!(segment.mode, SegmentMode::Declared);
    module.start.is_some()
        || module.tables.iter().any(|table| table.init.is_some())
        || module.globals.iter().zip(&prepared.globals).any(|(global, done)| global.init.is_some() && !done)
        || module.elems.iter().zip(&prepared.elements).any(|(segment, known)| known.is_none() && used(segment))
        || module.elems.iter().zip(&prepared.elems).any(|(segment, done)| remains(&segment.mode, done))
        || module.datas.iter().zip(&prepared.datas).any(|(segment, done)| remains(&segment.mode, done))
}

/// Makes the function that initialises an instance of the module: [`FuncKey::Init`].
pub fn translate_init(env: &ModuleEnv<'_>, cx: &mut FunctionBuilderContext) -> Result<Function, Error> {
    let mut func = Function::new();
    let result = translate_into(env, &mut func, cx);
    if result.is_err() {
        // The builder was dropped half-way; what it left behind must not reach the next function.
        *cx = FunctionBuilderContext::new();
    }
    result.map(|()| func)
}

fn translate_into(env: &ModuleEnv<'_>, func: &mut Function, cx: &mut FunctionBuilderContext) -> Result<(), Error> {
    let key = FuncKey::Init(env.module_index);
    let (emit, _) = Emit::core(func, cx, key, env.convention.core([], []), env.convention);
    let mut t = Translator::new(env, emit);
    t.init_globals()?;
    t.init_tables()?;
    t.evaluate_elements()?;
    t.init_active_elements()?;
    t.init_active_data()?;
    if let Some(start) = env.module.start {
        // It is called from nowhere in the input.
        t.e.b.set_srcloc(SourceLoc::default());
        let (ready, ty) = t.function(start);
        t.call(ready, ty);
    }
    t.return_();
    t.e.finish();
    Ok(())
}

impl Translator<'_> {
    /// Evaluates a constant expression.
    fn constant_expression(&mut self, range: &Range<usize>) -> Result<Value, Error> {
        let mut reader = OperatorsReader::new(BinaryReader::new(self.env.bytes(range), range.start as u64));
        while !reader.eof() {
            self.offset = reader.original_position() as usize;
            self.e.b.set_srcloc(SourceLoc::new(self.offset as u32));
            match reader.read()? {
                // Constant expressions have no blocks.
                O::End => break,
                op => operators::translate(self, &op)?,
            }
        }
        Ok(self.pop())
    }

    fn init_globals(&mut self) -> Result<(), Error> {
        let globals = &self.env.module.globals;
        for (index, global) in globals.iter().enumerate() {
            if let Some(init) = global.init.as_ref().filter(|_| !self.env.places.prepared.globals[index]) {
                let value = self.constant_expression(init)?;
                self.global_set(index as u32, value);
            }
        }
        Ok(())
    }

    fn init_tables(&mut self) -> Result<(), Error> {
        let tables = &self.env.module.tables;
        for (index, table) in tables.iter().enumerate() {
            if let Some(init) = &table.init {
                let value = self.constant_expression(init)?;
                let (def, start, len) = (self.table_def(index as u32), self.const64(0), self.const64(table.ty.initial));
                self.checked(Intrinsic::TableFill, &[def, start, value, len]);
            }
        }
        Ok(())
    }

    /// Stores the elements of the segments that can be used and are not constant.
    fn evaluate_elements(&mut self) -> Result<(), Error> {
        let elems = &self.env.module.elems;
        for ((segment, place), done) in elems.iter().zip(&self.env.places.elems).zip(&self.env.places.prepared.elements)
        {
            if matches!(segment.mode, SegmentMode::Declared) || done.is_some() {
                continue;
            }
            for item in 0..segment.items.len() {
                let value = self.element_value(segment, item)?;
                let at = place.storage as usize + item * size_of::<u64>();
                self.e.store_field(Region::Segment, value, self.e.vmctx, at);
            }
        }
        Ok(())
    }

    fn element_value(&mut self, segment: &ElemSegment, item: usize) -> Result<Value, Error> {
        match &segment.items {
            ElemItems::Funcs(funcs) => Ok(self.ref_func(funcs[item])),
            ElemItems::Exprs(exprs) => self.constant_expression(&exprs[item]),
        }
    }

    fn init_active_elements(&mut self) -> Result<(), Error> {
        let elems = &self.env.module.elems;
        for (index, segment) in elems.iter().enumerate().filter(|(i, _)| !self.env.places.prepared.elems[*i]) {
            if let SegmentMode::Active { target, offset } = &segment.mode {
                let slot = self.elem_slot(index as u32);
                let offset = self.constant_expression(offset)?;
                let table = self.table_def(*target);
                self.init_active(Intrinsic::TableInit, table, slot, offset, segment.items.len());
                self.segment_drop(slot);
            }
        }
        Ok(())
    }

    fn init_active_data(&mut self) -> Result<(), Error> {
        let datas = &self.env.module.datas;
        for (index, segment) in datas.iter().enumerate().filter(|(i, _)| !self.env.places.prepared.datas[*i]) {
            if let SegmentMode::Active { target, offset } = &segment.mode {
                let slot = self.data_slot(index as u32);
                let offset = self.constant_expression(offset)?;
                let memory = self.memory_def(*target);
                self.init_active(Intrinsic::MemoryInit, memory, slot, offset, segment.bytes.len());
                self.segment_drop(slot);
            }
        }
        Ok(())
    }

    /// Copies a whole segment to an offset.
    fn init_active(&mut self, intrinsic: Intrinsic, to: Value, slot: Value, offset: Value, len: usize) {
        let (dst, src, len) = (self.widen(offset), self.const64(0), self.const64(len as u64));
        self.checked(intrinsic, &[to, slot, dst, src, len]);
    }
}
