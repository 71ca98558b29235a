//! What a descriptor may do. It must not know how files are opened.

/// What may be done with a descriptor, or with all that lies beneath a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// Contents may be read.
    pub read: bool,
    /// Contents of files may be changed.
    pub write: bool,
    /// Names and metadata may be changed: `mutate-directory`.
    pub mutate: bool,
}

impl Rights {
    /// Nothing may be done, but for looking at metadata.
    pub const NONE: Rights = Rights { read: false, write: false, mutate: false };
    /// Reading.
    pub const READ_ONLY: Rights = Rights { read: true, ..Rights::NONE };
    /// Everything.
    pub const ALL: Rights = Rights { read: true, write: true, mutate: true };

    /// What both permit.
    pub(super) fn both(self, other: Rights) -> Rights {
        Rights { read: self.read && other.read, write: self.write && other.write, mutate: self.mutate && other.mutate }
    }

    /// Does `other` permit all that these permit?
    pub(super) fn within(self, other: Rights) -> bool {
        self.both(other) == self
    }
}

/// When writes of a descriptor are on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Integrity {
    /// Data and metadata, when a write returns: `file-integrity-sync`, `O_SYNC`.
    pub file: bool,
    /// Data, when a write returns: `data-integrity-sync`, `O_DSYNC`.
    pub data: bool,
    /// What is read is as the other two ask for writes: `requested-write-sync`, `O_RSYNC`.
    pub reads: bool,
}
