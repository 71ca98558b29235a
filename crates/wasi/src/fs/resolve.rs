//! Opens what a path leads to, beneath a directory and never outside of it.
//!
//! Linux does it in one system call, `openat2`. Elsewhere a [walk](super::walk) does. It must not
//! know of rights.

use super::path::{Last, Path};
use super::walk;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::{Errno, retry_on_intr};
use std::borrow::Cow;

/// How often an operation is tried that a rename elsewhere has disturbed.
const RETRIES: u32 = 16;

/// Opens a directory for going on from there.
const PARENT: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);

/// Who keeps paths beneath a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// The kernel: `openat2` with `RESOLVE_BENEATH`.
    Kernel,
    /// A walk component by component, which needs nothing newer than `O_PATH`.
    Walk,
}

/// A directory that an operation starts from, and that may be open for this operation only.
#[derive(Debug)]
pub(super) enum Dir<'d> {
    /// Somebody else's.
    Borrowed(BorrowedFd<'d>),
    /// Opened on the way.
    Owned(OwnedFd),
}

impl AsFd for Dir<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Dir::Borrowed(fd) => *fd,
            Dir::Owned(fd) => fd.as_fd(),
        }
    }
}

/// A directory, and a name in it that has no slash and is not `..`. The name `.` stands for the
/// directory itself.
#[derive(Debug)]
pub(super) struct Place<'d, 'p> {
    pub(super) dir: Dir<'d>,
    pub(super) name: Cow<'p, [u8]>,
}

/// A directory, and what the last component of a path names in it.
#[derive(Debug)]
pub(super) struct Parent<'d, 'p> {
    /// Where the name lies. If there is no name, this is where the whole path leads.
    pub(super) dir: Dir<'d>,
    pub(super) last: Last<'p>,
    /// Is it to be a directory?
    pub(super) slash: bool,
}

impl Resolver {
    /// The best that works on this system.
    pub fn for_system(dir: impl AsFd) -> Self {
        // An old kernel or a filter of system calls refuses, with an errno of its choice.
        match openat2(dir, ".", PARENT | OFlags::CLOEXEC, Mode::empty(), beneath()) {
            Ok(_) => Resolver::Kernel,
            Err(_) => Resolver::Walk,
        }
    }

    /// Opens a path. With `OFlags::NOFOLLOW` its last component is no symbolic link, or is opened
    /// itself if it may be (`OFlags::PATH`).
    ///
    /// # Errors
    ///
    /// `EPERM` if the path leads out of `base`. Else what the system says.
    pub(super) fn open(self, base: BorrowedFd<'_>, path: Path<'_>, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC;
        match self {
            Resolver::Kernel => open_by_kernel(base, path, flags),
            Resolver::Walk => open_by_walk(base, path, flags),
        }
    }

    /// Opens the directory that the last component of a path lies in.
    pub(super) fn parent<'d, 'p>(self, base: BorrowedFd<'d>, path: Path<'p>) -> Result<Parent<'d, 'p>, Errno> {
        let split = path.split();
        let dir = match split.last {
            Last::Name(_) if split.parent.is_empty() => Dir::Borrowed(base),
            Last::Name(_) => Dir::Owned(self.open(base, Path::new(split.parent)?, PARENT)?),
            Last::Itself | Last::Above => Dir::Owned(self.open(base, path, PARENT)?),
        };
        Ok(Parent { dir, last: split.last, slash: split.slash })
    }

    /// Finds the place that a path leads to. If it is a symbolic link, `follow` asks for the place
    /// that this leads to.
    pub(super) fn place<'d, 'p>(
        self,
        base: BorrowedFd<'d>,
        path: Path<'p>,
        follow: bool,
    ) -> Result<Place<'d, 'p>, Errno> {
        let Parent { dir, last, slash } = self.parent(base, path)?;
        match last {
            Last::Itself | Last::Above => Ok(Place { dir, name: Cow::Borrowed(b".") }),
            Last::Name(_) if slash => {
                Ok(Place { dir: Dir::Owned(self.open(base, path, PARENT)?), name: Cow::Borrowed(b".") })
            }
            Last::Name(name) if follow && walk::read_link(&dir, name.as_bytes()).is_ok() => {
                walk::walk(base, path.as_str(), true)
            }
            Last::Name(name) => Ok(Place { dir, name: Cow::Borrowed(name.as_bytes()) }),
        }
    }
}

/// How `openat2` is to resolve paths. Magic links are those of `/proc`, which lead anywhere.
fn beneath() -> ResolveFlags {
    ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS
}

/// What the file may be used for, if this creates it. The process's mask takes away from it.
fn mode(flags: OFlags) -> Mode {
    if flags.contains(OFlags::CREATE) { Mode::from_raw_mode(0o666) } else { Mode::empty() }
}

fn open_by_kernel(base: BorrowedFd<'_>, path: Path<'_>, flags: OFlags) -> Result<OwnedFd, Errno> {
    for _ in 0..RETRIES {
        match retry_on_intr(|| openat2(base, path.as_str(), flags, mode(flags), beneath())) {
            Err(Errno::XDEV) => return Err(Errno::PERM),
            // Somebody renamed something while the path went up.
            Err(Errno::AGAIN) => {}
            opened => return opened,
        }
    }
    open_by_walk(base, path, flags)
}

fn open_by_walk(base: BorrowedFd<'_>, path: Path<'_>, flags: OFlags) -> Result<OwnedFd, Errno> {
    let exclusive = flags.contains(OFlags::CREATE | OFlags::EXCL);
    let follow = !flags.contains(OFlags::NOFOLLOW) && !exclusive;
    for _ in 0..RETRIES {
        let place = walk::walk(base, path.as_str(), follow)?;
        let open = || openat(&place.dir, &*place.name, flags | OFlags::NOFOLLOW, mode(flags));
        match retry_on_intr(open) {
            // It has become a symbolic link.
            Err(Errno::LOOP) if follow => {}
            opened => return opened,
        }
    }
    Err(Errno::LOOP)
}
