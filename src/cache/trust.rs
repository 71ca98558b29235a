//! Whose directories and files a cache uses. Loading an object is running native code.

use super::error::Distrust;
use rustix::fs::{FileType, Stat};
use rustix::process::geteuid;

/// Permission of the group and of all others to write.
const OTHERS_WRITE: u32 = 0o022;
/// Only the owner of a file may rename or remove it, whoever may write to its directory.
const STICKY: u32 = 0o1000;

/// Whom a cache trusts to run code in this process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Trust {
    /// This user alone. Nobody else may be able to write to the directory.
    #[default]
    ThisUser,
    /// This user and those with these numbers, as on a volume that is shared. Others may write to
    /// the directory only if it is sticky, and what they put there is not used.
    Users(Vec<u32>),
}

impl Trust {
    /// The mode of files that are made: others read only what they are to share.
    pub(super) fn file_mode(&self) -> u32 {
        match self {
            Trust::ThisUser => 0o600,
            Trust::Users(_) => 0o644,
        }
    }

    /// Can what lies in a directory be used?
    pub(super) fn directory(&self, stat: &Stat) -> Result<(), Distrust> {
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
            return Err(Distrust::Kind("directory"));
        }
        let is_sticky = stat.st_mode & STICKY != 0 && *self != Trust::ThisUser;
        self.owner(stat)?;
        if is_sticky { Ok(()) } else { not_writable(stat) }
    }

    /// Can a file be used?
    pub(super) fn file(&self, stat: &Stat) -> Result<(), Distrust> {
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Distrust::Kind("file"));
        }
        self.owner(stat)?;
        not_writable(stat)
    }

    fn owner(&self, stat: &Stat) -> Result<(), Distrust> {
        let is_trusted = match self {
            Trust::ThisUser => false,
            Trust::Users(users) => users.contains(&stat.st_uid),
        };
        if is_trusted || stat.st_uid == geteuid().as_raw() { Ok(()) } else { Err(Distrust::Owner(stat.st_uid)) }
    }
}

fn not_writable(stat: &Stat) -> Result<(), Distrust> {
    if stat.st_mode & OTHERS_WRITE == 0 { Ok(()) } else { Err(Distrust::Writable(stat.st_mode & 0o7777)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the system says of a file with this mode and owner.
    fn stat(kind: FileType, mode: u32, owner: u32) -> Stat {
        let mut stat = rustix::fs::stat("/").unwrap();
        stat.st_mode = kind.as_raw_mode() | mode;
        stat.st_uid = owner;
        stat
    }

    #[test]
    fn only_what_trusted_users_alone_can_write_is_used() {
        let own = geteuid().as_raw();
        let (other, third) = (own + 1, own + 2);
        let users = Trust::Users(vec![other]);
        let file = |mode, owner| stat(FileType::RegularFile, mode, owner);
        assert_eq!(Trust::ThisUser.file(&file(0o600, own)), Ok(()));
        assert_eq!(Trust::ThisUser.file(&file(0o644, own)), Ok(()));
        assert_eq!(Trust::ThisUser.file(&file(0o620, own)), Err(Distrust::Writable(0o620)));
        assert_eq!(Trust::ThisUser.file(&file(0o602, own)), Err(Distrust::Writable(0o602)));
        assert_eq!(Trust::ThisUser.file(&file(0o600, other)), Err(Distrust::Owner(other)));
        assert_eq!(users.file(&file(0o644, other)), Ok(()));
        assert_eq!(users.file(&file(0o644, third)), Err(Distrust::Owner(third)));
        assert_eq!(users.file(&file(0o664, other)), Err(Distrust::Writable(0o664)));
        assert_eq!(users.file(&stat(FileType::Symlink, 0o600, own)), Err(Distrust::Kind("file")));
    }

    #[test]
    fn a_directory_that_others_write_to_must_be_sticky_and_shared() {
        let own = geteuid().as_raw();
        let users = Trust::Users(vec![own + 1]);
        let directory = |mode, owner| stat(FileType::Directory, mode, owner);
        assert_eq!(Trust::ThisUser.directory(&directory(0o700, own)), Ok(()));
        assert_eq!(Trust::ThisUser.directory(&directory(0o1777, own)), Err(Distrust::Writable(0o1777)));
        assert_eq!(Trust::ThisUser.directory(&directory(0o700, own + 1)), Err(Distrust::Owner(own + 1)));
        assert_eq!(users.directory(&directory(0o1777, own + 1)), Ok(()));
        assert_eq!(users.directory(&directory(0o777, own + 1)), Err(Distrust::Writable(0o777)));
        assert_eq!(users.directory(&directory(0o1777, own + 2)), Err(Distrust::Owner(own + 2)));
        assert_eq!(users.directory(&stat(FileType::RegularFile, 0o700, own)), Err(Distrust::Kind("directory")));
    }
}
