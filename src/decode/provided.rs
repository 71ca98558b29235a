//! Gives a component the core modules and components that it imports, before anything else looks at
//! it: each is written into the binary where its import stands.
//!
//! Such an import and such a definition both add one item to the same index space, so no index
//! changes, and what comes out is an ordinary component. That an item has the type which the import
//! declares is checked here; whether the whole is valid is checked when it is decoded. Only the
//! root's own imports can be given, not those in an instance that it imports.

use super::features;
use super::module::byte_range;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::ops::Range;
use wasmparser::component_types::{ComponentEntityType, SubtypeCx};
use wasmparser::types::Types;
use wasmparser::{ComponentImportSectionReader, ComponentTypeRef, Parser, Payload, Validator};

/// A core module or component for an import of the root component.
#[derive(Debug, Clone)]
pub struct Provided {
    /// The name of the import.
    pub import: String,
    /// The core module or component, in binary form.
    pub wasm: Vec<u8>,
}

/// The sections that define one item, by the binary format's ids.
const CORE_MODULE_SECTION: u8 = 1;
const COMPONENT_SECTION: u8 = 4;
const IMPORT_SECTION: u8 = 10;

/// How a component begins: magic number, version and layer.
const COMPONENT_HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// The component with those imports replaced. Offsets in what comes out are its own.
pub fn provide(component: &[u8], provided: &[Provided]) -> Result<Vec<u8>> {
    let sections = check(component, provided)?;
    let mut output = Vec::new();
    let (mut copied, mut end_of_last) = (0, COMPONENT_HEADER.len());
    let mut depth = 0u32;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(features::error)?;
        if depth == 0
            && let Some((_, contents)) = payload.as_section()
        {
            let section = end_of_last..byte_range(contents).end;
            end_of_last = section.end;
            if let Payload::ComponentImportSection(reader) = &payload {
                output.extend_from_slice(&component[copied..section.start]);
                replace(component, reader, &sections, &mut output)?;
                copied = section.end;
            }
        }
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    output.extend_from_slice(&component[copied..]);
    Ok(output)
}

/// Checks that the root imports what is given, and that the types fit. Gives each as a section, by
/// the import's name.
fn check<'a>(component: &[u8], provided: &'a [Provided]) -> Result<HashMap<&'a str, Vec<u8>>> {
    // The check needs both types from one validator.
    let mut validator = Validator::new_with_features(features::supported());
    let types = validator.validate_all(component).map_err(features::error)?;
    let mut sections = HashMap::new();
    for item in provided {
        let refused = |reason: String| Error::Provided { import: item.import.clone(), reason };
        let import = types.as_ref().component_item_for_import(&item.import);
        let import = import.ok_or_else(|| refused("the root component does not import it".to_owned()))?;
        let id = if Parser::is_core_wasm(&item.wasm) { CORE_MODULE_SECTION } else { COMPONENT_SECTION };
        let section = section(id, &item.wasm);
        validator.reset();
        let around = [COMPONENT_HEADER, &section].concat();
        let found = validator.validate_all(&around).map_err(|e| refused(e.message().to_owned()))?;
        fits(&found, &types, id, &import.ty).map_err(refused)?;
        if sections.insert(item.import.as_str(), section).is_some() {
            return Err(refused("it is given twice".to_owned()));
        }
    }
    Ok(sections)
}

/// Is the only item of a component what an import declares? Else why not.
fn fits(found: &Types, types: &Types, id: u8, declared: &ComponentEntityType) -> Result<(), String> {
    if !matches!(declared, ComponentEntityType::Module(_) | ComponentEntityType::Component(_)) {
        return Err("only core modules and components can be given".to_owned());
    }
    let item = match id {
        CORE_MODULE_SECTION => ComponentEntityType::Module(found.module_at(0)),
        _ => ComponentEntityType::Component(found.component_at(0)),
    };
    let mut subtyping = SubtypeCx::new_with_refs(found.as_ref(), types.as_ref());
    subtyping.component_entity_type(&item, declared, 0).map_err(|e| e.message().to_owned())
}

/// Writes an import section, with other sections in the place of imports that are given.
fn replace(
    component: &[u8],
    reader: &ComponentImportSectionReader<'_>,
    sections: &HashMap<&str, Vec<u8>>,
    output: &mut Vec<u8>,
) -> Result<()> {
    let end = reader.range().end;
    let mut imports = Vec::new();
    for import in reader.clone().into_iter_with_offsets() {
        imports.push(import.map_err(features::error)?);
    }
    let ends: Vec<u64> = imports.iter().skip(1).map(|(at, _)| *at).chain([end]).collect();
    let mut kept: Vec<Range<usize>> = Vec::new();
    for ((start, import), end) in imports.iter().zip(ends) {
        let is_item = matches!(import.ty, ComponentTypeRef::Module(_) | ComponentTypeRef::Component(_));
        match sections.get(import.name.name).filter(|_| is_item) {
            None => kept.push(byte_range(*start..end)),
            Some(section) => {
                imports_section(component, std::mem::take(&mut kept), output);
                output.extend_from_slice(section);
            }
        }
    }
    imports_section(component, kept, output);
    Ok(())
}

/// Writes an import section with the imports that lie in these places, if there are any.
fn imports_section(component: &[u8], imports: Vec<Range<usize>>, output: &mut Vec<u8>) {
    if imports.is_empty() {
        return;
    }
    let mut contents = Vec::new();
    leb128(&mut contents, imports.len());
    for import in imports {
        contents.extend_from_slice(&component[import]);
    }
    output.extend(section(IMPORT_SECTION, &contents));
}

fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    let mut section = vec![id];
    leb128(&mut section, contents.len());
    section.extend_from_slice(contents);
    section
}

fn leb128(output: &mut Vec<u8>, value: usize) {
    gimli::leb128::write::unsigned(output, value as u64).expect("a vector takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wasm(text: &str) -> Vec<u8> {
        wat::parse_str(text).unwrap()
    }

    fn give(component: &str, items: &[(&str, &str)]) -> Result<Vec<u8>> {
        let item = |(import, text): &(&str, &str)| Provided { import: (*import).to_owned(), wasm: wasm(text) };
        provide(&wasm(component), &items.iter().map(item).collect::<Vec<_>>())
    }

    #[test]
    fn imports_around_stay_as_they_are() {
        let component = r#"(component
            (import "f" (func $f))
            (import "m" (core module $m (export "g" (func))))
            (import "n" (core module $n))
            (import "h" (func $h))
            (component $inner (import "m" (core module)))
            (import "c" (component $c (export "k" (func))))
            (core instance $i (instantiate $m))
            (core func $h' (canon lower (func $h)))
            (instance $j (instantiate $c))
            (func (export "e") (canon lift (core func $i "g"))))"#;
        let module = r#"(module (func (export "g")) (func (export "more")))"#;
        let inner = r#"(component (core module $m (func (export "k"))) (core instance $i (instantiate $m))
            (func (export "k") (canon lift (core func $i "k"))))"#;
        let given = give(component, &[("m", module), ("c", inner)]).unwrap();
        let types = Validator::new_with_features(features::supported()).validate_all(&given).unwrap();
        let imports = ["f", "m", "n", "h", "c"].map(|name| types.as_ref().component_item_for_import(name).is_some());
        assert_eq!(imports, [true, false, true, true, false]);
        assert_eq!(give(component, &[]).unwrap().len(), wasm(component).len());
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let component = r#"(component
            (import "m" (core module (import "" "x" (func)) (export "g" (func (result i32)))))
            (import "f" (func)))"#;
        let cases = [
            ("m", "(module)", "missing expected export `g`"),
            ("m", r#"(module (func (export "g")))"#, "type mismatch in export `g`"),
            ("m", r#"(module (import "" "y" (func)))"#, "missing expected import `::y`"),
            ("m", "(component)", "expected module, found component"),
            ("f", "(module)", "only core modules and components can be given"),
            ("x", "(module)", "the root component does not import it"),
        ];
        for (import, text, reason) in cases {
            let error = give(component, &[(import, text)]).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains(&format!("`{import}`")), "{error}");
        }
        let fits = r#"(module (func (export "g") (result i32) i32.const 1))"#;
        assert!(give(component, &[("m", fits)]).is_ok());
        assert!(give(component, &[("m", fits), ("m", fits)]).unwrap_err().to_string().contains("given twice"));
        let damaged = [Provided { import: "m".to_owned(), wasm: b"\0asm\x01\0\0\0\xff".to_vec() }];
        assert!(matches!(provide(&wasm(component), &damaged), Err(Error::Provided { .. })));
    }
}
