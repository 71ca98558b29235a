//! Walks a path component by component, for systems that cannot keep a path beneath a directory.
//!
//! Each step opens one name without following symbolic links, so that no step can lead out. Links
//! are read and walked in turn. A step up is a new walk from the base, for the system's `..` leads
//! out of a directory that somebody has moved. It must not know what the path is walked for.

use super::path::PATH_MAX;
use super::resolve::{Dir, Place};
use rustix::fd::BorrowedFd;
use rustix::fs::{Mode, OFlags, openat, readlinkat_raw};
use rustix::io::{Errno, retry_on_intr};
use std::borrow::Cow;
use std::mem::MaybeUninit;

/// How many symbolic links one path may lead through, as in Linux.
const MAX_LINKS: u32 = 40;

/// How many directories one walk may open. Paths with many steps up open many.
const MAX_STEPS: u32 = 1 << 16;

/// How long the path may become by the targets of links, in bytes.
const MAX_PENDING: usize = 8 * PATH_MAX;

/// Opens a name for walking on: a directory, and no symbolic link.
const STEP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The place that a path leads to. `follow` says what happens if it is a symbolic link. A path
/// that ends in a slash leads to a directory itself.
///
/// # Errors
///
/// `EPERM` if the path leads out of `base`, `ELOOP` if it leads through too many links or steps.
/// Else what the system says.
pub(super) fn walk<'d>(base: BorrowedFd<'d>, path: &str, follow: bool) -> Result<Place<'d, 'static>, Errno> {
    let mut walk = Walk {
        base,
        current: Dir::Borrowed(base),
        names: Vec::new(),
        pending: path.as_bytes().to_vec(),
        done: 0,
        links: MAX_LINKS,
        steps: MAX_STEPS,
    };
    loop {
        let (component, is_last) = walk.next();
        match component.as_slice() {
            b"" => return Ok(walk.itself()),
            b"." => {}
            b".." => walk.up()?,
            name if !is_last => walk.enter(name)?,
            name => match follow.then(|| read_link(&walk.current, name)) {
                Some(Ok(target)) => walk.expand(&target)?,
                // No link, or nothing yet.
                None | Some(Err(Errno::INVAL | Errno::NOENT)) => {
                    return Ok(Place { dir: walk.current, name: Cow::Owned(component) });
                }
                Some(Err(errno)) => return Err(errno),
            },
        }
    }
}

/// The target of a symbolic link. `EINVAL` if the name is none, `ENAMETOOLONG` if the target is
/// longer than a path.
pub(super) fn read_link(dir: &Dir<'_>, name: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut room = [MaybeUninit::uninit(); PATH_MAX];
    let mut read = || readlinkat_raw(dir, name, &mut room).map(|(target, rest)| (target.to_vec(), rest.is_empty()));
    match retry_on_intr(&mut read)? {
        (_, true) => Err(Errno::NAMETOOLONG),
        (target, false) => Ok(target),
    }
}

/// A walk under way.
struct Walk<'d> {
    base: BorrowedFd<'d>,
    /// Where it is.
    current: Dir<'d>,
    /// The names from the base to there. None of them was a symbolic link.
    names: Vec<Vec<u8>>,
    /// What is to be walked.
    pending: Vec<u8>,
    /// How much of it has been walked, in bytes.
    done: usize,
    /// How many more links may be followed.
    links: u32,
    /// How many more directories may be opened.
    steps: u32,
}

impl<'d> Walk<'d> {
    /// Takes the next component, empty at the end. Is it the last, with no slash behind it?
    fn next(&mut self) -> (Vec<u8>, bool) {
        let pending = &self.pending[self.done..];
        let slashes = pending.iter().take_while(|byte| **byte == b'/').count();
        let length = pending[slashes..].iter().position(|byte| *byte == b'/');
        let end = length.map_or(pending.len(), |length| slashes + length);
        let component = pending[slashes..end].to_vec();
        self.done += end;
        (component, length.is_none())
    }

    /// The directory that the walk has reached, as a place.
    fn itself(self) -> Place<'d, 'static> {
        Place { dir: self.current, name: Cow::Borrowed(b".") }
    }

    /// Goes into a directory, or puts a link's target before what is still to be walked.
    fn enter(&mut self, name: &[u8]) -> Result<(), Errno> {
        match self.step(name) {
            Ok(dir) => {
                self.current = dir;
                self.names.push(name.to_vec());
                Ok(())
            }
            // It is no directory: it may be a link to one.
            Err(refused @ (Errno::NOTDIR | Errno::LOOP)) => match read_link(&self.current, name) {
                Ok(target) => self.expand(&target),
                Err(Errno::INVAL) => Err(refused),
                Err(errno) => Err(errno),
            },
            Err(errno) => Err(errno),
        }
    }

    /// Goes to the directory above, by walking to it from the base.
    fn up(&mut self) -> Result<(), Errno> {
        self.names.pop().ok_or(Errno::PERM)?;
        self.current = Dir::Borrowed(self.base);
        for name in std::mem::take(&mut self.names) {
            self.current = self.step(&name)?;
            self.names.push(name);
        }
        Ok(())
    }

    /// Opens a directory in the current one.
    fn step(&mut self, name: &[u8]) -> Result<Dir<'d>, Errno> {
        self.steps = self.steps.checked_sub(1).ok_or(Errno::LOOP)?;
        retry_on_intr(|| openat(&self.current, name, STEP, Mode::empty())).map(Dir::Owned)
    }

    /// Puts the target of a link before what is still to be walked.
    fn expand(&mut self, target: &[u8]) -> Result<(), Errno> {
        self.links = self.links.checked_sub(1).ok_or(Errno::LOOP)?;
        if target.first() == Some(&b'/') {
            return Err(Errno::PERM);
        }
        let rest = &self.pending[self.done..];
        if target.len() + rest.len() > MAX_PENDING {
            return Err(Errno::NAMETOOLONG);
        }
        self.pending = [target, rest].concat();
        self.done = 0;
        Ok(())
    }
}
