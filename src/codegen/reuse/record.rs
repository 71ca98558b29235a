//! A compiled function as it is kept: without names of other functions, and with places in the
//! input as distances from the beginning of the function that they lie in.

use super::key::function_of;
use super::text::Names;
use cantilever_abi::FuncKey;
use cantilever_object::artifact::{FunctionIdentity, HandlerSite};
use cantilever_object::compiled::{Compiled, Inlined, Relocation};
use cantilever_object::sites::{Site, SiteKind};
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::unwind::UnwindInfo;
use serde::{Deserialize, Serialize};

/// All of a function but its code, which follows.
#[derive(Serialize, Deserialize)]
struct Record {
    align: u32,
    relocs: Vec<KeptRelocation>,
    inlined: Vec<KeptCall>,
    sites: Vec<KeptSite>,
    handlers: Vec<HandlerSite>,
    unwind: Option<UnwindInfo>,
}

#[derive(Serialize, Deserialize)]
struct KeptRelocation {
    at: u32,
    kind: Reloc,
    target: u32,
    addend: i64,
}

#[derive(Serialize, Deserialize)]
struct KeptCall {
    function: u32,
    parent: u32,
    source: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct KeptSite {
    at: u32,
    /// The kind of trap; nothing is a call.
    trap: Option<u8>,
    scope: u32,
    source: Option<u32>,
}

/// The place of what throws, to which any function may come without naming it.
const THROW: u32 = u32::MAX;
/// The place of what makes room for handles, likewise.
const GROW_HANDLES: u32 = u32::MAX - 1;

fn place(names: &Names, key: FuncKey) -> Option<u32> {
    match key {
        FuncKey::Throw => Some(THROW),
        FuncKey::GrowHandles => Some(GROW_HANDLES),
        _ => names.find(key),
    }
}

fn name(names: &Names, place: u32) -> Option<FuncKey> {
    match place {
        THROW => Some(FuncKey::Throw),
        GROW_HANDLES => Some(FuncKey::GrowHandles),
        _ => names.get(place),
    }
}

/// The record of a function. `None` if its code speaks of others than its key does: then nothing is
/// known of when it would be the same.
pub(super) fn encode(compiled: &Compiled, names: &Names, start: impl Fn(FuncKey) -> u32) -> Option<Vec<u8>> {
    let Compiled { identity, code, align, relocs, inlined, sites, handlers, unwind } = compiled;
    let distance = |scope: u32, source: Option<u32>| {
        source.map(|source| source.wrapping_sub(start(function_of(scope, identity.key, inlined))))
    };
    let reloc = |r: &Relocation| {
        let Relocation { at, kind, target, addend } = *r;
        Some(KeptRelocation { at, kind, target: place(names, target)?, addend })
    };
    let call = |call: &Inlined| {
        let Inlined { function, parent, source } = *call;
        Some(KeptCall { function: place(names, function)?, parent, source: distance(parent, source) })
    };
    let site = |site: &Site| {
        let Site { at, kind, scope, source } = *site;
        let trap = if let SiteKind::Trap(kind) = kind { Some(kind) } else { None };
        KeptSite { at, trap, scope, source: distance(scope, source) }
    };
    let record = Record {
        align: *align,
        relocs: relocs.iter().map(reloc).collect::<Option<_>>()?,
        inlined: inlined.iter().map(call).collect::<Option<_>>()?,
        sites: sites.iter().map(site).collect(),
        handlers: handlers.clone(),
        unwind: unwind.clone(),
    };
    let mut bytes = postcard::to_stdvec(&record).expect("writing to memory does not fail");
    bytes.extend(code);
    Some(bytes)
}

/// The function of a record, with names and places as they are now. `None` if it is none of ours.
pub(super) fn decode(
    bytes: &[u8],
    function: &FunctionIdentity,
    names: &Names,
    start: impl Fn(FuncKey) -> u32,
) -> Option<Compiled> {
    let (record, code) = postcard::take_from_bytes::<Record>(bytes).ok()?;
    let Record { align, relocs, inlined, sites, handlers, unwind } = record;
    let mut scopes: Vec<Inlined> = Vec::with_capacity(inlined.len());
    let source = |scope: u32, scopes: &[Inlined], distance: Option<u32>| {
        let of = scope.checked_sub(1).map_or(Some(function.key), |index| Some(scopes.get(index as usize)?.function))?;
        Some(distance.map(|distance| distance.wrapping_add(start(of))))
    };
    for KeptCall { function, parent, source: distance } in inlined {
        let source = source(parent, &scopes, distance)?;
        scopes.push(Inlined { function: name(names, function)?, parent, source });
    }
    let reloc = |KeptRelocation { at, kind, target, addend }: KeptRelocation| {
        Some(Relocation { at, kind, target: name(names, target)?, addend })
    };
    let site = |KeptSite { at, trap, scope, source: distance }: KeptSite| {
        let kind = trap.map_or(SiteKind::Call, SiteKind::Trap);
        Some(Site { at, kind, scope, source: source(scope, &scopes, distance)? })
    };
    Some(Compiled {
        identity: function.clone(),
        relocs: relocs.into_iter().map(reloc).collect::<Option<_>>()?,
        sites: sites.into_iter().map(site).collect::<Option<_>>()?,
        inlined: scopes,
        code: code.to_vec(),
        align,
        handlers,
        unwind,
    })
}
