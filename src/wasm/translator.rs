//! A function under translation: the operand stack, and what is kept between operators.

use super::control::Control;
use super::env::ModuleEnv;
use super::error::{Error, MAX_PASSED};
use super::fuel::Run;
use cantilever_abi::{CoreTypeId, Place};
use cantilever_pass::clif::signature::POINTER;
use cantilever_pass::clif::{Emit, Region};
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{
    FuncRef, Inst, InstBuilder, InstructionData, Opcode, SigRef, Type, Value, ValueDef, types,
};
use cranelift_frontend::Variable;
use std::collections::HashMap;

/// A function under translation.
pub(super) struct Translator<'f> {
    /// What is read.
    pub env: &'f ModuleEnv<'f>,
    /// What is written.
    pub e: Emit<'f>,
    /// The operand stack.
    ///
    /// Invariant: while code is reachable, its height is what validation says; while it is not, the
    /// height is at least that of the innermost construct.
    pub stack: Vec<Value>,
    /// The control stack.
    pub control: Control,
    /// Locals, parameters first.
    pub locals: Vec<Variable>,
    /// Where in the input the current operator is.
    pub offset: usize,
    /// Functions called directly so far, by index.
    pub funcs: HashMap<u32, FuncRef>,
    /// How many values have been passed to blocks and calls so far.
    pub passed: usize,
    /// The operators that were paid for last.
    pub run: Option<Run>,
    signatures: HashMap<CoreTypeId, SigRef>,
    /// Loads of fields that never change while code runs, done once in the entry block.
    loaded_once: HashMap<(Place, usize), Value>,
    /// The jump that ends the entry block: what is loaded once is loaded before it.
    entry_end: Inst,
}

impl<'f> Translator<'f> {
    /// Starts a translation in the entry block of a function, and moves on to a second block.
    pub fn new(env: &'f ModuleEnv<'f>, mut e: Emit<'f>) -> Self {
        let body = e.b.create_block();
        let entry_end = e.b.ins().jump(body, &[]);
        e.b.seal_block(body);
        e.b.switch_to_block(body);
        Translator {
            env,
            e,
            stack: Vec::new(),
            control: Control::default(),
            locals: Vec::new(),
            offset: 0,
            funcs: HashMap::new(),
            passed: 0,
            run: None,
            signatures: HashMap::new(),
            loaded_once: HashMap::new(),
            entry_end,
        }
    }

    /// Fails when the function passes too many values.
    pub fn check_passed(&self) -> Result<(), Error> {
        if self.passed > MAX_PASSED { Err(Error::TooComplex { offset: self.offset }) } else { Ok(()) }
    }

    /// Pushes an operand.
    pub fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    /// Pops an operand.
    pub fn pop(&mut self) -> Value {
        self.stack.pop().expect("validated: the operand is there")
    }

    /// Pops two operands, in the order in which they were pushed.
    pub fn pop2(&mut self) -> (Value, Value) {
        let b = self.pop();
        (self.pop(), b)
    }

    /// Pops three operands, in the order in which they were pushed.
    pub fn pop3(&mut self) -> (Value, Value, Value) {
        let c = self.pop();
        let (a, b) = self.pop2();
        (a, b, c)
    }

    /// Replaces the topmost operand.
    pub fn unary(&mut self, f: impl FnOnce(&mut Self, Value) -> Value) {
        let a = self.pop();
        let value = f(self, a);
        self.push(value);
    }

    /// Replaces the two topmost operands by one.
    pub fn binary(&mut self, f: impl FnOnce(&mut Self, Value, Value) -> Value) {
        let (a, b) = self.pop2();
        let value = f(self, a, b);
        self.push(value);
    }

    /// The type of a value.
    pub fn type_of(&self, value: Value) -> Type {
        self.e.b.func.dfg.value_type(value)
    }

    /// An index, address or length of 32 or 64 bits, as 64 bits.
    pub fn widen(&mut self, value: Value) -> Value {
        match self.type_of(value) {
            types::I32 => self.e.b.ins().uextend(types::I64, value),
            _ => value,
        }
    }

    /// A constant of 64 bits.
    pub fn const64(&mut self, value: u64) -> Value {
        self.e.b.ins().iconst(types::I64, value.cast_signed())
    }

    /// The value of an integer that is a constant.
    pub fn known_integer(&self, value: Value) -> Option<u64> {
        let dfg = &self.e.b.func.dfg;
        let ValueDef::Result(inst, 0) = dfg.value_def(value) else { return None };
        match dfg.insts[inst] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Some(imm.bits().cast_unsigned()),
            _ => None,
        }
    }

    /// The signature of a core function type, imported once.
    pub fn signature(&mut self, ty: CoreTypeId) -> SigRef {
        let (env, func) = (self.env, &mut self.e.b.func);
        *self.signatures.entry(ty).or_insert_with(|| func.import_signature(env.signature(ty)))
    }

    /// A pointer in a structure of the block that never changes while code runs: loaded once, in
    /// the entry block.
    pub fn load_once(&mut self, place: Place, region: Region, offset: usize) -> Value {
        if let Some(value) = self.loaded_once.get(&(place, offset)) {
            return *value;
        }
        let (base, start) = self.base(place);
        let flags = self.e.constant(region);
        let at = cantilever_pass::clif::emit::offset32(start as usize + offset);
        let value = self.entry_cursor().ins().load(POINTER, flags, base, at);
        self.loaded_once.insert((place, offset), value);
        value
    }

    /// A structure of the block as a base and an offset; the pointer to one that lies elsewhere is
    /// loaded once.
    pub fn base(&mut self, place: Place) -> (Value, u32) {
        match place {
            Place::Here(offset) => (self.e.vmctx, offset),
            Place::Through(slot) => (self.load_once(Place::Here(slot), Region::Constant, 0), 0),
        }
    }

    /// The address of a structure of the block.
    pub fn address(&mut self, place: Place) -> Value {
        let (base, offset) = self.base(place);
        self.e.offset(base, i64::from(offset))
    }

    /// A cursor at the end of the entry block.
    fn entry_cursor(&mut self) -> FuncCursor<'_> {
        FuncCursor::new(self.e.b.func).at_inst(self.entry_end)
    }
}
