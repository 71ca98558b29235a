//! Puts components one behind another: each provides the store to the next, the last one runs the
//! scenario.

use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection, ComponentInstanceSection,
    ComponentSectionId, RawSection,
};

/// The interface.
pub const STORE: &str = "demo:kv/store@0.1.0";

/// A component between an application and its provider that lowers and lifts everything in a string
/// encoding.
///
/// It exports the items of the interface itself, so its instance is the store.
pub fn middle(encoding: &str) -> Vec<u8> {
    let text = include_str!("middle.wat").replace("ENCODING", encoding);
    wat::parse_str(text).unwrap_or_else(|error| panic!("the middle component with {encoding}: {error}"))
}

/// `app`, which gets its store through the middle components (in order, starting next to the
/// provider) from `provider`.
pub fn chain(provider: &[u8], middles: &[&[u8]], app: &[u8]) -> Vec<u8> {
    let mut component = Component::new();
    for bytes in [provider].iter().chain(middles).chain([&app]) {
        component.section(&RawSection { id: ComponentSectionId::Component as u8, data: bytes });
    }
    // Component `i` becomes an instance; the provider's, and the one that it exports, come first.
    let mut instances = ComponentInstanceSection::new();
    instances.instantiate::<_, &str>(0, []);
    component.section(&instances);
    let mut aliases = ComponentAliasSection::new();
    aliases.alias(Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Instance, name: STORE });
    component.section(&aliases);
    let mut store = 1;
    for index in 1..=middles.len() as u32 + 1 {
        let mut instances = ComponentInstanceSection::new();
        instances.instantiate(index, [(STORE, ComponentExportKind::Instance, store)]);
        component.section(&instances);
        store += 1;
    }
    let mut aliases = ComponentAliasSection::new();
    aliases.alias(Alias::InstanceExport { instance: store, kind: ComponentExportKind::Func, name: "run" });
    component.section(&aliases);
    let mut exports = ComponentExportSection::new();
    exports.export("run", ComponentExportKind::Func, 0, None);
    component.section(&exports);
    component.finish()
}
