//! Structured control: blocks, loops, conditionals, and the code after a branch that nothing
//! reaches.
//!
//! Only reachable constructs are pushed; constructs nested in unreachable code are merely counted.

use super::env::clif_type;
use super::error::Error;
use super::exception::Handler;
use super::translator::Translator;
use cantilever_abi::block::TrapKind;
use cantilever_pass::clif::trap::trap_code;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder};
use wasmparser::{BlockType, Operator as O, ValType};

/// The control stack.
#[derive(Default)]
pub(super) struct Control {
    /// The constructs that enclose the current operator, the function's body first.
    pub constructs: Vec<Construct>,
    /// Can the current operator not be reached?
    pub unreachable: bool,
    /// How many constructs that began in unreachable code are open.
    unreachable_depth: u64,
    /// Handlers of the `try_table`s that enclose the current operator.
    pub handlers: Vec<Handler>,
}

/// A construct that has begun.
pub(super) struct Construct {
    kind: ConstructKind,
    /// Where a branch to its label goes.
    pub target: Block,
    /// How many values such a branch carries.
    pub arity: usize,
    /// How many values the construct leaves.
    results: usize,
    /// Height of the operand stack below its parameters.
    height: usize,
    /// Has a branch to its label been emitted?
    pub reached: bool,
}

enum ConstructKind {
    /// `block`, `else`, or the body of a function: its label is its end.
    Block,
    /// `loop`: its label is its beginning.
    Loop,
    /// `try_table` that has a handler.
    Try,
    /// `if` before its `else`. A copy of its parameters lies below `height` for the other arm.
    If {
        /// Where the other arm begins.
        otherwise: Block,
        /// How many parameters it has.
        params: usize,
    },
}

impl Control {
    /// The construct that a label names.
    pub fn label(&mut self, relative_depth: u32) -> &mut Construct {
        let index = self.constructs.len() - 1 - relative_depth as usize;
        &mut self.constructs[index]
    }
}

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::Block { blockty } => t.block(blockty),
        O::Loop { blockty } => t.begin_loop(blockty),
        O::If { blockty } => t.begin_if(blockty),
        O::Else => t.begin_else(),
        O::End => t.end(),
        O::Unreachable => {
            t.e.b.ins().trap(trap_code(TrapKind::Unreachable));
            t.end_of_reachable();
        }
        _ => return false,
    }
    true
}

/// Passes over an operator that cannot be reached, minding nesting.
pub(super) fn pass_over(t: &mut Translator<'_>, op: &O<'_>) -> Result<(), Error> {
    let depth = &mut t.control.unreachable_depth;
    match op {
        O::Block { .. } | O::Loop { .. } | O::If { .. } | O::TryTable { .. } => *depth += 1,
        O::Try { .. } | O::Catch { .. } | O::CatchAll | O::Rethrow { .. } | O::Delegate { .. } => {
            return Err(Error::unsupported(op, t.offset));
        }
        O::End if *depth > 0 => *depth -= 1,
        O::End => t.end(),
        O::Else if *depth == 0 => t.begin_else(),
        _ => {}
    }
    Ok(())
}

impl Translator<'_> {
    /// The topmost operands as arguments of a branch.
    pub fn branch_args(&mut self, count: usize) -> Vec<BlockArg> {
        self.passed += count;
        self.stack[self.stack.len() - count..].iter().map(|value| BlockArg::Value(*value)).collect()
    }

    /// Notes that a terminator has been emitted.
    pub fn end_of_reachable(&mut self) {
        self.control.unreachable = true;
    }

    /// Opens the construct of the function's body.
    pub fn begin_body(&mut self, results: &[ValType]) {
        let target = self.block_with_params(results);
        self.push_frame(ConstructKind::Block, target, results.len(), results.len(), 0);
    }

    /// Opens a `block`.
    pub fn block(&mut self, ty: &BlockType) {
        self.begin(ConstructKind::Block, ty);
    }

    /// Opens a `try_table` whose handler was just pushed.
    pub fn begin_try(&mut self, ty: &BlockType) {
        self.begin(ConstructKind::Try, ty);
    }

    /// Opens a construct whose label is its end.
    fn begin(&mut self, kind: ConstructKind, ty: &BlockType) {
        let env = self.env;
        let (params, results) = env.block_types(ty);
        let target = self.block_with_params(results);
        self.push_frame(kind, target, results.len(), results.len(), params.len());
    }

    fn begin_loop(&mut self, ty: &BlockType) {
        let env = self.env;
        let (params, results) = env.block_types(ty);
        let header = self.block_with_params(params);
        let args = self.branch_args(params.len());
        self.e.b.ins().jump(header, &args);
        self.push_frame(ConstructKind::Loop, header, params.len(), results.len(), params.len());
        self.go_on_in(header);
        if self.env.tunables.supervision.interruptible {
            self.e.check_interruption();
        }
    }

    fn begin_if(&mut self, ty: &BlockType) {
        let env = self.env;
        let (params, results) = env.block_types(ty);
        let condition = self.pop();
        let (then, otherwise) = (self.e.b.create_block(), self.e.b.create_block());
        // Cranelift lays the second target of a branch out first: this way the arms lie as they are
        // written, and a loop's body behind its head.
        let fails = self.e.b.ins().icmp_imm_u(IntCC::Equal, condition, 0);
        self.e.b.ins().brif(fails, otherwise, &[], then, &[]);
        self.e.b.seal_block(then);
        self.e.b.seal_block(otherwise);
        let target = self.block_with_params(results);
        self.stack.extend_from_within(self.stack.len() - params.len()..);
        let kind = ConstructKind::If { otherwise, params: params.len() };
        self.push_frame(kind, target, results.len(), results.len(), params.len());
        self.e.b.switch_to_block(then);
    }

    fn begin_else(&mut self) {
        self.leave_by_jump();
        let construct = self.control.constructs.last_mut().expect("validated: `else` ends an `if`");
        let ConstructKind::If { otherwise, params } = construct.kind else {
            unreachable!("validated: `else` ends an `if`")
        };
        self.stack.truncate(construct.height);
        construct.height -= params;
        construct.kind = ConstructKind::Block;
        self.e.b.switch_to_block(otherwise);
        self.control.unreachable = false;
    }

    fn end(&mut self) {
        let kind = &self.control.constructs.last().expect("validated: `end` ends a construct").kind;
        let try_table = matches!(kind, ConstructKind::Try);
        match kind {
            ConstructKind::If { .. } => {
                // Without `else` the other arm passes its parameters on.
                self.begin_else();
                self.leave_by_jump();
                self.end_of_reachable();
            }
            ConstructKind::Try => {
                self.leave_by_jump();
                self.end_of_reachable();
            }
            ConstructKind::Block | ConstructKind::Loop => {}
        }
        let construct = self.control.constructs.pop().expect("validated: `end` ends a construct");
        if try_table {
            self.stack.truncate(construct.height);
            self.end_handler();
        }
        match construct.kind {
            ConstructKind::Loop => self.e.b.seal_block(construct.target),
            _ if construct.reached => self.join(&construct),
            _ => {}
        }
        if self.control.unreachable {
            self.stack.truncate(construct.height);
        }
        if self.control.constructs.is_empty() && !self.control.unreachable {
            self.return_();
        }
    }

    /// Control flow joins at the end of a construct.
    fn join(&mut self, construct: &Construct) {
        if !self.control.unreachable {
            let args = self.branch_args(construct.results);
            self.e.b.ins().jump(construct.target, &args);
        }
        self.stack.truncate(construct.height);
        self.e.b.seal_block(construct.target);
        self.go_on_in_after(construct.target);
    }

    /// Leaves the innermost construct, if this point is reachable.
    fn leave_by_jump(&mut self) {
        if self.control.unreachable {
            return;
        }
        let construct = self.control.constructs.last_mut().expect("validated: inside a construct");
        construct.reached = true;
        let (target, results) = (construct.target, construct.results);
        let args = self.branch_args(results);
        self.e.b.ins().jump(target, &args);
    }

    /// Goes on in a block whose parameters replace the operands that were passed to it.
    fn go_on_in(&mut self, block: Block) {
        let params = self.e.b.block_params(block).len();
        self.stack.truncate(self.stack.len() - params);
        self.go_on_in_after(block);
    }

    fn go_on_in_after(&mut self, block: Block) {
        self.e.b.switch_to_block(block);
        self.stack.extend_from_slice(self.e.b.block_params(block));
        self.control.unreachable = false;
    }

    fn block_with_params(&mut self, types: &[ValType]) -> Block {
        let block = self.e.b.create_block();
        self.passed += types.len();
        for ty in types {
            self.e.b.append_block_param(block, clif_type(*ty));
        }
        block
    }

    fn push_frame(&mut self, kind: ConstructKind, target: Block, arity: usize, results: usize, params: usize) {
        let height = self.stack.len() - params;
        self.control.constructs.push(Construct { kind, target, arity, results, height, reached: false });
    }
}
