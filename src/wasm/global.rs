//! Globals.

use super::env::clif_type;
use super::error::Error;
use super::translator::Translator;
use cantilever_pass::clif::Region;
use cranelift_codegen::ir::Value;
use wasmparser::{BinaryReader, Operator as O, OperatorsReader};

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> Result<bool, Error> {
    match op {
        O::GlobalGet { global_index } => {
            if !t.constant_global(*global_index)? {
                let value = t.global_get(*global_index);
                t.push(value);
            }
        }
        O::GlobalSet { global_index } => {
            let value = t.pop();
            t.global_set(*global_index, value);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

impl Translator<'_> {
    /// Pushes the value of an immutable global whose initialiser is a single constant; or answers
    /// that it is not such.
    fn constant_global(&mut self, index: u32) -> Result<bool, Error> {
        let global = &self.env.module.globals[index as usize];
        let Some(init) = global.init.as_ref().filter(|_| !global.ty.mutable) else { return Ok(false) };
        let mut reader = OperatorsReader::new(BinaryReader::new(self.env.bytes(init), init.start as u64));
        let op = reader.read()?;
        let constant = matches!(op, O::I32Const { .. } | O::I64Const { .. } | O::F32Const { .. } | O::F64Const { .. });
        if constant && reader.is_end_then_eof() {
            super::operators::translate(self, &op)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn global_get(&mut self, index: u32) -> Value {
        let ty = clif_type(self.env.module.globals[index as usize].ty.content_type);
        let (base, offset) = self.base(self.env.places.globals[index as usize]);
        self.e.load_field(ty, Region::Global, base, offset as usize)
    }

    /// Sets a global, be it mutable or about to be initialised.
    pub fn global_set(&mut self, index: u32, value: Value) {
        let (base, offset) = self.base(self.env.places.globals[index as usize]);
        self.e.store_field(Region::Global, value, base, offset as usize);
    }
}
