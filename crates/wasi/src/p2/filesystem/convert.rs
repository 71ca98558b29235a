//! Values of the WIT's types from those of the system layer, and back. It must not know of tables.

use crate::bindings::wasi::filesystem::types;
use crate::fs;

impl From<fs::Kind> for types::DescriptorType {
    fn from(kind: fs::Kind) -> Self {
        match kind {
            fs::Kind::Unknown => Self::Unknown,
            fs::Kind::BlockDevice => Self::BlockDevice,
            fs::Kind::CharacterDevice => Self::CharacterDevice,
            fs::Kind::Directory => Self::Directory,
            fs::Kind::Fifo => Self::Fifo,
            fs::Kind::SymbolicLink => Self::SymbolicLink,
            fs::Kind::RegularFile => Self::RegularFile,
            fs::Kind::Socket => Self::Socket,
        }
    }
}

impl From<fs::Time> for types::Datetime {
    fn from(time: fs::Time) -> Self {
        Self { seconds: time.seconds, nanoseconds: time.nanoseconds }
    }
}

impl From<fs::Stat> for types::DescriptorStat {
    fn from(stat: fs::Stat) -> Self {
        Self {
            r#type: stat.kind.into(),
            link_count: stat.links,
            size: stat.size,
            data_access_timestamp: stat.accessed.map(Into::into),
            data_modification_timestamp: stat.modified.map(Into::into),
            status_change_timestamp: stat.changed.map(Into::into),
        }
    }
}

impl From<fs::MetadataHash> for types::MetadataHashValue {
    fn from(hash: fs::MetadataHash) -> Self {
        Self { lower: hash.lower, upper: hash.upper }
    }
}

impl From<fs::Entry> for types::DirectoryEntry {
    fn from(entry: fs::Entry) -> Self {
        Self { r#type: entry.kind.into(), name: entry.name }
    }
}

impl From<types::NewTimestamp> for fs::NewTime {
    fn from(time: types::NewTimestamp) -> Self {
        match time {
            types::NewTimestamp::NoChange => Self::NoChange,
            types::NewTimestamp::Now => Self::Now,
            types::NewTimestamp::Timestamp(types::Datetime { seconds, nanoseconds }) => {
                Self::At(fs::Time { seconds, nanoseconds })
            }
        }
    }
}

impl From<types::PathFlags> for fs::Follow {
    fn from(flags: types::PathFlags) -> Self {
        if flags.symlink_follow { Self::Yes } else { Self::No }
    }
}

impl From<types::Advice> for fs::Advice {
    fn from(advice: types::Advice) -> Self {
        match advice {
            types::Advice::Normal => Self::Normal,
            types::Advice::Sequential => Self::Sequential,
            types::Advice::Random => Self::Random,
            types::Advice::WillNeed => Self::WillNeed,
            types::Advice::DontNeed => Self::DontNeed,
            types::Advice::NoReuse => Self::NoReuse,
        }
    }
}

/// How to open, as `open-at` has it.
pub(super) fn open(open: types::OpenFlags, flags: types::DescriptorFlags) -> fs::Open {
    fs::Open {
        create: open.create,
        directory: open.directory,
        exclusive: open.exclusive,
        truncate: open.truncate,
        rights: fs::Rights { read: flags.read, write: flags.write, mutate: flags.mutate_directory },
        sync: fs::Integrity {
            file: flags.file_integrity_sync,
            data: flags.data_integrity_sync,
            reads: flags.requested_write_sync,
        },
    }
}

/// What a descriptor was opened for, as `get-flags` has it.
pub(super) fn flags(descriptor: &fs::Descriptor, kind: fs::Kind) -> types::DescriptorFlags {
    let (rights, sync) = (descriptor.rights(), descriptor.integrity());
    let is_directory = kind == fs::Kind::Directory;
    types::DescriptorFlags {
        read: rights.read,
        write: rights.write && !is_directory,
        file_integrity_sync: sync.file,
        data_integrity_sync: sync.data,
        requested_write_sync: sync.reads,
        mutate_directory: rights.mutate && is_directory,
    }
}
