//! Finding and listing what a component exports.

use crate::image::loaded::Image;
use crate::value::reflection::{FuncSignature, ResourceType};
use cantilever_object::artifact::ExportEntry;
use std::sync::Arc;

/// Something that a component exports.
#[derive(Debug, Clone)]
pub struct ExportedItem {
    /// The names of the instances that it lies in, outermost first, then its own.
    pub path: Vec<String>,
    /// What it is.
    pub kind: ExportKind,
}

/// What an export is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ExportKind {
    /// A function.
    Func(FuncSignature),
    /// An instance, whose items are listed too.
    Instance,
    /// A resource type.
    Resource(ResourceType),
    /// A type, a module or a component: nothing that can be used from the host.
    Opaque,
}

/// All exports, those inside of instances after their instance.
pub(crate) fn list(image: &Arc<Image>) -> Vec<ExportedItem> {
    let mut items = Vec::new();
    let mut open = vec![(Vec::new(), image.artifact.exports.iter())];
    while let Some((prefix, entries)) = open.last_mut() {
        let Some((name, entry)) = entries.next() else {
            open.pop();
            continue;
        };
        let mut path = prefix.clone();
        path.push(name.clone());
        items.push(ExportedItem { path: path.clone(), kind: kind(image, entry) });
        if let ExportEntry::Instance(inner) = entry {
            open.push((path, inner.iter()));
        }
    }
    items
}

fn kind(image: &Arc<Image>, entry: &ExportEntry) -> ExportKind {
    match entry {
        ExportEntry::Instance(_) => ExportKind::Instance,
        ExportEntry::Resource(id) => ExportKind::Resource(ResourceType::new(image, *id)),
        entry => match super::func::signature(image, entry) {
            Some(ty) => ExportKind::Func(FuncSignature::new(image, ty)),
            None => ExportKind::Opaque,
        },
    }
}

/// The export at a path: names joined by `/` or `#`. Names may contain these themselves, so every
/// split that leads somewhere is tried.
pub(crate) fn find<'a>(exports: &'a [(String, ExportEntry)], path: &str) -> Option<&'a (String, ExportEntry)> {
    let mut open: Vec<(&[(String, ExportEntry)], &str)> = vec![(exports, path)];
    while let Some((entries, path)) = open.pop() {
        for item in entries {
            match path.strip_prefix(item.0.as_str()) {
                Some("") => return Some(item),
                Some(rest) => {
                    if let (Some(rest), ExportEntry::Instance(inner)) = (rest.strip_prefix(['/', '#']), &item.1) {
                        open.push((inner, rest));
                    }
                }
                None => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_are_found() {
        let leaf = |name: &str| (name.to_owned(), ExportEntry::Opaque);
        let exports = vec![
            leaf("run"),
            ("a:b/c@1.0.0".to_owned(), ExportEntry::Instance(vec![leaf("f"), leaf("[method]r.g")])),
            ("a:b/c".to_owned(), ExportEntry::Instance(vec![leaf("h")])),
        ];
        for path in ["run", "a:b/c@1.0.0/f", "a:b/c@1.0.0#f", "a:b/c@1.0.0/[method]r.g", "a:b/c/h", "a:b/c"] {
            assert!(find(&exports, path).is_some(), "{path}");
        }
        for path in ["", "ru", "run/f", "a:b/c/f", "a:b/c@1.0.0/"] {
            assert!(find(&exports, path).is_none(), "{path}");
        }
    }
}
