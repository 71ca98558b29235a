//! From one stream to the other: by the system alone where both are files or pipes, else through
//! a buffer of the host.
//!
//! It never waits. It must not know how its caller does.

use super::{InputStream, Mode, OutputStream, Stop};
use rustix::fd::BorrowedFd;
use rustix::fs::{FileType, copy_file_range, fstat};
use rustix::io::Errno;
use rustix::pipe::{SpliceFlags, splice};

/// How much the system is asked to move at once: other guests of the host may wait for the same
/// disk.
const AT_ONCE: u64 = 1 << 20;

/// What the system can move bytes from or to.
#[derive(Debug)]
pub struct End<'a> {
    /// A file or a pipe.
    pub fd: BorrowedFd<'a>,
    /// Where in the file; moved bytes advance it. `None` is the descriptor's own position.
    pub position: Option<&'a mut u64>,
}

impl End<'_> {
    fn file_type(&self) -> Option<FileType> {
        Some(FileType::from_raw_mode(fstat(self.fd).ok()?.st_mode))
    }
}

/// Moves up to `len` bytes, no more than the sink accepts. `room` is for bytes that the system
/// does not move alone. Returns how many were moved: 0 if the sink accepts nothing now, or the
/// source has nothing.
pub fn transfer(
    input: &mut dyn InputStream,
    output: &mut dyn OutputStream,
    len: u64,
    room: &mut [u8],
) -> Result<u64, Stop> {
    let len = len.min(output.check_write()?);
    if len == 0 {
        return Ok(0);
    }
    if let (Some(from), Some(to)) = (input.end(), output.end())
        && let Some(moved) = transfer_by_system(from, to, len.min(AT_ONCE))
    {
        return Ok(moved);
    }
    let len = len.min(room.len() as u64) as usize;
    let read = match input.read(&mut room[..len], Mode::Try) {
        Err(Stop::WouldBlock) => 0,
        outcome => outcome?,
    };
    output.write(&room[..read], Mode::Try)?;
    Ok(read as u64)
}

/// Lets the system move bytes. `None` if it will not, or moves none: ordinary reading and writing
/// will say why. The end of a file is among the reasons; some files of `/proc` seem to be empty.
fn transfer_by_system(from: End<'_>, to: End<'_>, len: u64) -> Option<u64> {
    let len = usize::try_from(len).ok()?;
    let moved = match (from.file_type()?, to.file_type()?) {
        (FileType::RegularFile, FileType::RegularFile) => {
            copy_file_range(from.fd, from.position, to.fd, to.position, len)
        }
        (FileType::RegularFile | FileType::Fifo, FileType::Fifo) | (FileType::Fifo, FileType::RegularFile) => {
            splice(from.fd, from.position, to.fd, to.position, len, SpliceFlags::NONBLOCK)
        }
        _ => return None,
    };
    match moved {
        Ok(0) => None,
        Ok(moved) => Some(moved as u64),
        // The ends are as they were before. A full or empty pipe may be seen otherwise by now.
        Err(Errno::AGAIN | Errno::INTR) => Some(0),
        Err(_) => None,
    }
}
