//! CLIF to machine code, one function at a time.

use super::body::Body;
use super::origin::{Origin, Origins};
use crate::error::Error;
use cantilever_abi::FuncKey;
use cantilever_object::artifact::{FunctionIdentity, HandlerSite};
use cantilever_object::compiled::{Compiled, Relocation};
use cantilever_object::sites::{Site, SiteKind};
use cantilever_pass::clif::trap::trap_kind;
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
    function: &FunctionIdentity,
    body: Body,
) -> Result<Compiled, Error> {
    worker.context.clear();
    worker.context.func = body.func;
    compile_context(isa, &mut worker.context, function, &body.origins).map(|(compiled, _)| compiled)
}

/// Compiles a function; gives the machine code as text beside it.
pub fn disassemble(
    isa: &dyn TargetIsa,
    worker: &mut Worker,
    function: &FunctionIdentity,
    body: Body,
) -> Result<(Compiled, String), Error> {
    worker.context.clear();
    worker.context.func = body.func;
    worker.context.set_disasm(true);
    compile_context(isa, &mut worker.context, function, &body.origins)
}

/// Runs Cranelift's optimiser and stops there.
pub fn optimize(isa: &dyn TargetIsa, function: &FunctionIdentity, body: Body) -> Result<Body, Error> {
    let mut context = Context::for_function(body.func);
    context.optimize(isa, &mut Default::default()).map_err(|e| failed(function, e.to_string()))?;
    Ok(Body { func: context.func, origins: body.origins })
}

fn failed(function: &FunctionIdentity, reason: String) -> Error {
    Error::Codegen { function: function.name.clone(), reason }
}

fn compile_context(
    isa: &dyn TargetIsa,
    context: &mut Context,
    function: &FunctionIdentity,
    origins: &Origins,
) -> Result<(Compiled, String), Error> {
    context.compile(isa, &mut Default::default()).map_err(|e| failed(function, format!("{:?}", e.inner)))?;
    let code = context.take_compiled_code().expect("compilation succeeded");
    let unwind = code.create_unwind_info(isa).map_err(|e| failed(function, e.to_string()))?;
    let mut sites = sites(&code, origins);
    let compiled = Compiled {
        identity: function.clone(),
        relocs: relocations(&context.func, function.key, code.buffer.relocs()),
        inlined: origins.used_scopes(sites.iter_mut().map(|site| &mut site.scope)),
        sites,
        handlers: handlers(function.key, &code),
        align: alignment(isa, &code),
        code: code.buffer.data().to_vec(),
        unwind,
    };
    Ok((compiled, code.vcode.unwrap_or_default()))
}

/// Where a function may begin: what the target prefers, and the beginning of a cache line when it
/// is longer than one.
///
/// Processors fetch and cache decoded instructions by lines, so the speed of a loop depends on
/// where in a line it begins. This way it does not depend on the lengths of other functions.
fn alignment(isa: &dyn TargetIsa, code: &CompiledCode) -> u32 {
    const CACHE_LINE: u32 = 64;
    let own = if code.buffer.data().len() > CACHE_LINE as usize { CACHE_LINE } else { 1 };
    own.max(code.buffer.alignment).max(isa.function_alignment().preferred)
}

/// The instructions that can trap, and the calls of which a position is known, by ascending offset.
fn sites(code: &CompiledCode, origins: &Origins) -> Vec<Site> {
    let ranges = code.buffer.get_srclocs_sorted();
    let origin = |at: u32| {
        let found = ranges[..ranges.partition_point(|range| range.start <= at)].last();
        let position = found.filter(|range| at < range.end && !range.loc.is_default());
        position.map_or_else(Origin::default, |range| origins.of(range.loc))
    };
    let traps = code.buffer.traps().iter().map(|trap| {
        let Origin { scope, source } = origin(trap.offset);
        Site { at: trap.offset, kind: SiteKind::Trap(trap_kind(trap.code) as u8), scope, source }
    });
    let calls = code.buffer.call_sites().map(|call| {
        let Origin { scope, source } = origin(call.ret_addr - 1);
        Site { at: call.ret_addr, kind: SiteKind::Call, scope, source }
    });
    let mut sites: Vec<Site> = calls.filter(|call| call.scope != 0 || call.source.is_some()).chain(traps).collect();
    sites.sort_by_key(|site| (site.at, site.kind));
    sites
}

/// The calls whose handlers exceptions can reach. Only traps land in an entry trampoline.
fn handlers(key: FuncKey, code: &CompiledCode) -> Vec<HandlerSite> {
    if matches!(key, FuncKey::Entry(_) | FuncKey::CoreEntry(_) | FuncKey::FillEntry(_)) {
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
