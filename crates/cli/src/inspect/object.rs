//! What an object holds: what it was compiled for, what the host must provide, what can be called,
//! its functions.

use super::outline::{Outline, aligned};
use crate::signature::WitText;
use cantilever_abi::ResourceId;
use cantilever_abi::block::memory::RESERVATION;
use cantilever_object::artifact::{Artifact, CoreFuncType, ExportEntry, ImportSlot};
use cranelift_entity::EntityRef;

/// How many of the largest functions are listed.
const LARGEST: usize = 20;

/// Writes the sections.
pub fn write(out: &mut Outline, artifact: &Artifact) {
    let code: u64 = artifact.functions.iter().map(|f| u64::from(f.len)).sum();
    out.paragraph(format_args!(
        "object for {}, written by cantilever {}\ncpu features: {}\n{} functions, {code} bytes of code, {} trap sites{}{}",
        artifact.triple,
        artifact.version,
        if artifact.cpu_features.is_empty() { "baseline".to_owned() } else { artifact.cpu_features.join(" ") },
        artifact.functions.len(),
        artifact.trap_sites,
        dissolved(artifact.dissolved.len()),
        if artifact.debugs_handles() { "\nrecords where handles are created and dropped" } else { "" }
    ));
    supervision(out, artifact);
    out.section(
        "imports",
        &artifact.imports.iter().map(|i| import(artifact, i.path.join("/"), &i.kind)).collect::<Vec<_>>(),
    );
    out.section("exports", &exports(artifact));
    let mut functions: Vec<_> = artifact.functions.iter().collect();
    functions.sort_by(|a, b| b.len.cmp(&a.len).then(a.start.cmp(&b.start)));
    let rows = functions.iter().take(LARGEST).map(|f| (f.identity.name.clone(), format!("{} bytes", f.len))).collect();
    out.section("largest functions", &aligned(rows));
}

/// What is said of functions without code.
fn dissolved(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "\n1 more function was dissolved in its callers".to_owned(),
        count => format!("\n{count} more functions were dissolved in their callers"),
    }
}

/// What differs from the default in how the code runs.
fn supervision(out: &mut Outline, artifact: &Artifact) {
    let mut lines = Vec::new();
    if artifact.supervision.interruptible {
        lines.push("can be interrupted".to_owned());
    }
    if artifact.supervision.fuel {
        lines.push("counts fuel".to_owned());
    }
    if artifact.memory_reservation != RESERVATION {
        lines.push(format!("reserves {} bytes for each memory", artifact.memory_reservation));
    }
    out.section("choices", &lines);
}

fn import(artifact: &Artifact, path: String, kind: &ImportSlot) -> String {
    let name = |id: ResourceId| resource_name(artifact, id);
    match kind {
        ImportSlot::Func { ty, .. } => WitText::new(&artifact.types, &name).func(&path, ty),
        ImportSlot::Resource { .. } => format!("{path}: resource"),
        ImportSlot::Module => format!("{path}: core module"),
        ImportSlot::CoreFunc { ty, .. } => format!("{path}: core func {}", core_type(&artifact.core_types[ty.index()])),
        ImportSlot::CoreTable { .. } => format!("{path}: core table"),
        ImportSlot::CoreMemory { .. } => format!("{path}: core memory"),
        ImportSlot::CoreGlobal { ty, .. } => format!("{path}: core global {ty:?}"),
        ImportSlot::CoreTag { .. } => format!("{path}: core tag"),
    }
}

fn exports(artifact: &Artifact) -> Vec<String> {
    let mut lines = Vec::new();
    let mut pending: Vec<(String, &ExportEntry)> = artifact.exports.iter().rev().map(|(n, e)| (n.clone(), e)).collect();
    while let Some((path, export)) = pending.pop() {
        match export {
            ExportEntry::Instance(items) => {
                pending.extend(items.iter().rev().map(|(name, item)| (format!("{path}/{name}"), item)));
            }
            other => lines.push(exported(artifact, path, other)),
        }
    }
    lines
}

fn exported(artifact: &Artifact, path: String, export: &ExportEntry) -> String {
    let name = |id: ResourceId| resource_name(artifact, id);
    match export {
        ExportEntry::Func { ty, .. } => WitText::new(&artifact.types, &name).func(&path, ty),
        ExportEntry::Import(index) => import(artifact, path, &artifact.imports[*index as usize].kind),
        ExportEntry::Instance(_) => format!("{path}: instance"),
        ExportEntry::Resource(_) => format!("{path}: resource"),
        ExportEntry::Opaque => format!("{path}: type, core module or component"),
        ExportEntry::CoreFunc { ty, .. } => {
            format!("{path}: core func {}", core_type(&artifact.core_types[ty.index()]))
        }
        ExportEntry::CoreTable { .. } => format!("{path}: core table"),
        ExportEntry::CoreMemory { .. } => format!("{path}: core memory"),
        ExportEntry::CoreGlobal { ty, .. } => format!("{path}: core global {ty:?}"),
        ExportEntry::CoreTag { .. } => format!("{path}: core tag"),
    }
}

fn resource_name(artifact: &Artifact, id: ResourceId) -> String {
    artifact.resources[id.index()].name.clone()
}

fn core_type(ty: &CoreFuncType) -> String {
    format!("{:?} -> {:?}", ty.params, ty.results).replace(',', "").to_lowercase()
}
