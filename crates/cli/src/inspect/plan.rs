//! What the plan of a component holds: resource types, lifted functions, adapters and built-ins.

use super::outline::{Outline, aligned};
use crate::signature::WitText;
use cantilever::plan::{Canon, CanonTarget, Lift, Plan, PlanOptions};
use cantilever_abi::builtin::Subject;
use cantilever_abi::flatten::{Context, FlatType, flatten_functype};
use cantilever_abi::{Builtin, Encoding, FuncType, PointerWidth, ResourceId, ResourceImpl};

/// Writes the sections.
pub fn write(out: &mut Outline, plan: &Plan) {
    out.paragraph(format_args!(
        "{} component instance(s), {} core module(s) instantiated {} time(s)",
        plan.instances.len(),
        plan.modules.len(),
        plan.core_instances.len()
    ));
    out.section("resource types", &aligned(plan.resources.keys().map(|id| resource(plan, id)).collect()));
    out.section("functions that the host calls", &plan.lifts.iter().flat_map(|l| lifted(plan, l)).collect::<Vec<_>>());
    let is_builtin = |canon: &&Canon| !matches!(canon, Canon::Lower { .. });
    let lowered = plan.canons.iter().filter(|c| !is_builtin(c)).flat_map(|c| lowered(plan, c));
    out.section("adapters between components, and to the host", &lowered.collect::<Vec<_>>());
    out.section("built-ins", &aligned(plan.canons.iter().filter(is_builtin).map(|c| builtin(plan, c)).collect()));
}

fn resource(plan: &Plan, id: ResourceId) -> (String, String) {
    let resource = &plan.resources[id];
    let implementer = match resource.implementer {
        ResourceImpl::Guest(instance) => format!("implemented by `{}`", instance_name(plan, instance)),
        ResourceImpl::Host { .. } => "implemented by the host".to_owned(),
    };
    let dtor = if resource.has_dtor { ", with a destructor" } else { "" };
    (resource.name.clone(), format!("{implementer}{dtor}"))
}

/// An instance's name, which the root does not have.
fn instance_name(plan: &Plan, instance: u32) -> &str {
    match plan.instances[instance as usize].as_str() {
        "" => "root",
        name => name,
    }
}

fn lifted(plan: &Plan, lift: &Lift) -> Vec<String> {
    let core = core_signature(plan, &lift.ty, &lift.options, lift.options.lift_context());
    vec![
        func(plan, &lift.name, &lift.ty),
        format!("    lifts core func {core} of `{}`{}", instance_name(plan, lift.instance), options(&lift.options)),
    ]
}

fn lowered(plan: &Plan, canon: &Canon) -> Vec<String> {
    let Canon::Lower { name, ty, instance, options: lower, target } = canon else { return Vec::new() };
    let core = core_signature(plan, ty, lower, lower.lower_context());
    let caller = instance_name(plan, *instance);
    let mut lines =
        vec![func(plan, name, ty), format!("    lowers to core func {core} for `{caller}`{}", options(lower))];
    lines.push(match target {
        CanonTarget::Lift(lift) => {
            let core = core_signature(plan, &lift.ty, &lift.options, lift.options.lift_context());
            let callee = instance_name(plan, lift.instance);
            format!("    lifts core func {core} of `{callee}`{}", options(&lift.options))
        }
        CanonTarget::Import(index) => format!("    calls the import `{}`", plan.imports[*index].path.join("/")),
    });
    lines
}

fn builtin(plan: &Plan, canon: &Canon) -> (String, String) {
    let (instance, builtin) = match canon {
        Canon::Builtin { instance, builtin } => (instance_name(plan, *instance), builtin),
        Canon::Lower { name, .. } => return (name.clone(), String::new()),
    };
    let name = match builtin.subject() {
        Some(Subject::Resource(resource)) => format!("{} {}", builtin.name(), plan.resources[resource].name),
        Some(Subject::Slot(index)) => format!("{} {index}", builtin.name()),
        None => builtin.name().to_owned(),
    };
    let note = match builtin {
        Builtin::Unsupported { .. } => "; not supported yet: it traps when called",
        _ => "",
    };
    (name, format!("of `{instance}`{note}"))
}

fn func(plan: &Plan, name: &str, ty: &FuncType) -> String {
    let resource_name = |id: ResourceId| plan.resources[id].name.clone();
    WitText::new(&plan.types, &resource_name).func(name, ty)
}

/// `[i32 i32] -> [i32]`, with what goes through memory.
fn core_signature(plan: &Plan, ty: &FuncType, options: &PlanOptions, context: Context) -> String {
    let width = options.memory.map_or(PointerWidth::W32, |(_, width)| width);
    let core = flatten_functype(&plan.types, ty, width, context);
    let list = |types: &[FlatType]| types.iter().map(|ty| flat(*ty)).collect::<Vec<_>>().join(" ");
    let mut text = format!("[{}] -> [{}]", list(&core.params), list(&core.results));
    if core.params_in_memory {
        text.push_str(" (parameters in memory)");
    }
    if core.result_in_memory {
        text.push_str(" (result in memory)");
    }
    text
}

fn flat(ty: FlatType) -> &'static str {
    match ty {
        FlatType::I32 => "i32",
        FlatType::I64 => "i64",
        FlatType::F32 => "f32",
        FlatType::F64 => "f64",
    }
}

/// `, with memory, realloc, string-encoding=utf16`; nothing for a lift or lower without options.
fn options(options: &PlanOptions) -> String {
    let mut given: Vec<&str> = Vec::new();
    match options.memory {
        Some((_, PointerWidth::W32)) => given.push("memory"),
        Some((_, PointerWidth::W64)) => given.push("64-bit memory"),
        None => {}
    }
    if options.realloc.is_some() {
        given.push("realloc");
    }
    if options.post_return.is_some() {
        given.push("post-return");
    }
    if options.is_async {
        given.push("async");
    }
    if options.callback.is_some() {
        given.push("callback");
    }
    match options.encoding {
        Encoding::Utf8 => {}
        Encoding::Utf16 => given.push("string-encoding=utf16"),
        Encoding::Latin1Utf16 => given.push("string-encoding=latin1+utf16"),
    }
    if given.is_empty() { String::new() } else { format!(", with {}", given.join(", ")) }
}
