//! CLIF to machine code, one function at a time.

use super::functions::Function;
use crate::clif::trap::trap_kind;
use crate::error::Error;
use crate::model::FuncKey;
use crate::object::artifact::{CoreCall, HandlerSite};
use crate::object::compiled::{Compiled, Relocation};
use cranelift_codegen::ir::{self, ExternalName};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{
    CompiledCode, Context, FinalizedMachCallSite, FinalizedMachExceptionHandler, FinalizedRelocTarget,
};
use cranelift_frontend::FunctionBuilderContext;

/// What a thread keeps from one function to the next.
pub struct Worker {
    /// Cranelift's buffers.
    pub context: Context,
    /// The builder's buffers.
    pub builder: FunctionBuilderContext,
}

impl Default for Worker {
    fn default() -> Self {
        Worker { context: Context::new(), builder: FunctionBuilderContext::new() }
    }
}

/// Compiles a function.
pub fn compile(
    isa: &dyn TargetIsa,
    worker: &mut Worker,
    function: &Function,
    body: ir::Function,
) -> Result<Compiled, Error> {
    worker.context.clear();
    worker.context.func = body;
    compile_context(isa, &mut worker.context, function).map(|(compiled, _)| compiled)
}

/// Compiles a function; gives the machine code as text beside it.
pub fn disassemble(
    isa: &dyn TargetIsa,
    worker: &mut Worker,
    function: &Function,
    body: ir::Function,
) -> Result<(Compiled, String), Error> {
    worker.context.clear();
    worker.context.func = body;
    worker.context.set_disasm(true);
    compile_context(isa, &mut worker.context, function)
}

/// Runs Cranelift's optimiser and stops there.
pub fn optimize(isa: &dyn TargetIsa, function: &Function, body: ir::Function) -> Result<ir::Function, Error> {
    let mut context = Context::for_function(body);
    context.optimize(isa, &mut Default::default()).map_err(|e| failed(function, e.to_string()))?;
    Ok(context.func)
}

fn failed(function: &Function, reason: String) -> Error {
    Error::Codegen { function: function.name.clone(), reason }
}

fn compile_context(
    isa: &dyn TargetIsa,
    context: &mut Context,
    function: &Function,
) -> Result<(Compiled, String), Error> {
    context.compile(isa, &mut Default::default()).map_err(|e| failed(function, format!("{:?}", e.inner)))?;
    let code = context.take_compiled_code().expect("compilation succeeded");
    let traps = code.buffer.traps().iter().map(|t| (t.offset, trap_kind(t.code), source_at(&code, t.offset))).collect();
    let calls = if function.records_calls { core_calls(&code) } else { Vec::new() };
    let unwind = code.create_unwind_info(isa).map_err(|e| failed(function, e.to_string()))?;
    let compiled = Compiled {
        key: function.key,
        name: function.name.clone(),
        source: function.source.clone(),
        relocs: relocations(&context.func, function.key, code.buffer.relocs()),
        traps,
        handlers: handlers(function.key, &code),
        calls,
        align: alignment(isa, &code),
        code: code.buffer.data().to_vec(),
        unwind,
    };
    Ok((compiled, code.vcode.unwrap_or_default()))
}

/// Where a function may begin: what the target prefers, and the beginning of a cache line when it is longer than one.
///
/// Processors fetch and cache decoded instructions by lines, so the speed of a loop depends on where in a line it begins. This
/// way it does not depend on the lengths of other functions.
fn alignment(isa: &dyn TargetIsa, code: &CompiledCode) -> u32 {
    const CACHE_LINE: u32 = 64;
    let own = if code.buffer.data().len() > CACHE_LINE as usize { CACHE_LINE } else { 1 };
    own.max(code.buffer.alignment).max(isa.function_alignment().preferred)
}

/// Where in the input the instruction at an offset is from, if that is known.
fn source_at(code: &CompiledCode, at: u32) -> Option<u32> {
    let ranges = code.buffer.get_srclocs_sorted();
    let range = ranges[..ranges.partition_point(|range| range.start <= at)].last()?;
    Some(range.loc.bits()).filter(|bits| at < range.end && *bits != u32::MAX)
}

/// The calls of a core function.
fn core_calls(code: &CompiledCode) -> Vec<CoreCall> {
    // The call is the instruction that ends where it returns to.
    let call = |site: FinalizedMachCallSite<'_>| {
        Some(CoreCall { at: site.ret_addr, source: source_at(code, site.ret_addr.checked_sub(1)?)? })
    };
    code.buffer.call_sites().filter_map(call).collect()
}

/// The calls whose handlers exceptions can reach. Only traps land in an entry trampoline.
fn handlers(key: FuncKey, code: &CompiledCode) -> Vec<HandlerSite> {
    if matches!(key, FuncKey::Entry(_) | FuncKey::CoreEntry(_)) {
        return Vec::new();
    }
    let site = |site: FinalizedMachCallSite<'_>| match site.exception_handlers.first()? {
        FinalizedMachExceptionHandler::Default(handler) => {
            let frame = site.frame_offset.expect("calls with handlers know their frame");
            Some(HandlerSite { at: site.ret_addr, frame, handler: *handler })
        }
        other => unreachable!("{other:?} is made by no pass"),
    };
    code.buffer.call_sites().filter_map(site).collect()
}

fn relocations(func: &ir::Function, own: FuncKey, relocs: &[cranelift_codegen::FinalizedMachReloc]) -> Vec<Relocation> {
    let target = |target: &FinalizedRelocTarget| match target {
        FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
            let name = &func.params.user_named_funcs()[*name];
            (FuncKey::decode(name.namespace, name.index), 0)
        }
        FinalizedRelocTarget::Func(offset) => (own, i64::from(*offset)),
        FinalizedRelocTarget::ExternalName(other) => unreachable!("{other:?} is not used by any pass"),
    };
    let relocation = |reloc: &cranelift_codegen::FinalizedMachReloc| {
        let (key, offset) = target(&reloc.target);
        Relocation { at: reloc.offset, kind: reloc.kind, target: key, addend: reloc.addend + offset }
    };
    relocs.iter().map(relocation).collect()
}
