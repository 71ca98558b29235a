//! Paths of guests as text: what can be said of them without looking at the file system.
//!
//! It must not know of descriptors.

use rustix::io::Errno;

/// One more than the longest path in bytes: `PATH_MAX` of Linux, which counts the NUL.
pub(super) const PATH_MAX: usize = 4096;

/// A path that is neither empty nor absolute, is not too long and has no NUL.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'p>(&'p str);

/// What a path names in the directory before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last<'p> {
    /// A name: neither `.` nor `..`, not empty, without slashes.
    Name(&'p str),
    /// The directory itself: the path ends in `.`.
    Itself,
    /// The directory that it lies in: the path ends in `..`.
    Above,
}

/// A path in two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Split<'p> {
    /// What comes before the last component; empty where nothing does.
    pub(super) parent: &'p str,
    /// The last component.
    pub(super) last: Last<'p>,
    /// Do slashes follow it? Then it is to be a directory.
    pub(super) slash: bool,
}

impl<'p> Path<'p> {
    /// Checks what a guest gives as a path.
    ///
    /// # Errors
    ///
    /// `ENOENT` for an empty path, `EPERM` for an absolute one, `ENAMETOOLONG` for one of
    /// [`PATH_MAX`] bytes or more, `EINVAL` for one with a NUL.
    pub(super) fn new(path: &'p str) -> Result<Self, Errno> {
        match path.as_bytes() {
            [] => Err(Errno::NOENT),
            [b'/', ..] => Err(Errno::PERM),
            bytes if bytes.len() >= PATH_MAX => Err(Errno::NAMETOOLONG),
            bytes if bytes.contains(&0) => Err(Errno::INVAL),
            _ => Ok(Path(path)),
        }
    }

    /// The path as the guest wrote it.
    pub(super) fn as_str(self) -> &'p str {
        self.0
    }

    /// The path in two parts.
    pub(super) fn split(self) -> Split<'p> {
        // Something is left: the path does not start with a slash.
        let trimmed = self.0.trim_end_matches('/');
        let (parent, last) = trimmed.rsplit_once('/').unwrap_or(("", trimmed));
        let last = match last {
            "." => Last::Itself,
            ".." => Last::Above,
            name => Last::Name(name),
        };
        Split { parent, last, slash: trimmed.len() < self.0.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_none_are_refused() {
        let refused = |path: &str| Path::new(path).unwrap_err();
        assert_eq!(refused(""), Errno::NOENT);
        assert_eq!(refused("/"), Errno::PERM);
        assert_eq!(refused("//a"), Errno::PERM);
        assert_eq!(refused("a\0b"), Errno::INVAL);
        assert_eq!(refused(&"a/".repeat(PATH_MAX / 2)), Errno::NAMETOOLONG);
        Path::new(&"a".repeat(PATH_MAX - 1)).unwrap();
    }

    #[test]
    fn paths_are_split_before_their_last_component() {
        let split = |path| Path::new(path).unwrap().split();
        let name = |parent, name, slash| Split { parent, last: Last::Name(name), slash };
        assert_eq!(split("a"), name("", "a", false));
        assert_eq!(split("a//"), name("", "a", true));
        assert_eq!(split("a/b"), name("a", "b", false));
        assert_eq!(split("a//b/"), name("a/", "b", true));
        assert_eq!(split("../..."), name("..", "...", false));
        assert_eq!(split("."), Split { parent: "", last: Last::Itself, slash: false });
        assert_eq!(split("a/./"), Split { parent: "a", last: Last::Itself, slash: true });
        assert_eq!(split("a/.."), Split { parent: "a", last: Last::Above, slash: false });
    }
}
