//! `wasi:filesystem`: descriptors and what guests do with them.
//!
//! Each function is one of the system layer ([`fs`](crate::fs)) with handles instead of values.

mod convert;
mod error_code;
#[cfg(test)]
mod tests;

use self::error_code::error_code;
use super::MAX_RESOURCES;
use crate::bindings::wasi::filesystem::types::{self, ErrorCode};
use crate::bindings::wasi::filesystem::{preopens, types::Types};
use crate::bindings::wasi::io::streams::{Error, InputStream, OutputStream};
use crate::fs::{Descriptor, HashKey, Listing, Rights};
use crate::p2::ctx::{WasiCtx, WasiCtxBuilder};
use crate::stream::Failure;
use cantilever_runtime::{Fill, Filled, HostError, LinkError, Linker, Resource, Table};
use rustix::io::Errno;

/// How much one read of a file gives, in bytes.
const MAX_READ: u64 = 1 << 20;

/// How much one read gives of what does not say how much there is, in bytes.
const MAX_UNKNOWN: u64 = 64 << 10;

/// How much is read without asking first how much there is, in bytes.
const SMALL: u64 = 4096;

/// As the functions of WIT return: traps outside, errors for the guest inside.
type Outcome<T> = Result<Result<T, ErrorCode>, HostError>;

/// A handle of a descriptor.
type Handle = Resource<types::Descriptor>;

/// The files of a store's guests.
#[derive(Debug)]
pub(crate) struct Filesystem {
    /// The directories that guests start with, and the paths that they see.
    preopens: Vec<(Descriptor, String)>,
    descriptors: Table<Descriptor, types::Descriptor>,
    listings: Table<Listing, types::DirectoryEntryStream>,
    /// What hashes of metadata are made with.
    key: HashKey,
}

impl Default for Filesystem {
    fn default() -> Self {
        Filesystem {
            preopens: Vec::new(),
            descriptors: Table::with_limit(MAX_RESOURCES),
            listings: Table::with_limit(MAX_RESOURCES),
            key: HashKey::default(),
        }
    }
}

/// A directory of the host cannot be given to guests.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the directory `{}`", path.display())]
pub struct PreopenError {
    /// The directory.
    pub path: std::path::PathBuf,
    /// What the system says.
    pub source: std::io::Error,
}

impl WasiCtxBuilder {
    /// Gives guests a directory of the host, and all that lies beneath it. They find it at
    /// `guest_path`. Paths never lead out of it, whatever symbolic links there are, nor whatever is
    /// renamed meanwhile.
    ///
    /// # Errors
    ///
    /// [`PreopenError`] if the directory cannot be opened.
    pub fn preopened_dir(
        &mut self,
        host_path: impl AsRef<std::path::Path>,
        guest_path: impl Into<String>,
        rights: Rights,
    ) -> Result<&mut Self, PreopenError> {
        let path = host_path.as_ref();
        let opened = Descriptor::preopen(path, rights);
        let descriptor = opened.map_err(|errno| PreopenError { path: path.to_owned(), source: errno.into() })?;
        self.ctx.filesystem.preopens.push((descriptor, guest_path.into()));
        Ok(self)
    }
}

impl Filesystem {
    /// How many descriptors and how many listings guests can have at one time.
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.descriptors.set_limit(limit);
        self.listings.set_limit(limit);
    }

    fn get(&self, this: &Handle) -> Result<&Descriptor, HostError> {
        Ok(self.descriptors.get(this)?)
    }

    /// Does something with a descriptor.
    fn with<T, U: From<T>>(
        &self,
        this: &Handle,
        operation: impl FnOnce(&Descriptor) -> Result<T, Errno>,
    ) -> Outcome<U> {
        Ok(operation(self.get(this)?).map(U::from).map_err(error_code))
    }
}

/// Gives a guest what was made for it. If it has as many as it may have, that is an error for it,
/// as where the system's descriptors have run out.
fn push<T, R>(table: &mut Table<T, R>, made: Result<T, Errno>) -> Outcome<Resource<R>> {
    Ok(made.and_then(|value| table.push(value).map_err(|_| Errno::MFILE)).map_err(error_code))
}

impl Types for WasiCtx {
    fn descriptor_read_via_stream(&mut self, this: Handle, offset: u64) -> Outcome<Resource<InputStream>> {
        match self.filesystem.get(&this)?.read_via_stream(offset) {
            Ok(stream) => Ok(Ok(self.io.push_input(Box::new(stream))?)),
            Err(errno) => Ok(Err(error_code(errno))),
        }
    }

    fn descriptor_write_via_stream(&mut self, this: Handle, offset: u64) -> Outcome<Resource<OutputStream>> {
        match self.filesystem.get(&this)?.write_via_stream(offset) {
            Ok(stream) => Ok(Ok(self.io.push_output(Box::new(stream))?)),
            Err(errno) => Ok(Err(error_code(errno))),
        }
    }

    fn descriptor_append_via_stream(&mut self, this: Handle) -> Outcome<Resource<OutputStream>> {
        match self.filesystem.get(&this)?.append_via_stream() {
            Ok(stream) => Ok(Ok(self.io.push_output(Box::new(stream))?)),
            Err(errno) => Ok(Err(error_code(errno))),
        }
    }

    fn descriptor_advise(&mut self, this: Handle, offset: u64, length: u64, advice: types::Advice) -> Outcome<()> {
        self.filesystem.with(&this, |file| file.advise(offset, length, advice.into()))
    }

    fn descriptor_sync_data(&mut self, this: Handle) -> Outcome<()> {
        self.filesystem.with(&this, Descriptor::sync_data)
    }

    fn descriptor_get_flags(&mut self, this: Handle) -> Outcome<types::DescriptorFlags> {
        self.filesystem.with(&this, |file| Ok(convert::flags(file, file.kind()?)))
    }

    fn descriptor_get_type(&mut self, this: Handle) -> Outcome<types::DescriptorType> {
        self.filesystem.with(&this, Descriptor::kind)
    }

    fn descriptor_set_size(&mut self, this: Handle, size: u64) -> Outcome<()> {
        self.filesystem.with(&this, |file| file.set_size(size))
    }

    fn descriptor_set_times(
        &mut self,
        this: Handle,
        data_access_timestamp: types::NewTimestamp,
        data_modification_timestamp: types::NewTimestamp,
    ) -> Outcome<()> {
        let (accessed, modified) = (data_access_timestamp.into(), data_modification_timestamp.into());
        self.filesystem.with(&this, |file| file.set_times(accessed, modified))
    }

    fn descriptor_read(&mut self, this: Handle, length: u64, offset: u64, fill: Fill<'_>) -> Outcome<(Filled, bool)> {
        read(self.filesystem.get(&this)?, length.min(MAX_READ), offset, fill)
    }

    fn descriptor_write(&mut self, this: Handle, buffer: &[u8], offset: u64) -> Outcome<u64> {
        self.filesystem.with(&this, |file| file.write(buffer, offset).map(|count| count as u64))
    }

    fn descriptor_read_directory(&mut self, this: Handle) -> Outcome<Resource<types::DirectoryEntryStream>> {
        let listing = self.filesystem.get(&this)?.read_directory();
        push(&mut self.filesystem.listings, listing)
    }

    fn descriptor_sync(&mut self, this: Handle) -> Outcome<()> {
        self.filesystem.with(&this, Descriptor::sync)
    }

    fn descriptor_create_directory_at(&mut self, this: Handle, path: &str) -> Outcome<()> {
        self.filesystem.with(&this, |dir| dir.create_directory_at(path))
    }

    fn descriptor_stat(&mut self, this: Handle) -> Outcome<types::DescriptorStat> {
        self.filesystem.with(&this, Descriptor::stat)
    }

    fn descriptor_stat_at(
        &mut self,
        this: Handle,
        path_flags: types::PathFlags,
        path: &str,
    ) -> Outcome<types::DescriptorStat> {
        self.filesystem.with(&this, |dir| dir.stat_at(path_flags.into(), path))
    }

    fn descriptor_set_times_at(
        &mut self,
        this: Handle,
        path_flags: types::PathFlags,
        path: &str,
        data_access_timestamp: types::NewTimestamp,
        data_modification_timestamp: types::NewTimestamp,
    ) -> Outcome<()> {
        let (accessed, modified) = (data_access_timestamp.into(), data_modification_timestamp.into());
        self.filesystem.with(&this, |dir| dir.set_times_at(path_flags.into(), path, accessed, modified))
    }

    fn descriptor_link_at(
        &mut self,
        this: Handle,
        old_path_flags: types::PathFlags,
        old_path: &str,
        new_descriptor: Handle,
        new_path: &str,
    ) -> Outcome<()> {
        let new = self.filesystem.get(&new_descriptor)?;
        self.filesystem.with(&this, |old| old.link_at(old_path_flags.into(), old_path, new, new_path))
    }

    fn descriptor_open_at(
        &mut self,
        this: Handle,
        path_flags: types::PathFlags,
        path: &str,
        open_flags: types::OpenFlags,
        flags: types::DescriptorFlags,
    ) -> Outcome<Handle> {
        let how = convert::open(open_flags, flags);
        let dir = self.filesystem.get(&this)?;
        // Before anything is created.
        let opened = match self.filesystem.descriptors.len() < self.filesystem.descriptors.limit() {
            true => dir.open_at(path_flags.into(), path, &how),
            false => Err(Errno::MFILE),
        };
        push(&mut self.filesystem.descriptors, opened)
    }

    fn descriptor_readlink_at(&mut self, this: Handle, path: &str) -> Outcome<String> {
        self.filesystem.with(&this, |dir| dir.readlink_at(path))
    }

    fn descriptor_remove_directory_at(&mut self, this: Handle, path: &str) -> Outcome<()> {
        self.filesystem.with(&this, |dir| dir.remove_directory_at(path))
    }

    fn descriptor_rename_at(
        &mut self,
        this: Handle,
        old_path: &str,
        new_descriptor: Handle,
        new_path: &str,
    ) -> Outcome<()> {
        let new = self.filesystem.get(&new_descriptor)?;
        self.filesystem.with(&this, |old| old.rename_at(old_path, new, new_path))
    }

    fn descriptor_symlink_at(&mut self, this: Handle, old_path: &str, new_path: &str) -> Outcome<()> {
        self.filesystem.with(&this, |dir| dir.symlink_at(old_path, new_path))
    }

    fn descriptor_unlink_file_at(&mut self, this: Handle, path: &str) -> Outcome<()> {
        self.filesystem.with(&this, |dir| dir.unlink_file_at(path))
    }

    fn descriptor_is_same_object(&mut self, this: Handle, other: Handle) -> Result<bool, HostError> {
        Ok(self.filesystem.get(&this)?.is_same_object(self.filesystem.get(&other)?))
    }

    fn descriptor_metadata_hash(&mut self, this: Handle) -> Outcome<types::MetadataHashValue> {
        self.filesystem.with(&this, |file| file.metadata_hash(&self.filesystem.key))
    }

    fn descriptor_metadata_hash_at(
        &mut self,
        this: Handle,
        path_flags: types::PathFlags,
        path: &str,
    ) -> Outcome<types::MetadataHashValue> {
        let key = &self.filesystem.key;
        self.filesystem.with(&this, |dir| dir.metadata_hash_at(path_flags.into(), path, key))
    }

    fn directory_entry_stream_read_directory_entry(
        &mut self,
        this: Resource<types::DirectoryEntryStream>,
    ) -> Outcome<Option<types::DirectoryEntry>> {
        let entry = self.filesystem.listings.get_mut(&this)?.next_entry();
        Ok(entry.map(|entry| entry.map(Into::into)).map_err(error_code))
    }

    fn filesystem_error_code(&mut self, err: Resource<Error>) -> Result<Option<ErrorCode>, HostError> {
        Ok(match self.io.errors.get(&err)? {
            Failure::Os(errno) => Some(error_code(*errno)),
            Failure::Other(_) | Failure::Typed(_) => None,
        })
    }

    fn drop_descriptor(&mut self, this: Handle) -> Result<(), HostError> {
        self.filesystem.descriptors.remove(this)?;
        Ok(())
    }

    fn drop_directory_entry_stream(&mut self, this: Resource<types::DirectoryEntryStream>) -> Result<(), HostError> {
        self.filesystem.listings.remove(this)?;
        Ok(())
    }
}

/// Reads, and says whether the end was reached. Much is read straight to where the guest has room
/// for it: the room must have the right size, so the system is asked how much there is. For little,
/// a copy costs less than the question, and only the read after the last byte knows the end.
fn read(file: &Descriptor, len: u64, offset: u64, fill: Fill<'_>) -> Outcome<(Filled, bool)> {
    let available = match len {
        0..=SMALL => None,
        _ => match file.available(len, offset) {
            Ok(available) => available,
            Err(errno) => return Ok(Err(error_code(errno))),
        },
    };
    let outcome = match available {
        Some(available) => {
            fill.bytes(available as usize, |room| file.read(room, offset))?.map(|bytes| (bytes, available < len))
        }
        None => copied(file, len, offset),
    };
    Ok(outcome.map_err(error_code))
}

/// The same by a room of the host's.
fn copied(file: &Descriptor, len: u64, offset: u64) -> Result<(Filled, bool), Errno> {
    let mut little = [0; SMALL as usize];
    let mut unknown = Vec::new();
    let room = match len {
        0..=SMALL => &mut little[..len as usize],
        _ => {
            unknown.resize(len.min(MAX_UNKNOWN) as usize, 0);
            &mut unknown[..]
        }
    };
    let count = file.read(room, offset)?;
    Ok((Filled::copy(&room[..count]), count == 0 && len > 0))
}

impl preopens::Preopens for WasiCtx {
    fn get_directories(&mut self) -> Result<Vec<(Handle, String)>, HostError> {
        let Filesystem { preopens, descriptors, .. } = &mut self.filesystem;
        let give =
            |(descriptor, path): &(Descriptor, String)| Ok((descriptors.push(descriptor.share())?, path.clone()));
        preopens.iter().map(give).collect()
    }
}

/// Defines `wasi:filesystem/{types,preopens}`. `get` finds the context in the data of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    types::add_to_linker(linker, get)?;
    preopens::add_to_linker(linker, get)
}
