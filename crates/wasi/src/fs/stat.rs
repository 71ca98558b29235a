//! What the system says of a file: its attributes, times and a hash of its metadata.
//!
//! It must not know how files are found.

use rustix::fs::{FileType, Nsecs, Secs, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use rustix::io::Errno;
use std::hash::{BuildHasher, RandomState};

/// What kind of object a file is: `descriptor-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// None of the others.
    Unknown,
    /// A block device.
    BlockDevice,
    /// A character device.
    CharacterDevice,
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
    /// A symbolic link.
    SymbolicLink,
    /// A regular file.
    RegularFile,
    /// A socket.
    Socket,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Kind::RegularFile,
            FileType::Directory => Kind::Directory,
            FileType::Symlink => Kind::SymbolicLink,
            FileType::Fifo => Kind::Fifo,
            FileType::Socket => Kind::Socket,
            FileType::CharacterDevice => Kind::CharacterDevice,
            FileType::BlockDevice => Kind::BlockDevice,
            FileType::Unknown => Kind::Unknown,
        }
    }
}

/// An instant since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Seconds.
    pub seconds: u64,
    /// Nanoseconds, under 1 000 000 000.
    pub nanoseconds: u32,
}

impl Time {
    /// Nothing for an instant before 1970.
    fn new(seconds: i64, nanoseconds: u64) -> Option<Self> {
        Some(Time { seconds: seconds.try_into().ok()?, nanoseconds: nanoseconds.try_into().ok()? })
    }
}

/// What a time is to become: `new-timestamp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTime {
    /// It stays.
    NoChange,
    /// The present.
    Now,
    /// This instant.
    At(Time),
}

impl NewTime {
    /// `EINVAL` for more nanoseconds than a second has: the system has meanings of its own for
    /// some such numbers. `EOVERFLOW` for seconds that the system cannot express.
    fn timespec(self) -> Result<Timespec, Errno> {
        let special = |tv_nsec| Ok(Timespec { tv_sec: 0, tv_nsec });
        match self {
            NewTime::NoChange => special(UTIME_OMIT),
            NewTime::Now => special(UTIME_NOW),
            NewTime::At(time) if time.nanoseconds >= 1_000_000_000 => Err(Errno::INVAL),
            NewTime::At(time) => Ok(Timespec {
                tv_sec: Secs::try_from(time.seconds).map_err(|_| Errno::OVERFLOW)?,
                tv_nsec: time.nanoseconds as Nsecs,
            }),
        }
    }

    /// The times of access and of modification, as the system takes them.
    pub(super) fn timestamps(accessed: NewTime, modified: NewTime) -> Result<Timestamps, Errno> {
        Ok(Timestamps { last_access: accessed.timespec()?, last_modification: modified.timespec()? })
    }
}

/// The attributes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// How many names it has.
    pub links: u64,
    /// In bytes; of a symbolic link the length of its target.
    pub size: u64,
    /// When it was read last. This and the others are `None` before 1970.
    pub accessed: Option<Time>,
    /// When its contents were changed last.
    pub modified: Option<Time>,
    /// When its metadata were changed last.
    pub changed: Option<Time>,
    /// The device and the inode number, which guests do not see.
    pub(super) identity: (u64, u64),
}

impl From<rustix::fs::Stat> for Stat {
    // The types of some fields differ between architectures.
    #[allow(clippy::unnecessary_cast)]
    fn from(stat: rustix::fs::Stat) -> Self {
        Stat {
            kind: FileType::from_raw_mode(stat.st_mode).into(),
            links: stat.st_nlink as u64,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            accessed: Time::new(stat.st_atime as i64, stat.st_atime_nsec as u64),
            modified: Time::new(stat.st_mtime as i64, stat.st_mtime_nsec as u64),
            changed: Time::new(stat.st_ctime as i64, stat.st_ctime_nsec as u64),
            identity: (stat.st_dev as u64, stat.st_ino as u64),
        }
    }
}

/// The secret that hashes of metadata are made with, so that no inode number can be computed from
/// them. Hashes that were made with different keys have nothing in common.
#[derive(Debug, Clone, Default)]
pub struct HashKey {
    identity: RandomState,
    version: RandomState,
}

/// A hash of metadata: `metadata-hash-value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataHash {
    /// Which object it is. It stays while the object is there, for `wasi-libc` makes the inode
    /// number of it.
    pub lower: u64,
    /// Which state the object is in: it changes with size, time of modification and metadata.
    pub upper: u64,
}

impl HashKey {
    /// The hash of what has these attributes.
    pub fn hash(&self, stat: &Stat) -> MetadataHash {
        let times = |time: Option<Time>| time.map(|time| (time.seconds, time.nanoseconds));
        let version = (stat.identity, stat.size, times(stat.modified), times(stat.changed));
        MetadataHash { lower: self.identity.hash_one(stat.identity), upper: self.version.hash_one(version) }
    }
}
