//! What can be done in a directory by a path.
//!
//! All but opening and looking finds the directory that the last component lies in, and gives the
//! system a bare name in it. So nothing that a path says makes these calls follow a link.

use super::descriptor::Descriptor;
use super::path::{Last, Path};
use super::resolve::{Parent, Place};
use super::rights::{Integrity, Rights};
use super::stat::{HashKey, Kind, MetadataHash, NewTime, Stat};
use super::walk::read_link;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::fs::{fstat, linkat, mkdirat, renameat, statat, symlinkat, unlinkat, utimensat};
use rustix::io::{Errno, retry_on_intr};

/// Is a symbolic link at the end of a path followed? `path-flags`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// Yes: `symlink-follow`.
    Yes,
    /// No: the link itself is meant.
    No,
}

/// How to open: `open-flags` and `descriptor-flags`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Creates a file if nothing is there.
    pub create: bool,
    /// Opens directories only.
    pub directory: bool,
    /// With `create`, opens only what it creates.
    pub exclusive: bool,
    /// Empties the file.
    pub truncate: bool,
    /// What the descriptor is wanted for. Directories get `mutate` wherever it is granted:
    /// programs open them for reading and then make files in them.
    pub rights: Rights,
    /// When writes are on the disk.
    pub sync: Integrity,
}

impl Open {
    /// Opens for reading what is there.
    pub const READ: Open = Open {
        create: false,
        directory: false,
        exclusive: false,
        truncate: false,
        rights: Rights::READ_ONLY,
        sync: Integrity { file: false, data: false, reads: false },
    };

    /// Refuses what a directory does not grant.
    fn check(&self, ceiling: Rights) -> Result<(), Errno> {
        let changes = self.create || self.truncate;
        match self {
            Open { directory: true, .. } if changes || self.exclusive => Err(Errno::INVAL),
            Open { rights, .. } if (changes || rights.write || rights.mutate) && !ceiling.mutate => Err(Errno::ROFS),
            Open { rights, .. } if (self.truncate || rights.write) && !ceiling.write => Err(Errno::ROFS),
            Open { rights, .. } if rights.read && !ceiling.read => Err(Errno::PERM),
            _ => Ok(()),
        }
    }

    /// As the system takes it. Nothing blocks, and no terminal becomes the process's own.
    fn flags(&self, follow: Follow) -> OFlags {
        let access = match self.rights {
            Rights { read: true, write: true, .. } => OFlags::RDWR,
            Rights { write: true, .. } => OFlags::WRONLY,
            // Something has to be asked for. What was not wanted is refused later.
            _ => OFlags::RDONLY,
        };
        let mut flags = access | OFlags::NONBLOCK | OFlags::NOCTTY;
        flags.set(OFlags::CREATE, self.create);
        flags.set(OFlags::EXCL, self.create && self.exclusive);
        flags.set(OFlags::TRUNC, self.truncate);
        flags.set(OFlags::DIRECTORY, self.directory);
        flags.set(OFlags::NOFOLLOW, follow == Follow::No);
        // `O_SYNC` has the bit of `O_DSYNC`, so `set` would take that away again.
        if self.sync.data {
            flags |= OFlags::DSYNC;
        }
        if self.sync.file {
            flags |= OFlags::SYNC;
        }
        if self.sync.reads {
            flags |= OFlags::RSYNC;
        }
        flags
    }
}

/// Which error `.` or `..` gives at the end of a path, where only a name has a meaning.
struct NoName {
    itself: Errno,
    above: Errno,
}

impl NoName {
    const fn always(errno: Errno) -> Self {
        NoName { itself: errno, above: errno }
    }
}

impl Parent<'_, '_> {
    /// The name, which the system takes as it is.
    fn name(&self, otherwise: NoName) -> Result<&str, Errno> {
        match self.last {
            Last::Name(name) => Ok(name),
            Last::Itself => Err(otherwise.itself),
            Last::Above => Err(otherwise.above),
        }
    }

    /// What kind of object has the name, without following a link.
    fn kind_of(&self, name: &str) -> Result<Kind, Errno> {
        statat(&self.dir, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| Stat::from(stat).kind)
    }

    /// A new name that is no directory's has no slash behind it: `ENOENT`, or `EEXIST` if it is
    /// there.
    fn refuse_slash(&self, name: &str) -> Result<(), Errno> {
        match self.slash {
            false => Ok(()),
            true => self.kind_of(name).and(Err(Errno::EXIST)),
        }
    }

    /// A name that has a slash behind it, here or elsewhere, is a directory's: `ENOTDIR`.
    fn needs_directory(&self, name: &str) -> Result<(), Errno> {
        match self.kind_of(name)? {
            Kind::Directory => Ok(()),
            _ => Err(Errno::NOTDIR),
        }
    }
}

impl Descriptor {
    fn parent_of<'d, 'p>(&'d self, path: &'p str) -> Result<Parent<'d, 'p>, Errno> {
        self.resolver.parent(self.fd(), Path::new(path)?)
    }

    fn place_of<'d, 'p>(&'d self, path: &'p str, follow: Follow) -> Result<Place<'d, 'p>, Errno> {
        self.resolver.place(self.fd(), Path::new(path)?, follow == Follow::Yes)
    }

    /// Opens a file or directory: `open-at`.
    ///
    /// # Errors
    ///
    /// `EROFS` if it asks for changes that this directory does not permit, `EPERM` for reading
    /// where that is not permitted, or for a path that leads out. `EINVAL` for a directory that is
    /// to be created or emptied, `EISDIR` for a file that is to be created with a slash behind its
    /// name. Else what the system says.
    pub fn open_at(&self, follow: Follow, path: &str, how: &Open) -> Result<Descriptor, Errno> {
        let path = Path::new(path)?;
        how.check(self.ceiling)?;
        if how.create && path.split().slash {
            return Err(Errno::ISDIR);
        }
        let fd = self.resolver.open(self.fd(), path, how.flags(follow))?;
        // The right to change metadata is not asked for by guests that use it.
        let rights = Rights { mutate: true, ..how.rights };
        Ok(Descriptor::new(fd, rights, self.ceiling, how.sync, self.resolver))
    }

    /// The attributes of what is at a path: `stat-at`.
    pub fn stat_at(&self, follow: Follow, path: &str) -> Result<Stat, Errno> {
        let path = Path::new(path)?;
        let split = path.split();
        if let (Last::Name(name), "", false) = (split.last, split.parent, split.slash) {
            let stat = Stat::from(statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)?);
            if follow == Follow::No || stat.kind != Kind::SymbolicLink {
                return Ok(stat);
            }
        }
        let mut flags = OFlags::PATH;
        flags.set(OFlags::NOFOLLOW, follow == Follow::No);
        let fd = self.resolver.open(self.fd(), path, flags)?;
        fstat(&fd).map(Stat::from)
    }

    /// A hash of what is known of a path: `metadata-hash-at`.
    pub fn metadata_hash_at(&self, follow: Follow, path: &str, key: &HashKey) -> Result<MetadataHash, Errno> {
        self.stat_at(follow, path).map(|stat| key.hash(&stat))
    }

    /// Sets times: `set-times-at`.
    ///
    /// # Errors
    ///
    /// `EROFS` if this directory does not permit changes. Else what the system says.
    pub fn set_times_at(&self, follow: Follow, path: &str, accessed: NewTime, modified: NewTime) -> Result<(), Errno> {
        self.needs_mutate()?;
        let times = NewTime::timestamps(accessed, modified)?;
        let place = self.place_of(path, follow)?;
        utimensat(&place.dir, &*place.name, &times, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Makes a directory: `create-directory-at`.
    pub fn create_directory_at(&self, path: &str) -> Result<(), Errno> {
        self.needs_mutate()?;
        let parent = self.parent_of(path)?;
        let name = parent.name(NoName::always(Errno::EXIST))?;
        retry_on_intr(|| mkdirat(&parent.dir, name, Mode::from_raw_mode(0o777)))
    }

    /// Removes an empty directory: `remove-directory-at`.
    pub fn remove_directory_at(&self, path: &str) -> Result<(), Errno> {
        self.needs_mutate()?;
        let parent = self.parent_of(path)?;
        let name = parent.name(NoName { itself: Errno::INVAL, above: Errno::NOTEMPTY })?;
        retry_on_intr(|| unlinkat(&parent.dir, name, AtFlags::REMOVEDIR))
    }

    /// Removes the name of a file or of a symbolic link: `unlink-file-at`.
    pub fn unlink_file_at(&self, path: &str) -> Result<(), Errno> {
        self.needs_mutate()?;
        let parent = self.parent_of(path)?;
        let name = parent.name(NoName::always(Errno::ISDIR))?;
        if parent.slash {
            return parent.needs_directory(name).and(Err(Errno::ISDIR));
        }
        retry_on_intr(|| unlinkat(&parent.dir, name, AtFlags::empty()))
    }

    /// Gives a file another name: `rename-at`.
    ///
    /// # Errors
    ///
    /// `EROFS` if one of the directories does not permit changes, `EPERM` if the new one permits
    /// more than the old one. `EXDEV` if they lie on different file systems. Else what the system
    /// says.
    pub fn rename_at(&self, old_path: &str, new: &Descriptor, new_path: &str) -> Result<(), Errno> {
        self.grants_no_less_than(new)?;
        let (from, to) = (self.parent_of(old_path)?, new.parent_of(new_path)?);
        let old_name = from.name(NoName::always(Errno::BUSY))?;
        let new_name = to.name(NoName::always(Errno::BUSY))?;
        if from.slash || to.slash {
            from.needs_directory(old_name)?;
        }
        retry_on_intr(|| renameat(&from.dir, old_name, &to.dir, new_name))
    }

    /// Gives a file one more name: `link-at`.
    ///
    /// # Errors
    ///
    /// As `rename_at`, and `EPERM` if it is a directory.
    pub fn link_at(&self, follow: Follow, old_path: &str, new: &Descriptor, new_path: &str) -> Result<(), Errno> {
        self.grants_no_less_than(new)?;
        let old = self.place_of(old_path, follow)?;
        let to = new.parent_of(new_path)?;
        let new_name = to.name(NoName::always(Errno::EXIST))?;
        to.refuse_slash(new_name)?;
        retry_on_intr(|| linkat(&old.dir, &*old.name, &to.dir, new_name, AtFlags::empty()))
    }

    /// Both directories may be changed, and what moves from here to `new` gains no rights.
    fn grants_no_less_than(&self, new: &Descriptor) -> Result<(), Errno> {
        self.needs_mutate()?;
        new.needs_mutate()?;
        new.ceiling.within(self.ceiling).then_some(()).ok_or(Errno::PERM)
    }

    /// Makes a symbolic link: `symlink-at`. Its target need not exist, and may lie anywhere: paths
    /// that lead out through it are refused.
    ///
    /// # Errors
    ///
    /// `EPERM` for an absolute target, `EROFS` if this directory does not permit changes. Else what
    /// the system says.
    pub fn symlink_at(&self, target: &str, path: &str) -> Result<(), Errno> {
        self.needs_mutate()?;
        let target = Path::new(target)?;
        let parent = self.parent_of(path)?;
        let name = parent.name(NoName::always(Errno::EXIST))?;
        parent.refuse_slash(name)?;
        retry_on_intr(|| symlinkat(target.as_str(), &parent.dir, name))
    }

    /// The target of a symbolic link: `readlink-at`.
    ///
    /// # Errors
    ///
    /// `EINVAL` if it is none, `EPERM` if the target is absolute, `EILSEQ` if it is not UTF-8.
    pub fn readlink_at(&self, path: &str) -> Result<String, Errno> {
        let parent = self.parent_of(path)?;
        let name = parent.name(NoName::always(Errno::INVAL))?;
        if parent.slash {
            // It leads to a directory, which is no link, or nowhere.
            self.place_of(path, Follow::Yes)?;
            return Err(Errno::INVAL);
        }
        let target = read_link(&parent.dir, name.as_bytes())?;
        match String::from_utf8(target) {
            Ok(target) if target.starts_with('/') => Err(Errno::PERM),
            Ok(target) => Ok(target),
            Err(error) if error.as_bytes().starts_with(b"/") => Err(Errno::PERM),
            Err(_) => Err(Errno::ILSEQ),
        }
    }
}
