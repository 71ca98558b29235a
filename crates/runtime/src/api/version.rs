//! Which versions of an interface may stand for one another.
//!
//! A name such as `wasi:io/streams@0.2.3` ends in a version. Versions of one track are compatible:
//! those with the same major number, or with the same minor number if the major one is 0. Versions
//! below 0.1.0 and those of prereleases are compatible with themselves alone.
//!
//! Within a track any version stands for any other, an older one for a newer one too. Linkers of
//! the component model's tools agree on that: whoever needs an item that was added later misses the
//! item, and not the version. The exact name comes first, then the highest version.

use semver::Version;
use std::collections::BTreeMap;

/// A name without its version, and the version.
fn split(name: &str) -> Option<(&str, Version)> {
    let (base, version) = name.rsplit_once('@')?;
    Some((base, Version::parse(version).ok()?))
}

/// A name without its version, or what else stands behind an `@`.
pub(super) fn base(name: &str) -> &str {
    name.rsplit_once('@').map_or(name, |(base, _)| base)
}

/// The name of the track that a name belongs to, and its version; none if only the exact name will
/// do.
pub(super) fn track(name: &str) -> Option<(String, Version)> {
    let (base, version) = split(name)?;
    match (version.major, version.minor) {
        _ if !version.pre.is_empty() => None,
        (0, 0) => None,
        (0, minor) => Some((format!("{base}@0.{minor}"), version)),
        (major, _) => Some((format!("{base}@{major}"), version)),
    }
}

/// The highest version of each track among names, with what stands for them.
#[derive(Debug, Clone)]
pub(super) struct Tracks<V>(BTreeMap<String, (Version, V)>);

impl<V> Default for Tracks<V> {
    fn default() -> Self {
        Tracks(BTreeMap::new())
    }
}

impl<V> Tracks<V> {
    /// Adds a name, unless a higher version is in its track.
    pub(super) fn insert(&mut self, name: &str, value: V) {
        let Some((track, version)) = track(name) else { return };
        if self.0.get(&track).is_none_or(|(highest, _)| *highest <= version) {
            self.0.insert(track, (version, value));
        }
    }

    /// What stands for the highest version in the track of a name.
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        let (track, _) = track(name)?;
        self.0.get(&track).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compatible(a: &str, b: &str) -> bool {
        let mut tracks = Tracks::default();
        tracks.insert(a, ());
        tracks.get(b).is_some()
    }

    #[test]
    fn versions_of_one_track_are_compatible() {
        for (a, b) in [("a:b/c@0.2.0", "a:b/c@0.2.12"), ("a:b/c@1.0.0", "a:b/c@1.9.3"), ("a@2.0.0", "a@2.0.0+build")] {
            assert!(compatible(a, b) && compatible(b, a), "{a} and {b}");
        }
        for (a, b) in [
            ("a:b/c@0.2.0", "a:b/c@0.3.0"),
            ("a:b/c@0.0.1", "a:b/c@0.0.2"),
            ("a:b/c@1.0.0", "a:b/c@2.0.0"),
            ("a:b/c@1.0.0", "a:b/d@1.0.0"),
            ("a:b/c@1.0.0", "a:b/c@1.0.1-rc.1"),
            ("a:b/c@1.0.0", "a:b/c"),
            ("a:b/c@1.0.0", "a:b/c@1"),
            ("a:b/c@1.0.0", "a:b/c@1.0.0@"),
        ] {
            assert!(!compatible(a, b) && !compatible(b, a), "{a} and {b}");
        }
    }

    #[test]
    fn the_highest_version_of_a_track_is_taken() {
        let mut tracks = Tracks::default();
        for (index, name) in ["a@1.2.0", "a@1.10.0", "a@1.9.0", "a@2.0.0"].into_iter().enumerate() {
            tracks.insert(name, index);
        }
        assert_eq!((tracks.get("a@1.0.0"), tracks.get("a@2.5.0"), tracks.get("a@3.0.0")), (Some(&1), Some(&3), None));
    }
}
