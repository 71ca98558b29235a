//! The body of a function.

use super::control;
use super::env::{ModuleEnv, clif_type};
use super::error::Error;
use super::operators;
use super::translator::Translator;
use cantilever_abi::FuncKey;
use cantilever_pass::clif::Emit;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{Function, InstBuilder, SourceLoc, Value};
use cranelift_frontend::FunctionBuilderContext;
use wasmparser::{BinaryReader, FunctionBody, OperatorsReader, ValType};

/// Translates a function that the module defines; the index does not count imports.
pub fn translate_function(
    env: &ModuleEnv<'_>,
    cx: &mut FunctionBuilderContext,
    defined_index: u32,
) -> Result<Function, Error> {
    let mut func = Function::new();
    let result = translate_into(env, &mut func, cx, defined_index);
    if result.is_err() {
        // The builder was dropped half-way; what it left behind must not reach the next function.
        *cx = FunctionBuilderContext::new();
    }
    result.map(|()| func)
}

fn translate_into(
    env: &ModuleEnv<'_>,
    func: &mut Function,
    cx: &mut FunctionBuilderContext,
    defined_index: u32,
) -> Result<(), Error> {
    let module = env.module;
    let ty = module.funcs[(module.imported_funcs + defined_index) as usize];
    let range = &module.bodies[defined_index as usize];
    let body = FunctionBody::new(BinaryReader::new(env.bytes(range), range.start as u64));

    let key = FuncKey::Core(env.module_index, defined_index);
    let (emit, params) = Emit::core(func, cx, key, env.signature(ty), env.convention);
    let mut t = Translator::new(env, emit);
    t.declare_params(&params);
    t.declare_locals(&body)?;
    t.begin_body(env.core_types[ty].results());
    t.translate_body(body.get_operators_reader()?)?;
    t.e.finish();
    Ok(())
}

impl Translator<'_> {
    fn declare_params(&mut self, params: &[Value]) {
        for param in params {
            let local = self.e.b.declare_var(self.type_of(*param));
            self.e.b.def_var(local, *param);
            self.locals.push(local);
        }
    }

    fn declare_locals(&mut self, body: &FunctionBody<'_>) -> Result<(), Error> {
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            let initial = self.default_value(ty);
            for _ in 0..count {
                let local = self.e.b.declare_var(clif_type(ty));
                self.e.b.def_var(local, initial);
                self.locals.push(local);
            }
        }
        Ok(())
    }

    /// The value of a local before it is set. Validation sees to it that references which cannot be
    /// null are not read.
    fn default_value(&mut self, ty: ValType) -> Value {
        match ty {
            ValType::I32 | ValType::I64 | ValType::Ref(_) => self.e.b.ins().iconst(clif_type(ty), 0),
            ValType::F32 => self.e.b.ins().f32const(Ieee32::with_bits(0)),
            ValType::F64 => self.e.b.ins().f64const(Ieee64::with_bits(0)),
            ValType::V128 => self.vector_constant(clif_type(ty), [0; 16]),
        }
    }

    fn translate_body(&mut self, mut reader: OperatorsReader<'_>) -> Result<(), Error> {
        while !reader.eof() {
            self.offset = reader.original_position() as usize;
            let op = reader.read()?;
            if self.control.unreachable {
                control::pass_over(self, &op)?;
            } else {
                self.e.b.set_srcloc(SourceLoc::new(self.offset as u32));
                self.pay(&op);
                operators::translate(self, &op)?;
                self.check_passed()?;
            }
        }
        Ok(())
    }
}
