//! Function bodies: validated on all cores, and in the same pass asked which tables they read and
//! write, which functions they refer to, and whether they throw.

use super::{features, garbage_collection};
use crate::error::Result;
use crate::parallel;
use crate::plan::module::TableCall;
use wasmparser::{FuncToValidate, FuncValidatorAllocations, FunctionBody, Operator, ValidatorResources};

/// A function body whose module has been validated around it.
pub(super) struct Body<'a> {
    /// The module, by index in the decoded modules.
    pub(super) module: usize,
    /// What the validator needs.
    pub(super) validate: FuncToValidate<ValidatorResources>,
    /// The bytes.
    pub(super) body: FunctionBody<'a>,
}

/// What is found in a body beside that it is valid.
#[derive(Default)]
struct Findings {
    /// The tables that it writes, with repetitions.
    written: Vec<u32>,
    /// The tables of which it reads elements, with repetitions.
    read: Vec<u32>,
    /// The elements of tables that it calls by constant indices, with repetitions.
    calls: Vec<TableCall>,
    /// The functions to which it takes references, with repetitions.
    referred_to: Vec<u32>,
    /// Does it throw or catch exceptions?
    throws: bool,
    /// Where it uses something of the garbage-collection proposal that is refused.
    garbage_collection: Option<u64>,
}

/// What is found in all bodies.
#[derive(Default)]
pub(super) struct Found {
    /// The tables that they write, as pairs of module and table, with repetitions.
    pub(super) written: Vec<(usize, u32)>,
    /// The tables of which they read elements, likewise, other than by `calls`.
    pub(super) read: Vec<(usize, u32)>,
    /// The calls of elements at constant indices, each with its module.
    pub(super) calls: Vec<(usize, TableCall)>,
    /// The functions to which they take references, as pairs of module and function, with
    /// repetitions.
    pub(super) referred_to: Vec<(usize, u32)>,
    /// The modules that throw or catch exceptions, with repetitions.
    pub(super) throwing: Vec<usize>,
}

/// Validates all bodies; or gives the first error in the order of the input.
pub(super) fn validate(bodies: Vec<Body>) -> Result<Found> {
    let work = bodies.iter().map(|body| body.body.as_bytes().len()).sum();
    let outcomes = parallel::map_init(bodies, work, FuncValidatorAllocations::default, |allocations, body| {
        (body.module, validate_one(body, allocations))
    });
    let mut found = Found::default();
    for (module, findings) in outcomes {
        let findings = findings.map_err(features::error)?;
        if let Some(offset) = findings.garbage_collection {
            return Err(garbage_collection::refusal(offset));
        }
        found.written.extend(findings.written.into_iter().map(|table| (module, table)));
        found.read.extend(findings.read.into_iter().map(|table| (module, table)));
        found.calls.extend(findings.calls.into_iter().map(|call| (module, call)));
        found.referred_to.extend(findings.referred_to.into_iter().map(|func| (module, func)));
        found.throwing.extend(findings.throws.then_some(module));
    }
    Ok(found)
}

fn validate_one(body: Body, allocations: &mut FuncValidatorAllocations) -> wasmparser::Result<Findings> {
    let Body { validate, body, .. } = body;
    let mut validator = validate.into_validator(core::mem::take(allocations));
    let mut locals = body.get_binary_reader();
    let mut findings = Findings::default();
    if garbage_collection::is_in_locals(&body)? {
        findings.garbage_collection = Some(locals.original_position());
    }
    validator.read_locals(&mut locals)?;
    let mut operators = wasmparser::OperatorsReader::new(locals);
    // What the last operator has pushed, if it is a constant.
    let mut constant = None;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        validator.op(offset, &operator)?;
        findings.written.extend(written_table(&operator));
        findings.note_read(&operator, constant);
        constant = if let Operator::I32Const { value } = operator { Some(value.cast_unsigned()) } else { None };
        if let Operator::RefFunc { function_index } = operator {
            findings.referred_to.push(function_index);
        }
        findings.throws |= is_exception_operator(&operator);
        if garbage_collection::is_operator(&operator) {
            findings.garbage_collection.get_or_insert(offset);
        }
    }
    operators.finish()?;
    *allocations = validator.into_allocations();
    Ok(findings)
}

impl Findings {
    /// Notes the table of which an operator reads an element. `index` is the top of the stack, if
    /// it is a constant.
    fn note_read(&mut self, operator: &Operator, index: Option<u32>) {
        let (table, called) = match *operator {
            Operator::CallIndirect { table_index, type_index }
            | Operator::ReturnCallIndirect { table_index, type_index } => (table_index, Some(type_index)),
            Operator::TableGet { table } | Operator::TableCopy { src_table: table, .. } => (table, None),
            _ => return,
        };
        match (called, index) {
            (Some(ty), Some(element)) => self.calls.push(TableCall { table, element, ty }),
            _ if self.read.last() != Some(&table) => self.read.push(table),
            _ => {}
        }
    }
}

/// The table that an operator writes.
fn written_table(operator: &Operator) -> Option<u32> {
    match *operator {
        Operator::TableSet { table }
        | Operator::TableGrow { table }
        | Operator::TableFill { table }
        | Operator::TableInit { table, .. }
        | Operator::TableCopy { dst_table: table, .. } => Some(table),
        _ => None,
    }
}

/// Does an operator throw or catch exceptions?
fn is_exception_operator(operator: &Operator) -> bool {
    matches!(operator, Operator::Throw { .. } | Operator::ThrowRef | Operator::TryTable { .. })
}
