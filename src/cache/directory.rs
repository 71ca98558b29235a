//! The directory of a cache: files by name, below a directory that has been checked and stays open.
//!
//! All names are looked up in the open directory, so nobody can put another one in its place. A
//! file is written under a name of its own and renamed when it is complete. No file is ever
//! written again or cut off, for somebody may have mapped it; it is only unlinked.

use super::error::{CacheError, Distrust};
use super::trust::Trust;
use rustix::fs::{AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::fs::{CWD, flock, fstat, openat, renameat, statat, unlinkat};
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What names of files begin with that are not complete.
const UNFINISHED: &str = ".unfinished-";
/// What names of complete files end with, after a key and a dot.
const ENDINGS: [&str; 2] = ["object", "functions"];
/// The file whose lock whoever removes files holds.
const LOCK: &str = "lock";
/// A file that has been unfinished for so long was left behind.
const ABANDONED: Duration = Duration::from_secs(3600);
/// How exactly it is known when a file was used last.
const USE_INTERVAL: Duration = Duration::from_secs(3600);
/// How often a name for a new file may be taken already.
const ATTEMPTS: u32 = 100;

/// An open directory that is trusted.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    fd: OwnedFd,
    trust: Trust,
}

/// A complete file of a cache.
#[derive(Debug)]
pub(super) struct Found {
    pub name: String,
    pub bytes: u64,
    pub used: SystemTime,
}

impl Directory {
    /// Opens a directory, and makes it if it is not there.
    pub fn open(path: &Path, trust: &Trust) -> Result<Self, CacheError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
        let fd = openat(CWD, path, flags, Mode::empty()).map_err(|error| {
            let distrusted = || CacheError::Distrusted { path: path.to_owned(), distrust: Distrust::Kind("directory") };
            match (error, made) {
                (rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR, _) => distrusted(),
                (_, Err(error)) => CacheError::io(path, "make the directory", error),
                (error, Ok(())) => CacheError::io(path, "open the directory", error),
            }
        })?;
        let stat = fstat(&fd).map_err(|error| CacheError::io(path, "look at the directory", error))?;
        trust.directory(&stat).map_err(|distrust| CacheError::Distrusted { path: path.to_owned(), distrust })?;
        Ok(Directory { path: path.to_owned(), fd, trust: trust.clone() })
    }

    /// Opens a file for reading, and notes that it is used; `None` if there is none.
    pub fn read(&self, name: &str) -> Result<Option<File>, CacheError> {
        let Some((file, stat)) = self.find(name)? else { return Ok(None) };
        if used(&stat).elapsed().is_ok_and(|age| age > USE_INTERVAL) {
            // On a volume that is only read nobody evicts either.
            let _ = file.set_modified(SystemTime::now());
        }
        Ok(Some(file))
    }

    /// Opens a file that is to be trusted; `None` if there is none.
    pub fn find(&self, name: &str) -> Result<Option<(File, Stat)>, CacheError> {
        // A pipe of this name must not block us.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(rustix::io::Errno::LOOP) => return Err(self.distrusted(name, Distrust::Kind("file"))),
            Err(error) => return Err(self.io(name, "open the file", error)),
        };
        let stat = fstat(&file).map_err(|error| self.io(name, "look at the file", error))?;
        self.trust.file(&stat).map_err(|distrust| self.distrusted(name, distrust))?;
        Ok(Some((file, stat)))
    }

    /// Writes a file: whoever looks sees all of it or nothing. What was there under that name is
    /// replaced.
    ///
    /// It is not synced. After a crash of the machine it may be damaged, which its checksums show.
    pub fn write(&self, name: &str, parts: &[&[u8]]) -> Result<(), CacheError> {
        let (unfinished, mut file) = self.create()?;
        let written = parts.iter().try_for_each(|part| file.write_all(part));
        let written = written.and_then(|()| Ok(renameat(&self.fd, &unfinished, &self.fd, name)?));
        written.map_err(|error| {
            // What cannot be removed now is removed when it counts as abandoned.
            let _ = unlinkat(&self.fd, &unfinished, AtFlags::empty());
            self.io(name, "write the file", error)
        })
    }

    /// Makes a file with a name that no other has.
    fn create(&self) -> Result<(String, File), CacheError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(self.trust.file_mode());
        let mut last = rustix::io::Errno::EXIST;
        for _ in 0..ATTEMPTS {
            // Processes on other machines may have the same number.
            let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
            let number = NEXT.fetch_add(1, Relaxed);
            let name = format!("{UNFINISHED}{}-{number}-{nanos}", std::process::id());
            match openat(&self.fd, &name, flags, mode) {
                Ok(fd) => return Ok((name, File::from(fd))),
                Err(rustix::io::Errno::EXIST) => {}
                Err(error) => {
                    last = error;
                    break;
                }
            }
        }
        Err(self.io("", "write to the directory", last))
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) -> Result<(), CacheError> {
        match unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(self.io(name, "remove the file", error)),
        }
    }

    /// The complete files that are a cache's, in no particular order. Whatever else lies in the
    /// directory is not ours.
    pub fn files(&self) -> Result<Vec<Found>, CacheError> {
        let mut found = Vec::new();
        self.each_file(|name, stat| {
            if is_name(name) {
                found.push(Found { bytes: stat.st_size as u64, used: used(stat), name: name.to_owned() });
            }
        })?;
        Ok(found)
    }

    /// Removes what writers left behind that did not get to the end. With `all` also what somebody
    /// may be writing now.
    pub fn remove_unfinished(&self, all: bool) -> Result<(), CacheError> {
        self.each_file(|name, stat| {
            let is_abandoned = || used(stat).elapsed().is_ok_and(|age| age > ABANDONED);
            if name.starts_with(UNFINISHED) && (all || is_abandoned()) {
                let _ = unlinkat(&self.fd, name, AtFlags::empty());
            }
        })
    }

    fn each_file(&self, mut each: impl FnMut(&str, &Stat)) -> Result<(), CacheError> {
        let failed = |error| self.io("", "list the directory", error);
        for entry in Dir::read_from(&self.fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            // Others may remove files meanwhile.
            let Ok(stat) = statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
                each(name, &stat);
            }
        }
        Ok(())
    }

    /// The right to remove files, until it is dropped; `None` if somebody else has it.
    pub fn try_lock(&self) -> Result<Option<OwnedFd>, CacheError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let lock = openat(&self.fd, LOCK, flags, Mode::from_raw_mode(self.trust.file_mode()));
        let lock = lock.map_err(|error| self.io(LOCK, "open the file", error))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(lock)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(self.io(LOCK, "lock the file", error)),
        }
    }

    fn io(&self, name: &str, what: &'static str, error: impl Into<io::Error>) -> CacheError {
        CacheError::io(&self.path.join(name), what, error)
    }

    fn distrusted(&self, name: &str, distrust: Distrust) -> CacheError {
        CacheError::Distrusted { path: self.path.join(name), distrust }
    }
}

/// Is this what [`Key::text`](super::key::Key::text) gives, with an ending of the cache's files?
fn is_name(name: &str) -> bool {
    let Some((key, ending)) = name.split_once('.') else { return false };
    key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()) && ENDINGS.contains(&ending)
}

/// When a file was used last: its time of modification, since it never changes.
fn used(stat: &Stat) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0))
}
