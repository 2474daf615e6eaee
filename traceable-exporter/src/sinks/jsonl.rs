//! JSON lines: writes each operation as one line.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use traceable_core::{OperationKind, RunOperation, RunSink};
use uuid::Uuid;

use super::writer_stats::WriterStats;
use super::writer_thread::{Target, WriterThread};
use crate::wire::{self, Field, PartWriter, Resource};

/// Writes runs to a file, one line of JSON per operation, for `jq`, a data frame or a script. Needs no server and no
/// account.
///
/// A line has the fields that LangSmith's `/runs/batch` takes, in one object, after `op`: `"post"` when a run starts,
/// `"patch"` when it ends or changes. Attachments are listed with `name`, `mime_type` and `size`, without their
/// content.
///
/// The producer formats the line; a thread writes it. At most [`max_bytes`](Self::max_bytes) wait; lines that exceed
/// them are dropped, and [`stats`](Self::stats) counts them. If writing fails, a warning says so, and the thread
/// retries. Dropping the sink does not wait: [`flush`](RunSink::flush) it before the program ends, or call
/// [`process::flush`](traceable_core::process::flush) if it is the process's sink.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use traceable_core::{RunSink, RunTree};
/// use traceable_exporter::JsonLines;
///
/// let path = std::env::temp_dir().join(format!("runs-{}.jsonl", std::process::id()));
/// let file = Arc::new(JsonLines::create(&path)?.project("demo"));
/// RunTree::builder("step").sink(file.clone()).build().post().end().patch();
/// assert!(file.flush(Duration::from_secs(5)));
///
/// let text = std::fs::read_to_string(&path)?;
/// let start: serde_json::Value = serde_json::from_str(text.lines().next().unwrap())?;
/// assert_eq!((&start["op"], &start["name"]), (&"post".into(), &"step".into()));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `LANGSMITH_HIDE_INPUTS` and the like are settings of exporters, and are **not** applied here: the file holds runs
/// as the program made them. To redact them, wrap the sink in a [`RedactingSink`](crate::RedactingSink):
///
/// ```
/// # use std::{sync::Arc, time::Duration};
/// # use traceable_core::{RunSink, RunTree};
/// use traceable_exporter::{JsonLines, RedactingSink, Redaction};
///
/// # let path = std::env::temp_dir().join(format!("redacted-{}.jsonl", std::process::id()));
/// let hides = |name: &str| std::env::var(name).is_ok_and(|value| value == "true");
/// let redaction = Redaction::new().hide_inputs(true).hide_outputs(hides("LANGSMITH_HIDE_OUTPUTS"));
/// let file = Arc::new(RedactingSink::new(redaction, Arc::new(JsonLines::create(&path)?)));
/// let inputs = serde_json::json!({"user": "ada@example.org"});
/// RunTree::builder("login").inputs(inputs).sink(file.clone()).build().post();
/// assert!(file.flush(Duration::from_secs(5)));
/// assert!(!std::fs::read_to_string(&path)?.contains("ada@"));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// For a whole program: `traceable_core::process::install_sink(file)`.
pub struct JsonLines {
    lines: WriterThread,
    resource: Resource,
}

/// How many bytes may wait, unless the program says otherwise.
const MAX_BYTES: usize = 16 << 20;

impl JsonLines {
    /// Writes to this file from its beginning; its old content is lost. A new file can be read by its owner only (on
    /// Unix: mode 0600), as runs hold the program's data.
    ///
    /// # Errors
    /// If the file cannot be opened for writing.
    pub fn create(path: impl AsRef<Path>) -> io::Result<JsonLines> {
        private(OpenOptions::new().write(true).truncate(true)).open(&path)?;
        JsonLines::append(path)
    }

    /// Writes to the end of this file; creates it as [`create`](Self::create) does. Several processes may write to
    /// one file, also copies made by `fork`.
    ///
    /// # Errors
    /// If the file cannot be opened for writing.
    pub fn append(path: impl AsRef<Path>) -> io::Result<JsonLines> {
        // absolute, so that a change of the working directory does not change the file
        let path = std::path::absolute(path)?;
        let name = path.display().to_string();
        let open = move || -> io::Result<File> { private(OpenOptions::new().append(true)).open(&path) };
        let file = open()?;
        let reopen = move || open().map(|file| Box::new(file) as Box<dyn Write + Send>);
        Ok(JsonLines::on(name, Target::Open(Box::new(reopen)), Box::new(file)))
    }

    /// Writes to a writer: a pipe, a compressor, a buffer of a test. One thread uses it, and flushes it after each
    /// group of lines; a copy of the process, made by `fork`, does not use it. If it panics, nothing more is written.
    ///
    /// ```
    /// let sink = traceable_exporter::JsonLines::to(std::io::stderr());
    /// # drop(sink);
    /// ```
    pub fn to(writer: impl Write + Send + 'static) -> JsonLines {
        JsonLines::on("the writer of JSON lines".to_owned(), Target::Given, Box::new(writer))
    }

    fn on(name: String, target: Target, writer: Box<dyn Write + Send>) -> JsonLines {
        let lines = WriterThread::new(name, target, writer, MAX_BYTES);
        JsonLines { lines, resource: Resource::new("default".to_owned(), None) }
    }

    /// Sets the project of runs that name none. Default: `default`.
    #[must_use = "the project is set on what is returned"]
    pub fn project(mut self, name: impl Into<String>) -> JsonLines {
        self.resource = Resource::new(name.into(), None);
        self
    }

    /// Sets how many bytes may wait to be written. Default: 16 MiB.
    #[must_use = "the bound is set on what is returned"]
    pub fn max_bytes(mut self, bytes: usize) -> JsonLines {
        self.lines.set_max_bytes(bytes);
        self
    }

    /// What became of the lines so far.
    pub fn stats(&self) -> WriterStats {
        self.lines.stats()
    }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.create(true)
}

impl RunSink for JsonLines {
    fn submit(&self, operation: RunOperation) {
        let mut line = JsonLine::default();
        wire::write(&operation, &mut line, &mut Vec::new(), &self.resource);
        self.lines.push(&line.finish(), 1);
    }

    fn default_project(&self) -> Option<&str> {
        self.resource.placement.project()
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.lines.flush(timeout)
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// One operation, as one line.
#[derive(Default)]
struct JsonLine {
    text: Vec<u8>,
    attachments: Vec<serde_json::Value>,
}

impl JsonLine {
    fn finish(mut self) -> Vec<u8> {
        if !self.attachments.is_empty() {
            self.text.extend_from_slice(b",\"attachments\":");
            self.text.extend_from_slice(serde_json::Value::from(self.attachments).to_string().as_bytes());
        }
        self.text.extend_from_slice(b"}\n");
        self.text
    }
}

impl PartWriter for JsonLine {
    fn main(&mut self, kind: OperationKind, _id: Uuid, json: &[u8]) {
        let op: &[u8] =
            if kind == OperationKind::Post { b"{\"op\":\"post\"," } else { b"{\"op\":\"patch\"," };
        self.text.extend_from_slice(op);
        let json = json.strip_prefix(b"{").unwrap_or(json);
        // the closing brace follows the fields
        self.text.extend_from_slice(json.strip_suffix(b"}").unwrap_or(json));
    }

    fn field(&mut self, field: Field, json: &[u8]) {
        self.text.extend_from_slice(b",\"");
        self.text.extend_from_slice(field.name().as_bytes());
        self.text.extend_from_slice(b"\":");
        let start = self.text.len();
        self.text.extend_from_slice(json);
        // raw JSON of the program may span several lines; line breaks occur only between tokens, where a space is as
        // good
        for byte in &mut self.text[start..] {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }

    fn attachment(&mut self, name: &str, mime_type: &str, bytes: &[u8]) {
        let size = bytes.len();
        self.attachments.push(serde_json::json!({"name": name, "mime_type": mime_type, "size": size}));
    }
}
