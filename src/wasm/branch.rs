//! Branches and `return`.

use super::error::Error;
use super::translator::Translator;
use cranelift_codegen::ir::{Block, BlockArg, BlockCall, InstBuilder, JumpTableData, Value};
use wasmparser::{BrTable, Operator as O};

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> Result<bool, Error> {
    match op {
        O::Br { relative_depth } => t.br(*relative_depth),
        O::BrIf { relative_depth } => {
            let condition = t.pop();
            t.branch_if(condition, *relative_depth);
        }
        O::BrTable { targets } => t.br_table(targets)?,
        O::Return => t.return_(),
        _ => return Ok(false),
    }
    Ok(true)
}

impl Translator<'_> {
    fn br(&mut self, relative_depth: u32) {
        self.jump_to_label(relative_depth);
        self.end_of_reachable();
    }

    /// Ends the block by a branch to a label.
    pub fn jump_to_label(&mut self, relative_depth: u32) {
        let (target, args) = self.label(relative_depth);
        self.e.b.ins().jump(target, &args);
    }

    /// Branches to a label when a condition is not zero. The operands that the branch carries stay.
    pub fn branch_if(&mut self, condition: Value, relative_depth: u32) {
        let (target, args) = self.label(relative_depth);
        let next = self.e.b.create_block();
        self.e.b.ins().brif(condition, target, &args, next, &[]);
        self.e.b.seal_block(next);
        self.e.b.switch_to_block(next);
    }

    fn br_table(&mut self, targets: &BrTable<'_>) -> Result<(), Error> {
        let index = self.pop();
        let default = self.block_call(targets.default());
        let mut calls = Vec::with_capacity(targets.len() as usize);
        for depth in targets.targets() {
            calls.push(self.block_call(depth?));
            self.check_passed()?;
        }
        let table = self.e.b.create_jump_table(JumpTableData::new(default, &calls));
        self.e.b.ins().br_table(index, table);
        self.end_of_reachable();
        Ok(())
    }

    /// Returns the topmost operands.
    pub fn return_(&mut self) {
        let results = self.e.b.func.signature.returns.len();
        let values = &self.stack[self.stack.len() - results..];
        self.e.b.ins().return_(values);
        self.end_of_reachable();
    }

    /// The block of a label and the operands that a branch to it carries.
    fn label(&mut self, relative_depth: u32) -> (Block, Vec<BlockArg>) {
        let construct = self.control.label(relative_depth);
        construct.reached = true;
        let (target, arity) = (construct.target, construct.arity);
        (target, self.branch_args(arity))
    }

    fn block_call(&mut self, relative_depth: u32) -> BlockCall {
        let (target, args) = self.label(relative_depth);
        self.e.b.func.dfg.block_call(target, &args)
    }
}
