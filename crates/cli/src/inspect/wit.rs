//! Imports and exports: as WIT where the component has a world, else as a plain list of them.

use super::outline::Outline;
use crate::listing;
use cantilever::plan::Plan;
use wit_component::{DecodedWasm, WitPrinter};

/// Writes the world of the component, or its imports and exports.
pub fn write(out: &mut Outline, wasm: &[u8], plan: &Plan) {
    match (!plan.is_module).then(|| world(wasm)).flatten() {
        Some(wit) => out.paragraph(wit),
        None => {
            out.section("imports", &listing::imports(plan));
            out.section("exports", &listing::exports(plan));
        }
    }
}

/// The world as WIT. Components written by hand have names and types that WIT has no notation for;
/// then `None`.
fn world(wasm: &[u8]) -> Option<String> {
    let decoded = wit_component::decode(wasm).ok()?;
    if matches!(decoded, DecodedWasm::WitPackage(..)) {
        return None;
    }
    let mut printer = WitPrinter::default();
    let package = decoded.package();
    let nested: Vec<_> = decoded.resolve().packages.iter().map(|(id, _)| id).filter(|id| *id != package).collect();
    printer.print(decoded.resolve(), package, &nested).ok()?;
    Some(printer.output.to_string())
}
