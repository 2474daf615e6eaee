//! Checks the database of a collector: whether it is there, whose it is, how large, and whether it can be read.

use std::path::Path;

use traceable_viewer::{Store, StoreError, WriteLock, error_chain, format_bytes};

use super::finding::Finding;

pub(crate) fn check(path: &Path) -> Vec<Finding> {
    let shown = path.display();
    let store = match Store::open(path) {
        Ok(store) => store,
        Err(StoreError::Missing(_)) => {
            let text = format!("there is no database at {shown}");
            let advice = "`traceable serve` makes one; --db or TRACEABLE_DB names another";
            return vec![Finding::notable("database", text, advice)];
        }
        Err(error) => {
            let advice = match &error {
                StoreError::Version { found, known } if found < known => {
                    "start `traceable serve` once, which brings it up to date"
                }
                StoreError::Version { .. } => "update traceable: a newer version wrote it",
                StoreError::Foreign(_) => "name another file by --db or TRACEABLE_DB",
                _ => "check that nobody else holds or has damaged the file",
            };
            return vec![Finding::wrong("database", format!("{shown}: {}", error_chain(&error)), advice)];
        }
    };
    let mut findings = vec![contents(&store)];
    findings.extend(lock(&store));
    findings.extend(rights(path));
    findings
}

/// Whether a collector could store anything.
fn lock(store: &Store) -> Option<Finding> {
    let shown = store.path().display();
    match store.write_lock() {
        Ok(WriteLock::Held) => Some(Finding::wrong(
            "database",
            format!("{shown}: another program holds the lock, so that nothing is stored"),
            "find it (`fuser` or `lsof` with the file's name), and end its transaction",
        )),
        Ok(WriteLock::ReadOnly) => Some(Finding::wrong(
            "database",
            format!("{shown} can only be read, so that nothing is stored"),
            "check the rights of the file and its folder, and the room on the disk",
        )),
        Ok(_) => None,
        Err(error) => Some(Finding::wrong("database", format!("{shown}: {}", error_chain(&error)), "")),
    }
}

fn contents(store: &Store) -> Finding {
    let shown = store.path().display();
    let size = |suffix: &str| {
        let mut name = store.path().as_os_str().to_owned();
        name.push(suffix);
        std::fs::metadata(name).map_or(0, |file| file.len())
    };
    let bytes = format_bytes(size("") + size("-wal"));
    match store.latest_trace() {
        Ok(Some(_)) => Finding::good("database", format!("{shown}: {bytes}, with traces")),
        Ok(None) => Finding::notable(
            "database",
            format!("{shown}: {bytes}, and no traces yet"),
            "`traceable demo` stores an example",
        ),
        Err(error) => {
            let text = format!("{shown}: {}", error_chain(&error));
            Finding::wrong("database", text, "check that nobody else holds or has damaged the file")
        }
    }
}

#[cfg(unix)]
fn rights(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        let text = format!("others on this machine can read or write {} (mode {mode:o})", path.display());
        Finding::wrong("database", text, format!("chmod 600 {}", path.display()))
    })
}

#[cfg(not(unix))]
fn rights(_: &Path) -> Option<Finding> {
    None
}
