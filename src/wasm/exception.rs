//! Exceptions: `try_table`, `throw`, `throw_ref`.
//!
//! A `try_table` has one *dispatch* block, to which every call in it leads by its exceptional way,
//! and every `throw` in it directly. There the catch clauses are tried in order; what none of them
//! catches goes on to the `try_table` around it, or out of the function.

use super::env::clif_type;
use super::translator::Translator;
use cantilever_abi::block::exception::PAYLOAD_SLOT;
use cantilever_abi::block::{Exception, Intrinsic, TrapKind};
use cantilever_pass::clif::Region;
use cantilever_pass::clif::signature::POINTER;
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use wasmparser::{Catch, Operator as O, TryTable};

/// The handler of a `try_table` that is open.
pub(super) struct Handler {
    /// Where exceptions go; its parameter is the exception.
    dispatch: Block,
    /// Its clauses, in order. Labels are counted from outside the `try_table`.
    catches: Vec<Catch>,
    /// Does any exception go there?
    reached: bool,
}

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::TryTable { try_table } => t.begin_try_table(try_table),
        O::Throw { tag_index } => t.throw(*tag_index),
        O::ThrowRef => t.throw_ref(),
        _ => return false,
    }
    true
}

impl Translator<'_> {
    fn begin_try_table(&mut self, table: &TryTable) {
        if table.catches.is_empty() {
            return self.block(&table.ty);
        }
        let dispatch = self.e.cold_block();
        self.e.b.append_block_param(dispatch, POINTER);
        self.control.handlers.push(Handler { dispatch, catches: table.catches.clone(), reached: false });
        self.begin_try(&table.ty);
    }

    /// The block to which calls at this point lead by their exceptional way, if there is one in
    /// this function.
    pub fn handler(&mut self) -> Option<Block> {
        let handler = self.control.handlers.last_mut()?;
        handler.reached = true;
        Some(handler.dispatch)
    }

    /// Ends the innermost handler: emits its dispatch. Its clauses' labels are counted from the
    /// innermost construct.
    pub fn end_handler(&mut self) {
        let Handler { dispatch, catches, reached } = self.control.handlers.pop().expect("a `try_table` is open");
        self.e.b.seal_block(dispatch);
        if !reached {
            return;
        }
        self.e.b.switch_to_block(dispatch);
        let exception = self.e.b.block_params(dispatch)[0];
        for catch in catches {
            match catch {
                Catch::One { tag, label } => self.catch_one(exception, tag, label, false),
                Catch::OneRef { tag, label } => self.catch_one(exception, tag, label, true),
                Catch::All { label } => return self.take(exception, &[], label, false),
                Catch::AllRef { label } => return self.take(exception, &[], label, true),
            }
        }
        self.propagate(exception);
    }

    /// Branches to a label if an exception has a tag, and goes on if it has another.
    fn catch_one(&mut self, exception: Value, tag: u32, label: u32, by_reference: bool) {
        let expected = self.address(self.env.places.tags[tag as usize]);
        let found = self.e.load_field(POINTER, Region::Exception, exception, offset_of!(Exception, tag));
        let same = self.e.b.ins().icmp(IntCC::Equal, found, expected);
        let (caught, next) = (self.e.cold_block(), self.e.cold_block());
        self.e.b.ins().brif(same, caught, &[], next, &[]);
        self.e.b.seal_block(caught);
        self.e.b.seal_block(next);
        self.e.b.switch_to_block(caught);
        let payload = self.load_payload(exception, tag);
        self.take(exception, &payload, label, by_reference);
        self.e.b.switch_to_block(next);
    }

    /// Branches to the label of a clause that catches an exception.
    fn take(&mut self, exception: Value, payload: &[Value], label: u32, by_reference: bool) {
        let height = self.stack.len();
        self.stack.extend_from_slice(payload);
        if by_reference {
            let yes = self.e.b.ins().iconst(types::I32, 1);
            self.e.store_field(Region::Exception, yes, exception, offset_of!(Exception, referenced));
            self.push(exception);
        } else {
            self.e.call_intrinsic(Intrinsic::ExceptionCaught, &[exception]);
        }
        self.jump_to_label(label);
        self.stack.truncate(height);
    }

    fn throw(&mut self, tag: u32) {
        let params = self.env.core_types[self.env.module.tags[tag as usize]].params();
        let address = self.address(self.env.places.tags[tag as usize]);
        let count = self.const64(params.len() as u64);
        let exception = self.e.call_intrinsic(Intrinsic::ExceptionNew, &[address, count]).expect("it has a result");
        self.e.trap_unless(exception, TrapKind::ExceptionsExhausted);
        let first = self.stack.len() - params.len();
        for (i, value) in self.stack.drain(first..).enumerate() {
            self.e.store_field(Region::Exception, value, exception, payload_offset(i));
        }
        self.propagate(exception);
        self.end_of_reachable();
    }

    fn throw_ref(&mut self) {
        let exception = self.pop();
        self.e.trap_unless(exception, TrapKind::NullReference);
        let live = self.e.call_intrinsic(Intrinsic::ExceptionIsLive, &[exception]).expect("it has a result");
        self.e.trap_unless(live, TrapKind::StaleException);
        self.propagate(exception);
        self.end_of_reachable();
    }

    /// Hands an exception to the innermost handler of this function, or out of it.
    fn propagate(&mut self, exception: Value) {
        match self.handler() {
            Some(dispatch) => {
                self.e.b.ins().jump(dispatch, &[exception.into()]);
            }
            None => self.e.throw(exception),
        }
    }

    fn load_payload(&mut self, exception: Value, tag: u32) -> Vec<Value> {
        let params = self.env.core_types[self.env.module.tags[tag as usize]].params();
        self.passed += params.len();
        let load = |(i, ty): (usize, &wasmparser::ValType)| {
            self.e.load_field(clif_type(*ty), Region::Exception, exception, payload_offset(i))
        };
        params.iter().enumerate().map(load).collect()
    }
}

/// The offset in an exception of a value of its payload.
fn payload_offset(index: usize) -> usize {
    size_of::<Exception>() + index * PAYLOAD_SLOT
}
