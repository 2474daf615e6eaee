//! Files that only their owner can read: traces hold prompts, answers and whatever else programs work with.
//!
//! SQLite gives `-wal`, `-shm` and `-journal` the rights of the database itself, so it has to have them before SQLite
//! opens it. Files with wider rights, which an older version or a careless umask made, lose them. On Windows the rights
//! of the folder decide, as for every file.

use std::io;
use std::path::Path;

/// Makes the file if there is none, with rights for its owner alone whatever the umask says.
#[cfg(unix)]
pub(crate) fn create(path: &Path) -> io::Result<()> {
    use std::fs::{OpenOptions, Permissions};
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    const OWNER: u32 = 0o600;
    match OpenOptions::new().write(true).create_new(true).mode(OWNER).open(path) {
        // an umask can take even the owner's rights away
        Ok(new) => new.set_permissions(Permissions::from_mode(OWNER)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes the rights of others on the database, and on the files beside it, away. Returns a line for each that changed.
#[cfg(unix)]
pub(crate) fn make_private(path: &Path) -> Vec<String> {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let mut changed = Vec::new();
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let file = beside(path, suffix);
        let Ok(found) = metadata(&file) else { continue };
        let mode = found.permissions().mode() & 0o7777;
        if !found.is_file() || mode & 0o077 == 0 {
            continue;
        }
        let (name, private) = (file.display(), mode & !0o077);
        changed.push(match set_permissions(&file, Permissions::from_mode(private)) {
            Ok(()) => {
                format!("other users had rights on {name}: its mode was {mode:o}, and is {private:o} now")
            }
            Err(error) => format!("other users have rights on {name}: its mode stays {mode:o}: {error}"),
        });
    }
    changed
}

#[cfg(not(unix))]
pub(crate) fn create(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn make_private(_: &Path) -> Vec<String> {
    Vec::new()
}

/// A file that SQLite keeps beside the database.
pub(crate) fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
