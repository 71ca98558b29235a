//! Errors of the system as error codes of `wasi:filesystem`. It must not know what failed.

use crate::bindings::wasi::filesystem::types::ErrorCode;
use rustix::io::Errno;

/// The error code that a guest gets for an error.
///
/// The WIT names the errno of each of its codes. Of those that it does not name, the ones that
/// system calls on files give get the code that is nearest in meaning. All others are errors of
/// input and output.
pub(crate) fn error_code(errno: Errno) -> ErrorCode {
    named(errno).or_else(|| nearest(errno)).unwrap_or(ErrorCode::Io)
}

/// The codes that the WIT names an errno for. Numbers that mean the same on Linux are one here:
/// `EWOULDBLOCK` is `EAGAIN`, `ENOTSUP` is `EOPNOTSUPP`, and `EDEADLOCK` is `EDEADLK`.
fn named(errno: Errno) -> Option<ErrorCode> {
    Some(match errno {
        Errno::ACCESS => ErrorCode::Access,
        Errno::AGAIN => ErrorCode::WouldBlock,
        Errno::ALREADY => ErrorCode::Already,
        Errno::BADF => ErrorCode::BadDescriptor,
        Errno::BUSY => ErrorCode::Busy,
        Errno::DEADLK => ErrorCode::Deadlock,
        Errno::DQUOT => ErrorCode::Quota,
        Errno::EXIST => ErrorCode::Exist,
        Errno::FBIG => ErrorCode::FileTooLarge,
        Errno::ILSEQ => ErrorCode::IllegalByteSequence,
        Errno::INPROGRESS => ErrorCode::InProgress,
        Errno::INTR => ErrorCode::Interrupted,
        Errno::INVAL => ErrorCode::Invalid,
        Errno::IO => ErrorCode::Io,
        Errno::ISDIR => ErrorCode::IsDirectory,
        Errno::LOOP => ErrorCode::Loop,
        Errno::MLINK => ErrorCode::TooManyLinks,
        Errno::MSGSIZE => ErrorCode::MessageSize,
        Errno::NAMETOOLONG => ErrorCode::NameTooLong,
        Errno::NODEV => ErrorCode::NoDevice,
        Errno::NOENT => ErrorCode::NoEntry,
        Errno::NOLCK => ErrorCode::NoLock,
        Errno::NOMEM => ErrorCode::InsufficientMemory,
        Errno::NOSPC => ErrorCode::InsufficientSpace,
        Errno::NOTDIR => ErrorCode::NotDirectory,
        Errno::NOTEMPTY => ErrorCode::NotEmpty,
        Errno::NOTRECOVERABLE => ErrorCode::NotRecoverable,
        Errno::NOTSUP | Errno::NOSYS => ErrorCode::Unsupported,
        Errno::NOTTY => ErrorCode::NoTty,
        Errno::NXIO => ErrorCode::NoSuchDevice,
        Errno::OVERFLOW => ErrorCode::Overflow,
        Errno::PERM => ErrorCode::NotPermitted,
        Errno::PIPE => ErrorCode::Pipe,
        Errno::ROFS => ErrorCode::ReadOnly,
        Errno::SPIPE => ErrorCode::InvalidSeek,
        Errno::TXTBSY => ErrorCode::TextFileBusy,
        Errno::XDEV => ErrorCode::CrossDevice,
        _ => return None,
    })
}

/// The codes for errors that the WIT has no name for.
fn nearest(errno: Errno) -> Option<ErrorCode> {
    Some(match errno {
        // Descriptors of the process or of the system have run out: what the host has no more of.
        Errno::MFILE | Errno::NFILE | Errno::NOBUFS => ErrorCode::InsufficientMemory,
        // The file system has users of its own.
        Errno::USERS => ErrorCode::Quota,
        Errno::TOOBIG | Errno::RANGE => ErrorCode::Overflow,
        // The server of a file no longer knows it.
        Errno::STALE => ErrorCode::NoEntry,
        Errno::TIMEDOUT => ErrorCode::Interrupted,
        Errno::NOMEDIUM | Errno::NODATA => ErrorCode::NoDevice,
        Errno::KEYEXPIRED | Errno::KEYREVOKED | Errno::NOKEY => ErrorCode::Access,
        Errno::FAULT => ErrorCode::Invalid,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Every number that Linux may give.
    fn all() -> impl Iterator<Item = Errno> {
        (1..4096).map(Errno::from_raw_os_error)
    }

    #[test]
    fn every_code_has_an_error_of_its_own() {
        let mut codes = HashSet::new();
        for errno in all() {
            if let Some(code) = named(errno) {
                assert!(codes.insert(code) || errno == Errno::NOTSUP, "{errno:?}, beside `ENOSYS`");
            }
        }
        assert_eq!(codes.len(), 37, "as many as the WIT has");
    }

    #[test]
    fn an_error_has_one_code_and_what_nobody_knows_is_an_error_of_input_and_output() {
        for errno in all() {
            assert!(named(errno).is_none() || nearest(errno).is_none(), "{errno:?}");
        }
        assert_eq!(error_code(Errno::MFILE), ErrorCode::InsufficientMemory);
        assert_eq!(error_code(Errno::from_raw_os_error(4000)), ErrorCode::Io);
    }
}
