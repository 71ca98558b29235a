//! Finding and listing what a component exports.

use super::version;
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

type Entries = [(String, ExportEntry)];

/// The export at a path: names joined by `/` or `#`. Names may contain these themselves, so every
/// split that leads somewhere is tried. Where no export has the exact path, a name in it also
/// stands for compatible versions of the same interface, the highest first.
pub(crate) fn find<'a>(exports: &'a Entries, path: &str) -> Option<&'a (String, ExportEntry)> {
    search(exports, path, |entries, path| {
        let rest = |item: &'a (String, ExportEntry)| Some((item, path.strip_prefix(item.0.as_str())?));
        entries.iter().filter_map(rest).collect()
    })
    .or_else(|| search(exports, path, compatible))
}

/// Goes down from instance to instance. `matching` gives the entries whose names begin a path, each
/// with the rest of it, the best last.
fn search<'a, 'p>(
    exports: &'a Entries,
    path: &'p str,
    matching: impl Fn(&'a Entries, &'p str) -> Vec<(&'a (String, ExportEntry), &'p str)>,
) -> Option<&'a (String, ExportEntry)> {
    let mut open = matching(exports, path);
    while let Some((item, rest)) = open.pop() {
        match (rest.strip_prefix(['/', '#']), &item.1) {
            _ if rest.is_empty() => return Some(item),
            (Some(rest), ExportEntry::Instance(inner)) => open.extend(matching(inner, rest)),
            _ => {}
        }
    }
    None
}

/// The entries whose names, in some compatible version, begin a path, each with the rest of it:
/// higher versions after lower ones, and exact names last.
fn compatible<'a, 'p>(entries: &'a Entries, path: &'p str) -> Vec<(&'a (String, ExportEntry), &'p str)> {
    let mut found = Vec::new();
    for item in entries {
        let name = item.0.as_str();
        if let Some(rest) = path.strip_prefix(name) {
            found.push((None, item, rest));
        }
        let Some(rest) = path.strip_prefix(version::base(name)).filter(|rest| rest.starts_with('@')) else { continue };
        // No version contains what ends a name in a path.
        let end = rest.find(['/', '#']).unwrap_or(rest.len());
        let asked = &path[..path.len() - rest.len() + end];
        if let (Some((track, version)), Some((asked, _))) = (version::track(name), version::track(asked))
            && track == asked
        {
            found.push((Some(version), item, &rest[end..]));
        }
    }
    found.sort_by(|(a, ..), (b, ..)| a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(b)));
    found.into_iter().map(|(_, item, rest)| (item, rest)).collect()
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

    #[test]
    fn compatible_versions_are_found_when_the_exact_one_is_not_there() {
        let leaf = |name: &str| (name.to_owned(), ExportEntry::Opaque);
        let versions = ["a:b/c@0.2.3", "a:b/c@0.2.10", "a:b/c@0.2.9", "a:b/c@0.3.0-rc"];
        let exports = versions.map(|name| (name.to_owned(), ExportEntry::Instance(vec![leaf("f"), leaf(name)])));
        for (path, served) in [
            ("a:b/c@0.2.0", Some("a:b/c@0.2.10")),
            ("a:b/c@0.2.11", Some("a:b/c@0.2.10")),
            ("a:b/c@0.2.3", Some("a:b/c@0.2.3")),
            ("a:b/c@0.3.0-rc", Some("a:b/c@0.3.0-rc")),
            ("a:b/c@0.3.0", None),
            ("a:b/c", None),
        ] {
            let found = find(&exports, path).map(|(name, _)| name.as_str());
            assert_eq!(found, served, "{path}");
            assert_eq!(find(&exports, &format!("{path}/f")).is_some(), served.is_some(), "{path}");
            assert_eq!(find(&exports, &format!("{path}#f")).is_some(), served.is_some(), "{path}");
            assert!(find(&exports, &format!("{path}/g")).is_none(), "{path}");
        }
        // An item that only a lower version has is found there.
        assert!(find(&exports, "a:b/c@0.2.0/a:b/c@0.2.9").is_some());
    }
}
