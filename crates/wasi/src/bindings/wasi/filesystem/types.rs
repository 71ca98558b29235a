//! WASI filesystem is a filesystem API primarily intended to let users run WASI
//! programs that access their files on their existing filesystems, without
//! significant overhead.
//!
//! It is intended to be roughly portable between Unix-family platforms and
//! Windows, though it does not hide many of the major differences.
//!
//! Paths are passed as interface-type `string`s, meaning they must consist of
//! a sequence of Unicode Scalar Values (USVs). Some filesystems may contain
//! paths which are not accessible by this API.
//!
//! The directory separator in WASI is always the forward-slash (`/`).
//!
//! All paths in WASI are relative paths, and are interpreted relative to a
//! `descriptor` referring to a base directory. If a `path` argument to any WASI
//! function starts with `/`, or if any step of resolving a `path`, including
//! `..` and symbolic link steps, reaches a directory outside of the base
//! directory, or reaches a symlink to an absolute or rooted path in the
//! underlying filesystem, the function fails with `error-code::not-permitted`.
//!
//! For more information about WASI path resolution and sandboxing, see
//! [WASI filesystem path resolution].
//!
//! [WASI filesystem path resolution]: https://github.com/WebAssembly/wasi-filesystem/blob/main/path-resolution.md
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{
    ComponentType, Fill, Filled, HostError, Lift, LinkError, Linker, Lower, Resource,
};

pub use super::super::clocks::wall_clock::Datetime;
pub use super::super::io::streams::{InputStream, OutputStream, Error};

/// File size or length of a region within a file.
pub type Filesize = u64;

/// The type of a filesystem object referenced by a descriptor.
///
/// Note: This was called `filetype` in earlier versions of WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum DescriptorType {
    /// The type of the descriptor or file is unknown or is different from
    /// any of the other types specified.
    Unknown,
    /// The descriptor refers to a block device inode.
    BlockDevice,
    /// The descriptor refers to a character device inode.
    CharacterDevice,
    /// The descriptor refers to a directory inode.
    Directory,
    /// The descriptor refers to a named pipe.
    Fifo,
    /// The file refers to a symbolic link inode.
    SymbolicLink,
    /// The descriptor refers to a regular file inode.
    RegularFile,
    /// The descriptor refers to a socket.
    Socket,
}

/// Descriptor flags.
///
/// Note: This was called `fdflags` in earlier versions of WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ComponentType, Lift, Lower)]
#[component(flags)]
pub struct DescriptorFlags {
    /// Read mode: Data can be read.
    pub read: bool,
    /// Write mode: Data can be written to.
    pub write: bool,
    /// Request that writes be performed according to synchronized I/O file
    /// integrity completion. The data stored in the file and the file's
    /// metadata are synchronized. This is similar to `O_SYNC` in POSIX.
    ///
    /// The precise semantics of this operation have not yet been defined for
    /// WASI. At this time, it should be interpreted as a request, and not a
    /// requirement.
    pub file_integrity_sync: bool,
    /// Request that writes be performed according to synchronized I/O data
    /// integrity completion. Only the data stored in the file is
    /// synchronized. This is similar to `O_DSYNC` in POSIX.
    ///
    /// The precise semantics of this operation have not yet been defined for
    /// WASI. At this time, it should be interpreted as a request, and not a
    /// requirement.
    pub data_integrity_sync: bool,
    /// Requests that reads be performed at the same level of integrity
    /// requested for writes. This is similar to `O_RSYNC` in POSIX.
    ///
    /// The precise semantics of this operation have not yet been defined for
    /// WASI. At this time, it should be interpreted as a request, and not a
    /// requirement.
    pub requested_write_sync: bool,
    /// Mutating directories mode: Directory contents may be mutated.
    ///
    /// When this flag is unset on a descriptor, operations using the
    /// descriptor which would create, rename, delete, modify the data or
    /// metadata of filesystem objects, or obtain another handle which
    /// would permit any of those, shall fail with `error-code::read-only` if
    /// they would otherwise succeed.
    ///
    /// This may only be set on directories.
    pub mutate_directory: bool,
}

/// Flags determining the method of how paths are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ComponentType, Lift, Lower)]
#[component(flags)]
pub struct PathFlags {
    /// As long as the resolved path corresponds to a symbolic link, it is
    /// expanded.
    pub symlink_follow: bool,
}

/// Open flags used by `open-at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ComponentType, Lift, Lower)]
#[component(flags)]
pub struct OpenFlags {
    /// Create file if it does not exist, similar to `O_CREAT` in POSIX.
    pub create: bool,
    /// Fail if not a directory, similar to `O_DIRECTORY` in POSIX.
    pub directory: bool,
    /// Fail if file already exists, similar to `O_EXCL` in POSIX.
    pub exclusive: bool,
    /// Truncate file to size 0, similar to `O_TRUNC` in POSIX.
    pub truncate: bool,
}

/// Number of hard links to an inode.
pub type LinkCount = u64;

/// File attributes.
///
/// Note: This was called `filestat` in earlier versions of WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct DescriptorStat {
    /// File type.
    pub r#type: DescriptorType,
    /// Number of hard links to the file.
    pub link_count: LinkCount,
    /// For regular files, the file size in bytes. For symbolic links, the
    /// length in bytes of the pathname contained in the symbolic link.
    pub size: Filesize,
    /// Last data access timestamp.
    ///
    /// If the `option` is none, the platform doesn't maintain an access
    /// timestamp for this file.
    pub data_access_timestamp: Option<Datetime>,
    /// Last data modification timestamp.
    ///
    /// If the `option` is none, the platform doesn't maintain a
    /// modification timestamp for this file.
    pub data_modification_timestamp: Option<Datetime>,
    /// Last file status-change timestamp.
    ///
    /// If the `option` is none, the platform doesn't maintain a
    /// status-change timestamp for this file.
    pub status_change_timestamp: Option<Datetime>,
}

/// When setting a timestamp, this gives the value to set it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum NewTimestamp {
    /// Leave the timestamp set to its previous value.
    NoChange,
    /// Set the timestamp to the current time of the system clock associated
    /// with the filesystem.
    Now,
    /// Set the timestamp to the given value.
    Timestamp(Datetime),
}

/// A directory entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct DirectoryEntry {
    /// The type of the file referred to by this directory entry.
    pub r#type: DescriptorType,
    /// The name of the object.
    pub name: String,
}

/// Error codes returned by functions, similar to `errno` in POSIX.
/// Not all of these error codes are returned by the functions provided by this
/// API; some are used in higher-level library layers, and others are provided
/// merely for alignment with POSIX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum ErrorCode {
    /// Permission denied, similar to `EACCES` in POSIX.
    Access,
    /// Resource unavailable, or operation would block, similar to `EAGAIN` and `EWOULDBLOCK` in POSIX.
    WouldBlock,
    /// Connection already in progress, similar to `EALREADY` in POSIX.
    Already,
    /// Bad descriptor, similar to `EBADF` in POSIX.
    BadDescriptor,
    /// Device or resource busy, similar to `EBUSY` in POSIX.
    Busy,
    /// Resource deadlock would occur, similar to `EDEADLK` in POSIX.
    Deadlock,
    /// Storage quota exceeded, similar to `EDQUOT` in POSIX.
    Quota,
    /// File exists, similar to `EEXIST` in POSIX.
    Exist,
    /// File too large, similar to `EFBIG` in POSIX.
    FileTooLarge,
    /// Illegal byte sequence, similar to `EILSEQ` in POSIX.
    IllegalByteSequence,
    /// Operation in progress, similar to `EINPROGRESS` in POSIX.
    InProgress,
    /// Interrupted function, similar to `EINTR` in POSIX.
    Interrupted,
    /// Invalid argument, similar to `EINVAL` in POSIX.
    Invalid,
    /// I/O error, similar to `EIO` in POSIX.
    Io,
    /// Is a directory, similar to `EISDIR` in POSIX.
    IsDirectory,
    /// Too many levels of symbolic links, similar to `ELOOP` in POSIX.
    Loop,
    /// Too many links, similar to `EMLINK` in POSIX.
    TooManyLinks,
    /// Message too large, similar to `EMSGSIZE` in POSIX.
    MessageSize,
    /// Filename too long, similar to `ENAMETOOLONG` in POSIX.
    NameTooLong,
    /// No such device, similar to `ENODEV` in POSIX.
    NoDevice,
    /// No such file or directory, similar to `ENOENT` in POSIX.
    NoEntry,
    /// No locks available, similar to `ENOLCK` in POSIX.
    NoLock,
    /// Not enough space, similar to `ENOMEM` in POSIX.
    InsufficientMemory,
    /// No space left on device, similar to `ENOSPC` in POSIX.
    InsufficientSpace,
    /// Not a directory or a symbolic link to a directory, similar to `ENOTDIR` in POSIX.
    NotDirectory,
    /// Directory not empty, similar to `ENOTEMPTY` in POSIX.
    NotEmpty,
    /// State not recoverable, similar to `ENOTRECOVERABLE` in POSIX.
    NotRecoverable,
    /// Not supported, similar to `ENOTSUP` and `ENOSYS` in POSIX.
    Unsupported,
    /// Inappropriate I/O control operation, similar to `ENOTTY` in POSIX.
    NoTty,
    /// No such device or address, similar to `ENXIO` in POSIX.
    NoSuchDevice,
    /// Value too large to be stored in data type, similar to `EOVERFLOW` in POSIX.
    Overflow,
    /// Operation not permitted, similar to `EPERM` in POSIX.
    NotPermitted,
    /// Broken pipe, similar to `EPIPE` in POSIX.
    Pipe,
    /// Read-only file system, similar to `EROFS` in POSIX.
    ReadOnly,
    /// Invalid seek, similar to `ESPIPE` in POSIX.
    InvalidSeek,
    /// Text file busy, similar to `ETXTBSY` in POSIX.
    TextFileBusy,
    /// Cross-device link, similar to `EXDEV` in POSIX.
    CrossDevice,
}

/// File or memory access pattern advisory information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum Advice {
    /// The application has no advice to give on its behavior with respect
    /// to the specified data.
    Normal,
    /// The application expects to access the specified data sequentially
    /// from lower offsets to higher offsets.
    Sequential,
    /// The application expects to access the specified data in a random
    /// order.
    Random,
    /// The application expects to access the specified data in the near
    /// future.
    WillNeed,
    /// The application expects that it will not access the specified data
    /// in the near future.
    DontNeed,
    /// The application expects to access the specified data once and then
    /// not reuse it thereafter.
    NoReuse,
}

/// A 128-bit hash value, split into parts because wasm doesn't have a
/// 128-bit integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct MetadataHashValue {
    /// 64 bits of a 128-bit hash value.
    pub lower: u64,
    /// Another 64 bits of a 128-bit hash value.
    pub upper: u64,
}

/// A descriptor is a reference to a filesystem object, which may be a file,
/// directory, named pipe, special file, or other object on which filesystem
/// calls may be made.
#[derive(Debug)]
pub enum Descriptor {}

/// A stream of directory entries.
#[derive(Debug)]
pub enum DirectoryEntryStream {}

/// What a host does for guests that import `wasi:filesystem/types@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Types {
    /// Return a stream for reading from a file, if available.
    ///
    /// May fail with an error-code describing why the file cannot be read.
    ///
    /// Multiple read, write, and append streams may be active on the same open
    /// file and they do not interfere with each other.
    ///
    /// Note: This allows using `read-stream`, which is similar to `read` in POSIX.
    fn descriptor_read_via_stream(
        &mut self,
        this: Resource<Descriptor>,
        offset: Filesize,
    ) -> Result<Result<Resource<InputStream>, ErrorCode>, HostError>;

    /// Return a stream for writing to a file, if available.
    ///
    /// May fail with an error-code describing why the file cannot be written.
    ///
    /// Note: This allows using `write-stream`, which is similar to `write` in
    /// POSIX.
    fn descriptor_write_via_stream(
        &mut self,
        this: Resource<Descriptor>,
        offset: Filesize,
    ) -> Result<Result<Resource<OutputStream>, ErrorCode>, HostError>;

    /// Return a stream for appending to a file, if available.
    ///
    /// May fail with an error-code describing why the file cannot be appended.
    ///
    /// Note: This allows using `write-stream`, which is similar to `write` with
    /// `O_APPEND` in POSIX.
    fn descriptor_append_via_stream(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<Resource<OutputStream>, ErrorCode>, HostError>;

    /// Provide file advisory information on a descriptor.
    ///
    /// This is similar to `posix_fadvise` in POSIX.
    fn descriptor_advise(
        &mut self,
        this: Resource<Descriptor>,
        offset: Filesize,
        length: Filesize,
        advice: Advice,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Synchronize the data of a file to disk.
    ///
    /// This function succeeds with no effect if the file descriptor is not
    /// opened for writing.
    ///
    /// Note: This is similar to `fdatasync` in POSIX.
    fn descriptor_sync_data(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Get flags associated with a descriptor.
    ///
    /// Note: This returns similar flags to `fcntl(fd, F_GETFL)` in POSIX.
    ///
    /// Note: This returns the value that was the `fs_flags` value returned
    /// from `fdstat_get` in earlier versions of WASI.
    fn descriptor_get_flags(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<DescriptorFlags, ErrorCode>, HostError>;

    /// Get the dynamic type of a descriptor.
    ///
    /// Note: This returns the same value as the `type` field of the `fd-stat`
    /// returned by `stat`, `stat-at` and similar.
    ///
    /// Note: This returns similar flags to the `st_mode & S_IFMT` value provided
    /// by `fstat` in POSIX.
    ///
    /// Note: This returns the value that was the `fs_filetype` value returned
    /// from `fdstat_get` in earlier versions of WASI.
    fn descriptor_get_type(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<DescriptorType, ErrorCode>, HostError>;

    /// Adjust the size of an open file. If this increases the file's size, the
    /// extra bytes are filled with zeros.
    ///
    /// Note: This was called `fd_filestat_set_size` in earlier versions of WASI.
    fn descriptor_set_size(
        &mut self,
        this: Resource<Descriptor>,
        size: Filesize,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Adjust the timestamps of an open file or directory.
    ///
    /// Note: This is similar to `futimens` in POSIX.
    ///
    /// Note: This was called `fd_filestat_set_times` in earlier versions of WASI.
    fn descriptor_set_times(
        &mut self,
        this: Resource<Descriptor>,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Read from a descriptor, without using and updating the descriptor's offset.
    ///
    /// This function returns a list of bytes containing the data that was
    /// read, along with a bool which, when true, indicates that the end of the
    /// file was reached. The returned list will contain up to `length` bytes; it
    /// may return fewer than requested, if the end of the file is reached or
    /// if the I/O operation is interrupted.
    ///
    /// In the future, this may change to return a `stream<u8, error-code>`.
    ///
    /// Note: This is similar to `pread` in POSIX.
    fn descriptor_read(
        &mut self,
        this: Resource<Descriptor>,
        length: Filesize,
        offset: Filesize,
        fill: Fill<'_>,
    ) -> Result<Result<(Filled, bool), ErrorCode>, HostError>;

    /// Write to a descriptor, without using and updating the descriptor's offset.
    ///
    /// It is valid to write past the end of a file; the file is extended to the
    /// extent of the write, with bytes between the previous end and the start of
    /// the write set to zero.
    ///
    /// In the future, this may change to take a `stream<u8, error-code>`.
    ///
    /// Note: This is similar to `pwrite` in POSIX.
    fn descriptor_write(
        &mut self,
        this: Resource<Descriptor>,
        buffer: &[u8],
        offset: Filesize,
    ) -> Result<Result<Filesize, ErrorCode>, HostError>;

    /// Read directory entries from a directory.
    ///
    /// On filesystems where directories contain entries referring to themselves
    /// and their parents, often named `.` and `..` respectively, these entries
    /// are omitted.
    ///
    /// This always returns a new stream which starts at the beginning of the
    /// directory. Multiple streams may be active on the same directory, and they
    /// do not interfere with each other.
    fn descriptor_read_directory(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<Resource<DirectoryEntryStream>, ErrorCode>, HostError>;

    /// Synchronize the data and metadata of a file to disk.
    ///
    /// This function succeeds with no effect if the file descriptor is not
    /// opened for writing.
    ///
    /// Note: This is similar to `fsync` in POSIX.
    fn descriptor_sync(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Create a directory.
    ///
    /// Note: This is similar to `mkdirat` in POSIX.
    fn descriptor_create_directory_at(
        &mut self,
        this: Resource<Descriptor>,
        path: &str,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Return the attributes of an open file or directory.
    ///
    /// Note: This is similar to `fstat` in POSIX, except that it does not return
    /// device and inode information. For testing whether two descriptors refer to
    /// the same underlying filesystem object, use `is-same-object`. To obtain
    /// additional data that can be used do determine whether a file has been
    /// modified, use `metadata-hash`.
    ///
    /// Note: This was called `fd_filestat_get` in earlier versions of WASI.
    fn descriptor_stat(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<DescriptorStat, ErrorCode>, HostError>;

    /// Return the attributes of a file or directory.
    ///
    /// Note: This is similar to `fstatat` in POSIX, except that it does not
    /// return device and inode information. See the `stat` description for a
    /// discussion of alternatives.
    ///
    /// Note: This was called `path_filestat_get` in earlier versions of WASI.
    fn descriptor_stat_at(
        &mut self,
        this: Resource<Descriptor>,
        path_flags: PathFlags,
        path: &str,
    ) -> Result<Result<DescriptorStat, ErrorCode>, HostError>;

    /// Adjust the timestamps of a file or directory.
    ///
    /// Note: This is similar to `utimensat` in POSIX.
    ///
    /// Note: This was called `path_filestat_set_times` in earlier versions of
    /// WASI.
    fn descriptor_set_times_at(
        &mut self,
        this: Resource<Descriptor>,
        path_flags: PathFlags,
        path: &str,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Create a hard link.
    ///
    /// Fails with `error-code::no-entry` if the old path does not exist,
    /// with `error-code::exist` if the new path already exists, and
    /// `error-code::not-permitted` if the old path is not a file.
    ///
    /// Note: This is similar to `linkat` in POSIX.
    fn descriptor_link_at(
        &mut self,
        this: Resource<Descriptor>,
        old_path_flags: PathFlags,
        old_path: &str,
        new_descriptor: Resource<Descriptor>,
        new_path: &str,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Open a file or directory.
    ///
    /// If `flags` contains `descriptor-flags::mutate-directory`, and the base
    /// descriptor doesn't have `descriptor-flags::mutate-directory` set,
    /// `open-at` fails with `error-code::read-only`.
    ///
    /// If `flags` contains `write` or `mutate-directory`, or `open-flags`
    /// contains `truncate` or `create`, and the base descriptor doesn't have
    /// `descriptor-flags::mutate-directory` set, `open-at` fails with
    /// `error-code::read-only`.
    ///
    /// Note: This is similar to `openat` in POSIX.
    fn descriptor_open_at(
        &mut self,
        this: Resource<Descriptor>,
        path_flags: PathFlags,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Result<Resource<Descriptor>, ErrorCode>, HostError>;

    /// Read the contents of a symbolic link.
    ///
    /// If the contents contain an absolute or rooted path in the underlying
    /// filesystem, this function fails with `error-code::not-permitted`.
    ///
    /// Note: This is similar to `readlinkat` in POSIX.
    fn descriptor_readlink_at(
        &mut self,
        this: Resource<Descriptor>,
        path: &str,
    ) -> Result<Result<String, ErrorCode>, HostError>;

    /// Remove a directory.
    ///
    /// Return `error-code::not-empty` if the directory is not empty.
    ///
    /// Note: This is similar to `unlinkat(fd, path, AT_REMOVEDIR)` in POSIX.
    fn descriptor_remove_directory_at(
        &mut self,
        this: Resource<Descriptor>,
        path: &str,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Rename a filesystem object.
    ///
    /// Note: This is similar to `renameat` in POSIX.
    fn descriptor_rename_at(
        &mut self,
        this: Resource<Descriptor>,
        old_path: &str,
        new_descriptor: Resource<Descriptor>,
        new_path: &str,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Create a symbolic link (also known as a "symlink").
    ///
    /// If `old-path` starts with `/`, the function fails with
    /// `error-code::not-permitted`.
    ///
    /// Note: This is similar to `symlinkat` in POSIX.
    fn descriptor_symlink_at(
        &mut self,
        this: Resource<Descriptor>,
        old_path: &str,
        new_path: &str,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Unlink a filesystem object that is not a directory.
    ///
    /// Return `error-code::is-directory` if the path refers to a directory.
    /// Note: This is similar to `unlinkat(fd, path, 0)` in POSIX.
    fn descriptor_unlink_file_at(
        &mut self,
        this: Resource<Descriptor>,
        path: &str,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Test whether two descriptors refer to the same filesystem object.
    ///
    /// In POSIX, this corresponds to testing whether the two descriptors have the
    /// same device (`st_dev`) and inode (`st_ino` or `d_ino`) numbers.
    /// wasi-filesystem does not expose device and inode numbers, so this function
    /// may be used instead.
    fn descriptor_is_same_object(
        &mut self,
        this: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> Result<bool, HostError>;

    /// Return a hash of the metadata associated with a filesystem object referred
    /// to by a descriptor.
    ///
    /// This returns a hash of the last-modification timestamp and file size, and
    /// may also include the inode number, device number, birth timestamp, and
    /// other metadata fields that may change when the file is modified or
    /// replaced. It may also include a secret value chosen by the
    /// implementation and not otherwise exposed.
    ///
    /// Implementations are encouraged to provide the following properties:
    ///
    ///  - If the file is not modified or replaced, the computed hash value should
    ///    usually not change.
    ///  - If the object is modified or replaced, the computed hash value should
    ///    usually change.
    ///  - The inputs to the hash should not be easily computable from the
    ///    computed hash.
    ///
    /// However, none of these is required.
    fn descriptor_metadata_hash(
        &mut self,
        this: Resource<Descriptor>,
    ) -> Result<Result<MetadataHashValue, ErrorCode>, HostError>;

    /// Return a hash of the metadata associated with a filesystem object referred
    /// to by a directory descriptor and a relative path.
    ///
    /// This performs the same hash computation as `metadata-hash`.
    fn descriptor_metadata_hash_at(
        &mut self,
        this: Resource<Descriptor>,
        path_flags: PathFlags,
        path: &str,
    ) -> Result<Result<MetadataHashValue, ErrorCode>, HostError>;

    /// Read a single directory entry from a `directory-entry-stream`.
    fn directory_entry_stream_read_directory_entry(
        &mut self,
        this: Resource<DirectoryEntryStream>,
    ) -> Result<Result<Option<DirectoryEntry>, ErrorCode>, HostError>;

    /// Attempts to extract a filesystem-related `error-code` from the stream
    /// `error` provided.
    ///
    /// Stream operations which return `stream-error::last-operation-failed`
    /// have a payload with more information about the operation that failed.
    /// This payload can be passed through to this function to see if there's
    /// filesystem-related information about the error to return.
    ///
    /// Note that this function is fallible because not all stream-related
    /// errors are filesystem-related errors.
    fn filesystem_error_code(
        &mut self,
        err: Resource<Error>,
    ) -> Result<Option<ErrorCode>, HostError>;

    /// Ends this `descriptor`: its owner has dropped it.
    fn drop_descriptor(&mut self, this: Resource<Descriptor>) -> Result<(), HostError>;

    /// Ends this `directory-entry-stream`: its owner has dropped it.
    fn drop_directory_entry_stream(
        &mut self,
        this: Resource<DirectoryEntryStream>,
    ) -> Result<(), HostError>;
}

/// Defines `wasi:filesystem/types@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Types + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:filesystem/types@0.2.12");
    instance.resource::<Descriptor>("descriptor", move |mut caller, rep| {
        get(caller.data_mut()).drop_descriptor(Resource::new(rep))
    })?;
    instance.resource::<DirectoryEntryStream>("directory-entry-stream", move |mut caller, rep| {
        get(caller.data_mut()).drop_directory_entry_stream(Resource::new(rep))
    })?;
    instance.func_wrap("[method]descriptor.read-via-stream", move |mut caller, (this, offset)| {
        get(caller.data_mut()).descriptor_read_via_stream(this, offset)
    })?;
    instance.func_wrap("[method]descriptor.write-via-stream", move |mut caller, (this, offset)| {
        get(caller.data_mut()).descriptor_write_via_stream(this, offset)
    })?;
    instance.func_wrap("[method]descriptor.append-via-stream", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_append_via_stream(this)
    })?;
    instance.func_wrap(
        "[method]descriptor.advise",
        move |mut caller, (this, offset, length, advice)| {
            get(caller.data_mut()).descriptor_advise(this, offset, length, advice)
        },
    )?;
    instance.func_wrap("[method]descriptor.sync-data", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_sync_data(this)
    })?;
    instance.func_wrap("[method]descriptor.get-flags", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_get_flags(this)
    })?;
    instance.func_wrap("[method]descriptor.get-type", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_get_type(this)
    })?;
    instance.func_wrap("[method]descriptor.set-size", move |mut caller, (this, size)| {
        get(caller.data_mut()).descriptor_set_size(this, size)
    })?;
    instance.func_wrap(
        "[method]descriptor.set-times",
        move |mut caller, (this, data_access_timestamp, data_modification_timestamp)| {
            get(caller.data_mut()).descriptor_set_times(
                this,
                data_access_timestamp,
                data_modification_timestamp,
            )
        },
    )?;
    instance.func_fill("[method]descriptor.read", move |data, (this, length, offset), fill| {
        get(data).descriptor_read(this, length, offset, fill)
    })?;
    instance.func_view::<(Resource<Descriptor>, &[u8], Filesize), _, _>(
        "[method]descriptor.write",
        move |data, (this, buffer, offset)| get(data).descriptor_write(this, buffer, offset),
    )?;
    instance.func_wrap("[method]descriptor.read-directory", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_read_directory(this)
    })?;
    instance.func_wrap("[method]descriptor.sync", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_sync(this)
    })?;
    instance.func_view::<(Resource<Descriptor>, &str), _, _>(
        "[method]descriptor.create-directory-at",
        move |data, (this, path)| get(data).descriptor_create_directory_at(this, path),
    )?;
    instance.func_wrap("[method]descriptor.stat", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_stat(this)
    })?;
    instance.func_view::<(Resource<Descriptor>, PathFlags, &str), _, _>(
        "[method]descriptor.stat-at",
        move |data, (this, path_flags, path)| get(data).descriptor_stat_at(this, path_flags, path),
    )?;
    instance.func_view::<(Resource<Descriptor>, PathFlags, &str, NewTimestamp, NewTimestamp), _, _>(
        "[method]descriptor.set-times-at",
        move |data, (this, path_flags, path, data_access_timestamp, data_modification_timestamp)| {
            get(data).descriptor_set_times_at(
                this,
                path_flags,
                path,
                data_access_timestamp,
                data_modification_timestamp,
            )
        },
    )?;
    instance.func_view::<(Resource<Descriptor>, PathFlags, &str, Resource<Descriptor>, &str), _, _>(
        "[method]descriptor.link-at",
        move |data, (this, old_path_flags, old_path, new_descriptor, new_path)| {
            get(data).descriptor_link_at(this, old_path_flags, old_path, new_descriptor, new_path)
        },
    )?;
    instance.func_view::<(Resource<Descriptor>, PathFlags, &str, OpenFlags, DescriptorFlags), _, _>(
        "[method]descriptor.open-at",
        move |data, (this, path_flags, path, open_flags, flags)| {
            get(data).descriptor_open_at(this, path_flags, path, open_flags, flags)
        },
    )?;
    instance.func_view::<(Resource<Descriptor>, &str), _, _>(
        "[method]descriptor.readlink-at",
        move |data, (this, path)| get(data).descriptor_readlink_at(this, path),
    )?;
    instance.func_view::<(Resource<Descriptor>, &str), _, _>(
        "[method]descriptor.remove-directory-at",
        move |data, (this, path)| get(data).descriptor_remove_directory_at(this, path),
    )?;
    instance.func_view::<(Resource<Descriptor>, &str, Resource<Descriptor>, &str), _, _>(
        "[method]descriptor.rename-at",
        move |data, (this, old_path, new_descriptor, new_path)| {
            get(data).descriptor_rename_at(this, old_path, new_descriptor, new_path)
        },
    )?;
    instance.func_view::<(Resource<Descriptor>, &str, &str), _, _>(
        "[method]descriptor.symlink-at",
        move |data, (this, old_path, new_path)| {
            get(data).descriptor_symlink_at(this, old_path, new_path)
        },
    )?;
    instance.func_view::<(Resource<Descriptor>, &str), _, _>(
        "[method]descriptor.unlink-file-at",
        move |data, (this, path)| get(data).descriptor_unlink_file_at(this, path),
    )?;
    instance.func_wrap("[method]descriptor.is-same-object", move |mut caller, (this, other)| {
        get(caller.data_mut()).descriptor_is_same_object(this, other)
    })?;
    instance.func_wrap("[method]descriptor.metadata-hash", move |mut caller, (this,)| {
        get(caller.data_mut()).descriptor_metadata_hash(this)
    })?;
    instance.func_view::<(Resource<Descriptor>, PathFlags, &str), _, _>(
        "[method]descriptor.metadata-hash-at",
        move |data, (this, path_flags, path)| {
            get(data).descriptor_metadata_hash_at(this, path_flags, path)
        },
    )?;
    instance.func_wrap(
        "[method]directory-entry-stream.read-directory-entry",
        move |mut caller, (this,)| {
            get(caller.data_mut()).directory_entry_stream_read_directory_entry(this)
        },
    )?;
    instance.func_wrap("filesystem-error-code", move |mut caller, (err,)| {
        get(caller.data_mut()).filesystem_error_code(err)
    })?;
    Ok(())
}
