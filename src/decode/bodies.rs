//! Function bodies: validated on all cores, and in the same pass asked which tables they write.

use super::features;
use crate::error::Result;
use rayon::prelude::*;
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

/// Validates all bodies. Gives the tables that they write, as pairs of module and table, with repetitions; or the
/// first error in the order of the input.
pub(super) fn validate(bodies: Vec<Body>) -> Result<Vec<(usize, u32)>> {
    let outcomes: Vec<wasmparser::Result<Vec<(usize, u32)>>> = bodies
        .into_par_iter()
        .map_init(FuncValidatorAllocations::default, |allocations, body| validate_one(body, allocations))
        .collect();
    let mut written = Vec::new();
    for tables in outcomes {
        written.extend(tables.map_err(features::error)?);
    }
    Ok(written)
}

fn validate_one(body: Body, allocations: &mut FuncValidatorAllocations) -> wasmparser::Result<Vec<(usize, u32)>> {
    let Body { module, validate, body } = body;
    let mut validator = validate.into_validator(core::mem::take(allocations));
    let mut locals = body.get_binary_reader();
    validator.read_locals(&mut locals)?;
    let mut operators = wasmparser::OperatorsReader::new(locals);
    let mut written = Vec::new();
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        validator.op(offset, &operator)?;
        written.extend(written_table(&operator).map(|table| (module, table)));
    }
    operators.finish()?;
    *allocations = validator.into_allocations();
    Ok(written)
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
