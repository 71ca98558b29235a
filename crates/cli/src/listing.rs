//! Plain lists of what a plan imports and exports.

use super::signature::WitText;
use cantilever::plan::{CoreItem, Export, ImportKind, Plan};
use cantilever_abi::ResourceId;

/// One line for each import.
pub fn imports(plan: &Plan) -> Vec<String> {
    let name = |id: ResourceId| plan.resources[id].name.clone();
    let wit = WitText::new(&plan.types, &name);
    plan.imports
        .iter()
        .map(|import| {
            let path = import.path.join("/");
            match &import.kind {
                ImportKind::Func(ty) => wit.func(&path, ty),
                ImportKind::Resource(_) => format!("{path}: resource"),
                ImportKind::Module => format!("{path}: core module"),
                ImportKind::CoreFunc(ty) => format!("{path}: core func {}", core_type(plan, *ty)),
                ImportKind::CoreTable(_) => format!("{path}: core table"),
                ImportKind::CoreMemory(_) => format!("{path}: core memory"),
                ImportKind::CoreGlobal(ty) => format!("{path}: core global {}", ty.content_type),
                ImportKind::CoreTag(_) => format!("{path}: core tag"),
            }
        })
        .collect()
}

/// One line for each export, those of exported instances with the instance's name before them.
pub fn exports(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    let mut pending: Vec<(String, &Export)> = plan.exports.iter().rev().map(|(n, e)| (n.clone(), e)).collect();
    while let Some((path, export)) = pending.pop() {
        match export {
            Export::Instance(items) => {
                pending.extend(items.iter().rev().map(|(name, item)| (format!("{path}/{name}"), item)));
            }
            other => lines.push(exported(plan, &path, other)),
        }
    }
    lines
}

fn exported(plan: &Plan, path: &str, export: &Export) -> String {
    let name = |id: ResourceId| plan.resources[id].name.clone();
    let wit = WitText::new(&plan.types, &name);
    match export {
        Export::Lift(index) => wit.func(path, &plan.lifts[*index].ty),
        Export::Import(index) => match &plan.imports[*index].kind {
            ImportKind::Func(ty) => wit.func(path, ty),
            _ => format!("{path}: imported and exported again"),
        },
        Export::Resource(_) => format!("{path}: resource"),
        Export::Type(Some(ty)) => format!("{path}: type {}", wit.ty(*ty)),
        Export::Type(None) => format!("{path}: type"),
        Export::Opaque => format!("{path}: core module or component"),
        Export::Instance(_) => format!("{path}: instance"),
        Export::Core(CoreItem::Func(_)) => format!("{path}: core func"),
        Export::Core(CoreItem::Table(_)) => format!("{path}: core table"),
        Export::Core(CoreItem::Memory(_)) => format!("{path}: core memory"),
        Export::Core(CoreItem::Global(_)) => format!("{path}: core global"),
        Export::Core(CoreItem::Tag(_)) => format!("{path}: core tag"),
    }
}

/// `[i32 i32] -> [i64]`
fn core_type(plan: &Plan, ty: cantilever_abi::CoreTypeId) -> String {
    let ty = &plan.core_types[ty];
    let list = |types: &[wasmparser::ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    format!("[{}] -> [{}]", list(ty.params()), list(ty.results()))
}
