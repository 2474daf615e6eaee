//! Files of failed traces: runs that were dropped, in the form that LangSmith's SDKs write
//! (`LANGSMITH_FAILED_TRACES_DIR`): one JSON object with the body of a request. It holds no address and no key.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::age::WrittenAt;
use super::record::Label;
use super::segment;
use crate::wire::{Encoded, ZSTD};

/// Suffix of a file that is being written.
const UNFINISHED: &str = ".tmp";
/// An unfinished file of this age is abandoned: no write takes so long.
const STALE: Duration = Duration::from_secs(600);

/// The folder of such files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailedTraces {
    folder: PathBuf,
    max_bytes: u64,
}

impl FailedTraces {
    pub(crate) fn new(folder: PathBuf, max_bytes: u64) -> FailedTraces {
        FailedTraces { folder, max_bytes }
    }

    /// The same in a subfolder for one destination: bodies do not say where they were to go.
    pub(crate) fn of_destination(mut self, folder: &str) -> FailedTraces {
        self.folder.push(folder);
        self
    }

    /// The same with an absolute path: the program may change its working directory.
    pub(crate) fn absolute(mut self) -> FailedTraces {
        self.folder = std::path::absolute(&self.folder).unwrap_or(self.folder);
        self
    }

    /// Saves a body. The file appears under its name only when it is complete.
    ///
    /// # Errors
    /// If writing fails, or the folder is full.
    pub(crate) fn save(&self, encoded: &Encoded, body: &[u8]) -> io::Result<()> {
        let mut headers = json!({"Content-Type": encoded.content_type});
        if encoded.uncompressed.is_some() {
            headers["Content-Encoding"] = ZSTD.into();
        }
        let content = json!({
            "version": 1,
            "endpoint": "runs/multipart",
            "headers": headers,
            "body_base64": STANDARD.encode(body),
        });
        let text = content.to_string();
        self.create_folder()?;
        if self.bytes_used()? + text.len() as u64 > self.max_bytes {
            return Err(io::Error::other(format!("{} is full", self.folder.display())));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("trace_{:.6}_{:08x}.json", now.as_secs_f64(), fastrand::u32(..));
        let unfinished = self.folder.join(format!("{name}{UNFINISHED}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        segment::private(&mut options);
        let mut file = options.open(&unfinished)?;
        let written = file.write_all(text.as_bytes());
        drop(file);
        let written = written.and_then(|()| fs::rename(&unfinished, self.folder.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// Creates the folder for its owner alone, as runs hold the program's data.
    fn create_folder(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&self.folder)
    }

    /// How many bytes the folder holds. Deletes files that a killed process left unfinished.
    fn bytes_used(&self) -> io::Result<u64> {
        let mut sum = 0;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let Ok(metadata) = entry.metadata() else { continue };
            let is_stale = || {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let age = metadata.modified().ok().and_then(|at| at.elapsed().ok());
                name.starts_with("trace_") && name.ends_with(UNFINISHED) && age.is_some_and(|age| age > STALE)
            };
            if !(is_stale() && fs::remove_file(entry.path()).is_ok()) {
                sum += metadata.len();
            }
        }
        Ok(sum)
    }
}

/// All such files in a folder, oldest first.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("trace_") && name.ends_with(".json") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Reads such a file. `None`: it is not one.
pub(crate) fn read(text: &[u8]) -> Option<(Label, Vec<u8>)> {
    let content: Value = serde_json::from_slice(text).ok()?;
    let header = |name: &str| {
        let headers = content["headers"].as_object()?;
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str()
    };
    let body = STANDARD.decode(content["body_base64"].as_str()?).ok()?;
    let uncompressed = match header("Content-Encoding") {
        None => None,
        // whoever decompresses it knows its size before
        Some(ZSTD) => Some(0),
        Some(_) => return None,
    };
    let content_type = header("Content-Type")?.to_owned();
    Some((
        Label {
            content_type,
            uncompressed,
            plain_len: None,
            operations: Vec::new(),
            written_at: WrittenAt::default(),
        },
        body,
    ))
}
