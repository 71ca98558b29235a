//! Fuel: what operators cost, and where it is paid.
//!
//! The operators of one CLIF block are paid for together, before the first of them runs: they all
//! run, unless one of them traps or throws.

use super::translator::Translator;
use cranelift_codegen::ir::{Block, Inst, InstBuilder, InstructionData, Opcode, ValueDef, types};
use wasmparser::Operator as O;

/// Operators that are paid for together.
pub(super) struct Run {
    block: Block,
    /// The constant that is their price; it grows with each of them.
    price: Inst,
    operators: i64,
}

/// Does an operator only structure the code?
fn is_free(op: &O<'_>) -> bool {
    matches!(op, O::Nop | O::Drop | O::Block { .. } | O::Loop { .. } | O::TryTable { .. } | O::Else | O::End)
}

impl Translator<'_> {
    /// Pays for an operator that comes next: one unit, whatever it is.
    pub fn pay(&mut self, op: &O<'_>) {
        if !self.env.tunables.supervision.fuel || is_free(op) {
            return;
        }
        let current = self.e.b.current_block().expect("code is reachable");
        match &mut self.run {
            Some(run) if run.block == current => {
                run.operators += 1;
                let price = InstructionData::UnaryImm { opcode: Opcode::Iconst, imm: run.operators.into() };
                self.e.b.func.dfg.insts[run.price] = price;
            }
            _ => self.begin_run(current),
        }
    }

    fn begin_run(&mut self, block: Block) {
        let one = self.e.b.ins().iconst(types::I64, 1);
        let ValueDef::Result(price, _) = self.e.b.func.dfg.value_def(one) else {
            unreachable!("a constant is the result of an instruction")
        };
        self.run = Some(Run { block, price, operators: 1 });
        self.e.burn_fuel(one);
    }
}
