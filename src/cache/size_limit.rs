//! Keeps a cache from growing without bound: what was not used for longest goes first.

use super::directory::Directory;
use super::error::CacheError;
use super::listing::Removed;

/// Removes files if there are more than `limit` bytes, down to nine tenths of that, so that it is
/// not to be done again soon.
pub(super) fn enforce(directory: &Directory, limit: u64) -> Result<(), CacheError> {
    let bytes: u64 = directory.files()?.iter().map(|file| file.bytes).sum();
    if bytes > limit {
        shrink(directory, limit - limit / 10)?;
    }
    Ok(())
}

/// Removes files until there are no more than `limit` bytes, and what writers left behind. Does
/// nothing if somebody else is at it.
pub(super) fn shrink(directory: &Directory, limit: u64) -> Result<Removed, CacheError> {
    let (mut removed, mut failure) = (Removed::default(), None);
    let Some(_lock) = directory.try_lock()? else { return Ok(removed) };
    directory.remove_unfinished(limit == 0)?;
    let mut files = directory.files()?;
    files.sort_by_key(|file| file.used);
    let mut bytes: u64 = files.iter().map(|file| file.bytes).sum();
    for file in files {
        if bytes <= limit && limit > 0 {
            break;
        }
        match directory.remove(&file.name) {
            Ok(()) => {
                bytes -= file.bytes;
                removed.files += 1;
                removed.bytes += file.bytes;
            }
            // In a shared directory some files may be left to their owners.
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if removed.files == 0 => Err(error),
        _ => Ok(removed),
    }
}
