//! Hand-emitted handle tables with Cantilever's entry layout and all checks, the Spectre guard
//! included, and loops over them.

use crate::contestant::Run;
use anyhow::Result;
use cantilever::abi::block::{HandleEntry, HandleTable};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, InstBuilder, MemFlagsData, TrapCode, Type, Value, types};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};
use std::mem::offset_of;

/// How many entries each table has.
const ENTRIES: usize = 64;
/// The tag of an owning handle of the one resource type.
const OWN: u32 = HandleEntry::tag(0, false);
/// The tag of a borrowing one.
const BORROW: u32 = HandleEntry::tag(0, true);
const TRAP: TrapCode = TrapCode::unwrap_user(1);

/// One table in memory.
#[repr(C)]
struct Table {
    head: HandleTable,
    entries: [HandleEntry; ENTRIES],
}

/// The tables of three component instances, and how many handles borrow scopes are owed.
#[repr(C)]
struct Tables {
    tables: [Table; 3],
    owed: [u32; 4],
}

/// A loop under construction: its body works on the tables.
pub struct Body<'f> {
    b: FunctionBuilder<'f>,
    tables: Value,
    /// The number of the iteration.
    pub i: Value,
    cold: Vec<Block>,
}

/// Compiles `sum` of `body`'s result over `n` iterations. Before them one handle is in table 1, and
/// `body` is told its index.
pub fn looped(body: impl FnOnce(&mut Body, Value) -> Value) -> Result<Run> {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed")?;
    flags.set("enable_verifier", "false")?;
    let isa = cranelift_native::builder().map_err(anyhow::Error::msg)?.finish(settings::Flags::new(flags))?;
    let mut module = JITModule::new(JITBuilder::with_isa(isa, default_libcall_names()));
    let mut context = module.make_context();
    let signature = &mut context.func.signature;
    signature.call_conv = module.isa().default_call_conv();
    signature.params = [types::I64, types::I32, types::I32].map(AbiParam::new).to_vec();
    signature.returns.push(AbiParam::new(types::I32));
    emit(FunctionBuilder::new(&mut context.func, &mut FunctionBuilderContext::new()), &module, body);
    let id = module.declare_function("loop", Linkage::Export, &context.func.signature)?;
    module.define_function(id, &mut context)?;
    module.finalize_definitions()?;
    let code = module.get_finalized_function(id);
    // SAFETY: the function has this signature, and it accesses nothing but the tables.
    let code: extern "C" fn(*mut Tables, u32, u32) -> u32 = unsafe { std::mem::transmute(code) };
    let mut tables = Box::new(Tables { tables: [fresh(), fresh(), fresh()], owed: [0; 4] });
    tables.tables[1].head.free_head = 2;
    tables.tables[1].entries[1] = HandleEntry { tag: OWN, lends: 0, rep: 7, aux: 0 };
    Ok(Box::new(move |n| {
        let _code_lives = &module;
        Ok(code(&raw mut *tables, n, 1))
    }))
}

fn fresh() -> Table {
    let head = HandleTable { free_head: 1, limit: ENTRIES as u32, quota: ENTRIES as u32, reserved: 0 };
    Table { head, entries: [HandleEntry { tag: 0, lends: 0, rep: 0, aux: 0 }; ENTRIES] }
}

fn emit(mut b: FunctionBuilder, module: &JITModule, body: impl FnOnce(&mut Body, Value) -> Value) {
    let (entry, head, step, done) = (b.create_block(), b.create_block(), b.create_block(), b.create_block());
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let [tables, n, handle] = b.block_params(entry)[..] else { unreachable!("three parameters") };
    let zero = b.ins().iconst(types::I32, 0);
    b.ins().jump(head, &[zero.into(), zero.into()]);
    let (i, sum) = (b.append_block_param(head, types::I32), b.append_block_param(head, types::I32));
    b.switch_to_block(head);
    let more = b.ins().icmp(IntCC::UnsignedLessThan, i, n);
    b.ins().brif(more, step, &[], done, &[]);
    b.switch_to_block(step);
    let mut inside = Body { b, tables, i, cold: Vec::new() };
    let value = body(&mut inside, handle);
    let Body { mut b, cold, .. } = inside;
    let one = b.ins().iconst(types::I32, 1);
    let (next, sum_next) = (b.ins().iadd(i, one), b.ins().iadd(sum, value));
    b.ins().jump(head, &[next.into(), sum_next.into()]);
    b.switch_to_block(done);
    b.ins().return_(&[sum]);
    for block in cold {
        b.set_cold_block(block);
        b.switch_to_block(block);
        b.ins().trap(TRAP);
    }
    b.seal_all_blocks();
    b.finalize(module.target_config());
}

/// An entry of one of the tables.
#[derive(Clone, Copy)]
struct Entry {
    index: Value,
    base: Value,
    offset: usize,
}

impl Body<'_> {
    /// Adds an owning handle.
    pub fn add(&mut self, table: usize, rep: Value) -> Value {
        self.fill(table, OWN, rep).index
    }

    /// Adds a borrowing handle.
    pub fn add_borrow(&mut self, table: usize, rep: Value, scope: Value) -> Value {
        let entry = self.fill(table, BORROW, rep);
        self.store(scope, entry, offset_of!(HandleEntry, aux));
        entry.index
    }

    /// Removes an owning handle that is not lent; its representation.
    pub fn remove(&mut self, table: usize, index: Value) -> Value {
        let entry = self.checked(table, index);
        self.need(entry, OWN);
        let rep = self.load(types::I32, entry, offset_of!(HandleEntry, rep));
        self.free(table, entry);
        rep
    }

    /// `resource.drop` of a handle which turns out to be a borrow: its scope is owed one less.
    pub fn drop_borrow(&mut self, table: usize, index: Value) {
        let entry = self.checked(table, index);
        // An owning handle would go on elsewhere.
        let word = self.load(types::I64, entry, offset_of!(HandleEntry, tag));
        let own = self.b.ins().iconst(types::I64, i64::from(OWN));
        let other = self.b.ins().icmp(IntCC::NotEqual, word, own);
        self.trap_unless(other);
        self.need(entry, BORROW);
        let scope = self.load(types::I32, entry, offset_of!(HandleEntry, aux));
        self.free(table, entry);
        let owed = self.owed(scope);
        let less = self.plus(owed, -1);
        self.set_owed(scope, less);
    }

    /// How many handles a borrow scope is owed.
    pub fn owed(&mut self, scope: Value) -> Value {
        let (base, offset) = self.scope(scope);
        self.b.ins().load(types::I32, MemFlagsData::trusted(), base, offset)
    }

    /// Changes that.
    pub fn set_owed(&mut self, scope: Value, owed: Value) {
        let (base, offset) = self.scope(scope);
        self.b.ins().store(MemFlagsData::trusted(), owed, base, offset);
    }

    fn scope(&mut self, scope: Value) -> (Value, i32) {
        let wide = self.b.ins().uextend(types::I64, scope);
        let shift = self.b.ins().iconst(types::I64, i64::from(size_of::<u32>().trailing_zeros()));
        let scaled = self.b.ins().ishl(wide, shift);
        (self.b.ins().iadd(self.tables, scaled), offset_of!(Tables, owed) as i32)
    }

    /// The representation of a handle, owning or borrowing.
    pub fn rep(&mut self, table: usize, index: Value) -> Value {
        let entry = self.typed(table, index);
        self.load(types::I32, entry, offset_of!(HandleEntry, rep))
    }

    /// Lends a handle: its representation, after `use_it` and un-lending.
    pub fn lend(&mut self, table: usize, index: Value, use_it: impl FnOnce(&mut Self, Value) -> Value) -> Value {
        let entry = self.typed(table, index);
        self.add_lends(entry, 1);
        let rep = self.load(types::I32, entry, offset_of!(HandleEntry, rep));
        let result = use_it(self, rep);
        self.add_lends(entry, -1);
        result
    }

    /// A sum.
    pub fn plus(&mut self, value: Value, constant: i64) -> Value {
        let constant = self.b.ins().iconst(types::I32, constant);
        self.b.ins().iadd(value, constant)
    }

    /// A constant.
    pub fn constant(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I32, value)
    }

    /// Traps unless a value is zero.
    pub fn need_zero(&mut self, value: Value) {
        let zero = self.constant(0);
        let right = self.b.ins().icmp(IntCC::Equal, value, zero);
        self.trap_unless(right);
    }

    fn fill(&mut self, table: usize, tag: u32, rep: Value) -> Entry {
        let index = self.load_head(table, offset_of!(HandleTable, free_head));
        let limit = self.load_head(table, offset_of!(HandleTable, limit));
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, index, limit);
        self.trap_unless(inside);
        let entry = self.entry(table, index);
        let delta = self.load(types::I32, entry, offset_of!(HandleEntry, aux));
        let after = self.plus(index, 1);
        let next = self.b.ins().iadd(after, delta);
        self.store_free_head(table, next);
        let tag = self.b.ins().iconst(types::I64, i64::from(tag));
        self.store(tag, entry, offset_of!(HandleEntry, tag));
        self.store(rep, entry, offset_of!(HandleEntry, rep));
        entry
    }

    fn free(&mut self, table: usize, entry: Entry) {
        let head = self.load_head(table, offset_of!(HandleTable, free_head));
        let after = self.plus(entry.index, 1);
        let delta = self.b.ins().isub(head, after);
        let zero = self.b.ins().iconst(types::I64, 0);
        self.store(zero, entry, offset_of!(HandleEntry, tag));
        self.store(delta, entry, offset_of!(HandleEntry, aux));
        self.store_free_head(table, entry.index);
    }

    fn typed(&mut self, table: usize, index: Value) -> Entry {
        let entry = self.checked(table, index);
        let tag = self.load(types::I32, entry, offset_of!(HandleEntry, tag));
        let one = self.constant(1);
        let either = self.b.ins().bor(tag, one);
        let wanted = self.constant(i64::from(BORROW));
        let right = self.b.ins().icmp(IntCC::Equal, either, wanted);
        self.trap_unless(right);
        entry
    }

    /// Traps unless an entry has this tag and is not lent.
    fn need(&mut self, entry: Entry, tag: u32) {
        let word = self.load(types::I64, entry, offset_of!(HandleEntry, tag));
        let wanted = self.b.ins().iconst(types::I64, i64::from(tag));
        let right = self.b.ins().icmp(IntCC::Equal, word, wanted);
        self.trap_unless(right);
    }

    fn add_lends(&mut self, entry: Entry, difference: i64) {
        let lends = self.load(types::I32, entry, offset_of!(HandleEntry, lends));
        let lends = self.plus(lends, difference);
        self.store(lends, entry, offset_of!(HandleEntry, lends));
    }

    fn checked(&mut self, table: usize, index: Value) -> Entry {
        let limit = self.load_head(table, offset_of!(HandleTable, limit));
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, index, limit);
        let zero = self.constant(0);
        let index = self.b.ins().select_spectre_guard(inside, index, zero);
        self.entry(table, index)
    }

    fn entry(&mut self, table: usize, index: Value) -> Entry {
        let wide = self.b.ins().uextend(types::I64, index);
        let shift = self.b.ins().iconst(types::I64, i64::from(HandleEntry::SIZE.trailing_zeros()));
        let scaled = self.b.ins().ishl(wide, shift);
        let base = self.b.ins().iadd(self.tables, scaled);
        Entry { index, base, offset: table * size_of::<Table>() + offset_of!(Table, entries) }
    }

    fn load_head(&mut self, table: usize, field: usize) -> Value {
        let offset = table * size_of::<Table>() + field;
        self.b.ins().load(types::I32, MemFlagsData::trusted(), self.tables, offset as i32)
    }

    fn store_free_head(&mut self, table: usize, index: Value) {
        let offset = table * size_of::<Table>() + offset_of!(HandleTable, free_head);
        self.b.ins().store(MemFlagsData::trusted(), index, self.tables, offset as i32);
    }

    fn load(&mut self, ty: Type, entry: Entry, field: usize) -> Value {
        self.b.ins().load(ty, MemFlagsData::trusted(), entry.base, (entry.offset + field) as i32)
    }

    fn store(&mut self, value: Value, entry: Entry, field: usize) {
        self.b.ins().store(MemFlagsData::trusted(), value, entry.base, (entry.offset + field) as i32);
    }

    fn trap_unless(&mut self, right: Value) {
        let (go_on, cold) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(right, go_on, &[], cold, &[]);
        self.cold.push(cold);
        self.b.switch_to_block(go_on);
    }
}
