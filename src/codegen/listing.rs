//! Listings: a function's CLIF or assembly, with comments that say what a line is for.
//!
//! Comments are derived from the code itself: regions of memory accesses, kinds of traps, names of
//! callees, positions in the input. So they survive inlining and say the same of inlined code.

use super::bodies::Bodies;
use super::body::Body;
use super::graph::Graph;
use super::machine_code::{self, Worker};
use crate::error::Error;
use cantilever_abi::FuncKey;
use cantilever_abi::block::TrapKind;
use cantilever_object::artifact::FunctionIdentity;
use cantilever_pass::clif::trap::trap_kind;
use cranelift_codegen::ir::{self, ExternalName, Inst, InstructionData};
use cranelift_codegen::write::{FuncWriter, PlainWriter};
use std::collections::HashMap;
use std::fmt::{self, Write};

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmitText {
    /// CLIF, after inlining and before Cranelift's optimiser.
    Clif,
    /// CLIF after the optimiser: what is compiled.
    OptimizedClif,
    /// Assembly.
    Asm,
}

/// Lists every function of a compilation, or those whose symbol contains `function`: also those
/// that an object would not have, since nothing needs their code.
pub fn list(graph: &Graph, bodies: &Bodies, what: EmitText, function: Option<&str>) -> Result<String, Error> {
    let names: Names = graph.functions.iter().map(|f| (f.key, f.name.as_str())).collect();
    let mut worker = Worker::default();
    let mut text = String::new();
    for function in graph.functions.iter().filter(|f| function.is_none_or(|wanted| f.name.contains(wanted))) {
        let body = bodies.finished(graph, &mut worker.builder, function)?;
        let listing = match what {
            EmitText::Clif => clif(body, &names),
            EmitText::OptimizedClif => clif(machine_code::optimize(&*graph.isa, function, body)?, &names),
            EmitText::Asm => asm(graph, &mut worker, function, body, &names)?,
        };
        writeln!(text, "; {}\n{listing}", function.name).expect("writing to memory does not fail");
    }
    Ok(text)
}

type Names<'a> = HashMap<FuncKey, &'a str>;

fn clif(mut body: Body, names: &Names<'_>) -> String {
    body.origins.show(&mut body.func);
    let mut text = String::new();
    let mut writer = Commented { names, plain: PlainWriter };
    cranelift_codegen::write::decorate_function(&mut writer, &mut text, &body.func)
        .expect("writing to memory does not fail");
    text
}

/// Writes each instruction with a comment after it.
struct Commented<'a> {
    names: &'a Names<'a>,
    plain: PlainWriter,
}

impl FuncWriter for Commented<'_> {
    fn write_block_header(
        &mut self,
        w: &mut dyn Write,
        func: &ir::Function,
        block: ir::Block,
        indent: usize,
    ) -> fmt::Result {
        self.plain.write_block_header(w, func, block, indent)
    }

    fn write_instruction(
        &mut self,
        w: &mut dyn Write,
        func: &ir::Function,
        aliases: &cranelift_entity::SecondaryMap<ir::Value, Vec<ir::Value>>,
        inst: Inst,
        indent: usize,
    ) -> fmt::Result {
        let mut line = String::new();
        self.plain.write_instruction(&mut line, func, aliases, inst, indent)?;
        match comment(func, inst, self.names) {
            Some(comment) => {
                // Lines with the aliases of its results may follow the instruction.
                let (instruction, aliases) = line.split_once('\n').unwrap_or((&line, ""));
                writeln!(w, "{}  ; {comment}", instruction.trim_end())?;
                w.write_str(aliases)
            }
            None => w.write_str(&line),
        }
    }
}

/// What an instruction is for, where that can be told.
fn comment(func: &ir::Function, inst: Inst, names: &Names<'_>) -> Option<String> {
    let data = func.dfg.insts[inst];
    if let Some(code) = data.trap_code() {
        return Some(format!("trap: {}", trap_kind(code).message()));
    }
    if let InstructionData::Call { func_ref, .. } | InstructionData::TryCall { func_ref, .. } = data {
        let ExternalName::User(name) = func.dfg.ext_funcs[func_ref].name else { return None };
        let name = &func.params.user_named_funcs()[name];
        return names.get(&FuncKey::decode(name.namespace, name.index)).map(|name| format!("call {name}"));
    }
    let region = data.alias_region(&func.dfg)?;
    func.dfg.alias_regions.iter().find(|(r, _)| *r == region).map(|(_, data)| data.description.to_string())
}

fn asm(
    graph: &Graph,
    worker: &mut Worker,
    function: &FunctionIdentity,
    body: Body,
    names: &Names<'_>,
) -> Result<String, Error> {
    let externals: Vec<_> = body.func.params.user_named_funcs().values().cloned().collect();
    let (_, listing) = machine_code::disassemble(&*graph.isa, worker, function, body)?;
    let external = |index: usize| {
        let name = externals.get(index)?;
        names.get(&FuncKey::decode(name.namespace, name.index)).map(|name| format!("refers to {name}"))
    };
    let trap = |code: usize| {
        let kind = TrapKind::from_code(u8::try_from(code).ok()?)?;
        Some(format!("trap: {}", kind.message()))
    };
    let mut text = String::new();
    for line in listing.lines() {
        let said = numbered(line, "userextname").and_then(external).or_else(|| numbered(line, "user").and_then(trap));
        match said {
            Some(comment) => writeln!(text, "{line}  ; {comment}"),
            None => writeln!(text, "{line}"),
        }
        .expect("writing to memory does not fail");
    }
    Ok(text)
}

/// The number that directly follows a word in a line.
fn numbered(line: &str, word: &str) -> Option<usize> {
    line.match_indices(word).find_map(|(at, _)| {
        let rest = &line[at + word.len()..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse().ok()
    })
}
