//! A core function as it stands in its key: its bytes, but for indices of functions and segments,
//! which stand in it as what they mean.
//!
//! `wasm` makes of this, of the [`Environment`] and of nothing else the function's CLIF.

use super::environment::Environment;
use super::text::{Names, Text};
use crate::wasm::{Error, ModuleEnv};
use cantilever_abi::{Callee, CtxArg};
use std::collections::{BTreeSet, HashMap};
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// What stands in a key for an operator. A run of other operators is its bytes, after their number.
#[derive(Clone, Copy)]
enum Mark {
    Call = 1,
    ReturnCall,
    RefFunc,
    Data,
    Elem,
}

/// Writes a function that the module defines; the index does not count imports.
pub(super) fn write(
    text: &mut Text,
    names: &mut Names,
    env: &ModuleEnv<'_>,
    environment: &Environment,
    defined: u32,
) -> Result<(), Error> {
    text.bytes(&environment.hash);
    text.number(env.module.funcs[(env.module.imported_funcs + defined) as usize].as_u32().into());
    let bytes = &env.source[env.module.bodies[defined as usize].clone()];
    let mut writer = Writer { text, names, env, functions: HashMap::new(), calls: TableCalls::default() };
    writer.operators(bytes)?;
    writer.table_calls(environment);
    Ok(())
}

struct Writer<'w> {
    text: &'w mut Text,
    names: &'w mut Names,
    env: &'w ModuleEnv<'w>,
    /// The place of each function that is spoken of, by its index, in the order of the first time.
    functions: HashMap<u32, u32>,
    calls: TableCalls,
}

/// What calls through tables that never change can depend on.
#[derive(Default)]
struct TableCalls {
    /// The tables.
    tables: BTreeSet<u32>,
    /// The constants that the function pushes. A call by one of them is a direct call.
    constants: BTreeSet<u64>,
    /// Are there other operators that push constants?
    others: bool,
}

impl Writer<'_> {
    fn operators(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut reader = FunctionBody::new(BinaryReader::new(bytes, 0)).get_operators_reader()?;
        let mut written = 0;
        while !reader.eof() {
            let at = reader.original_position() as usize;
            let operator = reader.read()?;
            let end = reader.original_position() as usize;
            self.note(&operator);
            if let Some((mark, index)) = marked(&operator) {
                self.text.bytes(&bytes[written..at]);
                self.text.number(mark as u64);
                // Places in the input are distances from the beginning of the function.
                self.text.number((end - at) as u64);
                self.marked(mark, index);
                written = match mark {
                    // What else the operator says stands in its bytes.
                    Mark::Data | Mark::Elem => at,
                    Mark::Call | Mark::ReturnCall | Mark::RefFunc => end,
                };
            }
        }
        self.text.bytes(&bytes[written..]);
        Ok(())
    }

    /// Writes what an index means.
    fn marked(&mut self, mark: Mark, index: u32) {
        let places = self.env.places;
        match mark {
            Mark::Call | Mark::ReturnCall => self.function(index),
            Mark::RefFunc => self.text.debug(&places.func_defs[index as usize]),
            Mark::Data => self.text.number(places.datas[index as usize].into()),
            Mark::Elem => self.text.debug(&places.elems[index as usize]),
        }
    }

    /// Writes a function of the index space that is called.
    fn function(&mut self, index: u32) {
        let new = self.functions.len() as u32;
        let place = *self.functions.entry(index).or_insert(new);
        self.text.number(place.into());
        if place == new {
            self.text.number(self.env.module.funcs[index as usize].as_u32().into());
            self.callee(self.env.places.funcs[index as usize]);
        }
    }

    fn callee(&mut self, callee: Callee) {
        let [kind, value] = match callee {
            Callee::Direct { func, ctx: CtxArg::Same } => [0, self.names.place(func)],
            Callee::Direct { func, ctx: CtxArg::Plus(offset) } => {
                self.text.number(offset.into());
                [1, self.names.place(func)]
            }
            Callee::Slot(at) => [2, at],
            Callee::PointerSlot(at) => [3, at],
        };
        self.text.number(kind.into());
        self.text.number(value.into());
    }

    fn note(&mut self, operator: &Operator<'_>) {
        match *operator {
            Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => {
                self.calls.tables.insert(table_index);
            }
            Operator::I32Const { value } => {
                self.calls.constants.insert(value.cast_unsigned().into());
            }
            Operator::I64Const { value } => {
                self.calls.constants.insert(value.cast_unsigned());
            }
            Operator::GlobalGet { global_index } => {
                let global = &self.env.module.globals[global_index as usize];
                self.calls.others |= global.init.is_some() && !global.ty.mutable;
            }
            Operator::TableSize { .. } => self.calls.others = true,
            _ => {}
        }
    }

    /// Writes what calls through tables that never change can lead to.
    fn table_calls(&mut self, environment: &Environment) {
        // Locals and null begin as 0; tests of types can be known to be 0 or 1.
        self.calls.constants.extend([0, 1]);
        let TableCalls { tables, constants, others } = std::mem::take(&mut self.calls);
        self.text.number(tables.len() as u64);
        self.text.number(constants.len() as u64);
        for table in tables {
            let index = table as usize;
            let elements = self.env.places.known_tables.get(index).and_then(Option::as_ref);
            let known = environment.known_tables.get(index).and_then(Option::as_ref).zip(elements);
            self.text.number(table.into());
            self.text.number(u64::from(known.is_some()));
            let Some((known, elements)) = known else { continue };
            self.text.bytes(if others { &known.whole } else { &known.types });
            for constant in &constants {
                let element = usize::try_from(*constant).ok().and_then(|at| elements.get(at)).copied().flatten();
                self.text.debug(&element.map(|element| element.ty));
                if let Some(element) = element {
                    self.callee(element.callee);
                }
            }
        }
    }
}

/// The operators that speak of what has a number which changes when others are added.
fn marked(operator: &Operator<'_>) -> Option<(Mark, u32)> {
    Some(match *operator {
        Operator::Call { function_index } => (Mark::Call, function_index),
        Operator::ReturnCall { function_index } => (Mark::ReturnCall, function_index),
        Operator::RefFunc { function_index } => (Mark::RefFunc, function_index),
        Operator::MemoryInit { data_index, .. } | Operator::DataDrop { data_index } => (Mark::Data, data_index),
        Operator::TableInit { elem_index, .. } | Operator::ElemDrop { elem_index } => (Mark::Elem, elem_index),
        _ => return None,
    })
}
