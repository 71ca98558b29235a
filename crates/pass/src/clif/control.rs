//! Structured control flow: detours, choices, switches and counted loops. It must not know what a
//! check is for.

use super::emit::Emit;
use super::signature::POINTER;
use alloc::vec::Vec;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, JumpTableData, Type, Value};

/// A loop over addresses that has been opened: its body is being emitted.
pub struct Loop {
    header: Block,
    exit: Block,
    /// The current address in each of the ranges walked.
    pub at: Vec<Value>,
}

/// A choice between two alternatives that has been opened: the first is being emitted.
pub struct Choice {
    otherwise: Block,
    joined: Block,
}

impl Emit<'_> {
    /// Emits what runs only when `condition` is not zero.
    pub fn when(&mut self, condition: Value, emit: impl FnOnce(&mut Self)) {
        let (taken, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(condition, taken, &[], go_on, &[]);
        self.detour(taken, go_on, emit);
    }

    /// Emits what runs only when `condition` is zero.
    pub fn unless(&mut self, condition: Value, emit: impl FnOnce(&mut Self)) {
        let (taken, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(condition, go_on, &[], taken, &[]);
        self.detour(taken, go_on, emit);
    }

    /// Emits what runs only when `condition` is zero, which it seldom is.
    pub fn unless_cold(&mut self, condition: Value, emit: impl FnOnce(&mut Self)) {
        let (go_on, taken) = (self.b.create_block(), self.cold_block());
        self.b.ins().brif(condition, go_on, &[], taken, &[]);
        self.detour(taken, go_on, emit);
    }

    /// Fills a block that has been branched to and that goes on where the other branch does.
    fn detour(&mut self, taken: Block, go_on: Block, emit: impl FnOnce(&mut Self)) {
        self.b.seal_block(taken);
        self.b.switch_to_block(taken);
        emit(self);
        self.jump(go_on, &[]);
        self.b.seal_block(go_on);
        self.b.switch_to_block(go_on);
    }

    /// Opens a choice between two alternatives that give values of these types. Emit the first,
    /// which is for a `condition` that is not zero; call [`Emit::otherwise`], emit the second, then
    /// call [`Emit::end_choice`].
    pub fn begin_choice(&mut self, condition: Value, types: impl IntoIterator<Item = Type>) -> Choice {
        let (then, otherwise) = (self.b.create_block(), self.b.create_block());
        let joined = self.block(types);
        self.b.ins().brif(condition, then, &[], otherwise, &[]);
        self.b.seal_block(then);
        self.b.seal_block(otherwise);
        self.b.switch_to_block(then);
        Choice { otherwise, joined }
    }

    /// Ends the first alternative, which gives `values`.
    pub fn otherwise(&mut self, open: &Choice, values: &[Value]) {
        self.jump(open.joined, values);
        self.b.switch_to_block(open.otherwise);
    }

    /// Ends the second alternative. What follows is after the choice; the values that were chosen.
    pub fn end_choice(&mut self, open: Choice, values: &[Value]) -> Vec<Value> {
        self.jump(open.joined, values);
        self.b.seal_block(open.joined);
        self.b.switch_to_block(open.joined);
        self.b.block_params(open.joined).to_vec()
    }

    /// Creates a block with parameters.
    pub fn block(&mut self, params: impl IntoIterator<Item = Type>) -> Block {
        let block = self.b.create_block();
        for ty in params {
            self.b.append_block_param(block, ty);
        }
        block
    }

    /// Jumps with arguments.
    pub fn jump(&mut self, to: Block, args: &[Value]) {
        let args: Vec<BlockArg> = args.iter().copied().map(BlockArg::from).collect();
        self.b.ins().jump(to, &args);
    }

    /// Goes to the block at the position that `index` names. Invariant: `index` has been checked to
    /// be in range.
    pub fn switch(&mut self, index: Value, blocks: &[Block]) {
        match *blocks {
            [] => unreachable!("a switch has a target"),
            [only] => self.jump(only, &[]),
            [zero, one] => {
                self.b.ins().brif(index, one, &[], zero, &[]);
            }
            [ref rest @ .., last] => {
                let pool = &mut self.b.func.dfg.value_lists;
                let default = cranelift_codegen::ir::BlockCall::new(last, [], pool);
                let entries: Vec<_> =
                    rest.iter().map(|b| cranelift_codegen::ir::BlockCall::new(*b, [], pool)).collect();
                let table = self.b.create_jump_table(JumpTableData::new(default, &entries));
                self.b.ins().br_table(index, table);
            }
        }
    }

    /// Opens a loop that runs until the first of the addresses in `start` reaches `end`. Emit the
    /// body, then call [`Emit::end_loop`].
    pub fn begin_loop(&mut self, start: &[Value], end: Value) -> Loop {
        let header = self.block(start.iter().map(|_| POINTER));
        let body = self.b.create_block();
        let exit = self.b.create_block();
        self.jump(header, start);
        self.b.switch_to_block(header);
        let at = self.b.block_params(header).to_vec();
        let done = self.b.ins().icmp(IntCC::Equal, at[0], end);
        self.b.ins().brif(done, exit, &[], body, &[]);
        self.b.seal_block(body);
        self.b.seal_block(exit);
        self.b.switch_to_block(body);
        Loop { header, exit, at }
    }

    /// Ends a loop's body: each address advances by its step. What follows is after the loop.
    pub fn end_loop(&mut self, open: Loop, steps: &[u32]) {
        let next: Vec<Value> = open.at.iter().zip(steps).map(|(at, step)| self.offset(*at, i64::from(*step))).collect();
        self.jump(open.header, &next);
        self.b.seal_block(open.header);
        self.b.switch_to_block(open.exit);
    }
}
