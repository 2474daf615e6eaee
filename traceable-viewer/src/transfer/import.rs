//! Lines of JSON to runs in a database.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use crate::extract::Prices;
use crate::ingest::{self, RequestLimits};
use crate::memory_budget::MemoryBudget;
use crate::model::change::NewFeedback;
use crate::store::{StoreError, SubmitError, Writer, WriterHandle, WriterSettings};

/// Lines that are stored together.
const BATCH_LINES: usize = 500;
/// Bytes of lines that are stored together; a longer line is stored alone.
const BATCH_BYTES: usize = 8 << 20;

/// What servers add to a run, and what follows from its other fields: said of a run that is read back, and not part of it.
const DERIVED: &[&str] = &[
    "app_path",
    "child_run_ids",
    "child_runs",
    "completion_cost",
    "completion_cost_details",
    "completion_token_details",
    "completion_tokens",
    "direct_child_run_ids",
    "execution_order",
    "feedback_stats",
    "first_token_time",
    "in_dataset",
    "inputs_preview",
    "inputs_s3_urls",
    "is_root",
    "last_queued_at",
    "manifest_id",
    "manifest_s3_id",
    "outputs_preview",
    "outputs_s3_urls",
    "parent_run_ids",
    "price_model_id",
    "prompt_cost",
    "prompt_cost_details",
    "prompt_token_details",
    "prompt_tokens",
    "reference_dataset_id",
    "s3_urls",
    "share_token",
    "status",
    "thread_id",
    "total_cost",
    "total_tokens",
    "trace_first_received_at",
    "trace_max_start_time",
    "trace_min_start_time",
    "trace_tier",
    "trace_upgrade",
    "ttl_seconds",
];

/// How many reasons are kept.
const MAX_REASONS: usize = 10;

/// Why an import stopped.
///
/// Texts do not repeat the cause: it is the error's [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The database cannot be opened or made.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of prices cannot be read.
    #[error("cannot read prices from `{}`: {problem}; expected is LiteLLM's model_prices_and_context_window.json", path.display())]
    Prices {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// What was read is not stored.
    #[error("the import stopped: {0}")]
    NotStored(String),
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// Runs, files and feedback that are stored.
    pub stored: usize,
    /// Lines, runs and feedback that were refused.
    pub refused: usize,
    /// Why, for the first ten of them.
    pub reasons: Vec<String>,
}

/// Stores runs in a database, also while a viewer writes to it. What is stored already stays and is added to, so that an
/// import can be repeated.
#[derive(Debug)]
pub struct Importer {
    // before the writer, which waits for all handles to go
    handle: WriterHandle,
    _writer: Writer,
    runtime: tokio::runtime::Runtime,
    memory: MemoryBudget,
    waiting: Waiting,
    lines: u64,
    imported: Imported,
}

/// What is stored next.
#[derive(Debug, Default)]
struct Waiting {
    runs: Vec<String>,
    /// The line of each run.
    lines: Vec<u64>,
    /// The line of each id.
    ids: HashMap<String, u64>,
    feedback: Vec<(NewFeedback, u64)>,
    bytes: usize,
}

impl Importer {
    /// Opens the database, or makes it.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ImportError> {
        Self::start(path.as_ref(), WriterSettings::default())
    }

    /// Opens the database likewise; runs that name no costs get them from a file with the prices of models, in the form of
    /// LiteLLM's public list `model_prices_and_context_window.json`.
    ///
    /// # Errors
    ///
    /// It cannot be written, or the file of prices cannot be read.
    pub fn open_with_prices(path: impl AsRef<Path>, prices: impl AsRef<Path>) -> Result<Self, ImportError> {
        let file = prices.as_ref();
        let prices =
            Prices::read(file).map_err(|problem| ImportError::Prices { path: file.to_owned(), problem })?;
        Self::start(path.as_ref(), WriterSettings { prices: Some(prices), ..WriterSettings::default() })
    }

    fn start(path: &Path, settings: WriterSettings) -> Result<Self, ImportError> {
        let (writer, handle) = Writer::start(path, settings, &mut |_, _| {})?;
        if let Some(why) = writer.read_only() {
            return Err(ImportError::NotStored(why.to_string()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(StoreError::from)?;
        Ok(Importer {
            handle,
            _writer: writer,
            runtime,
            memory: MemoryBudget::new(usize::MAX / 2),
            waiting: Waiting::default(),
            lines: 0,
            imported: Imported::default(),
        })
    }

    /// Takes a line, as `export_line` writes it or as LangSmith's SDKs dump a run. A blank one is skipped; one that holds
    /// no run is refused, and counted.
    ///
    /// # Errors
    ///
    /// The lines so far could not be stored.
    pub fn line(&mut self, line: &str) -> Result<(), ImportError> {
        self.lines += 1;
        if line.trim().is_empty() {
            return Ok(());
        }
        match self.read(line) {
            Ok(run) => {
                self.waiting.bytes += run.len();
                self.waiting.runs.push(run);
                self.waiting.lines.push(self.lines);
            }
            Err(why) => self.refuse(&why),
        }
        if self.waiting.runs.len() >= BATCH_LINES || self.waiting.bytes >= BATCH_BYTES {
            self.store()
        } else {
            Ok(())
        }
    }

    /// Stores what is left, and tells what became of everything.
    ///
    /// # Errors
    ///
    /// The last lines could not be stored.
    pub fn finish(mut self) -> Result<Imported, ImportError> {
        self.store()?;
        Ok(self.imported)
    }

    /// The run of a line, without what is no part of it; its feedback is put aside.
    fn read(&mut self, line: &str) -> Result<String, String> {
        let mut members: BTreeMap<String, &RawValue> =
            serde_json::from_str(line).map_err(|error| format!("it is no JSON object: {error}"))?;
        for key in DERIVED {
            members.remove(*key);
        }
        if let Some(list) = members.remove("feedback") {
            let list: Vec<&RawValue> = serde_json::from_str(list.get()).unwrap_or_default();
            for document in list {
                match feedback(document) {
                    Ok(feedback) => self.waiting.feedback.push((feedback, self.lines)),
                    Err(why) => self.refuse(&why),
                }
            }
        }
        // as the reasons name it; an id that is none is refused later
        let id = members.get("id").and_then(|id| serde_json::from_str::<Uuid>(id.get()).ok());
        if let Some(id) = id {
            self.waiting.ids.insert(id.to_string(), self.lines);
        }
        serde_json::to_string(&members).map_err(|error| error.to_string())
    }

    fn refuse(&mut self, why: &str) {
        self.imported.refused += 1;
        if self.imported.reasons.len() < MAX_REASONS {
            self.imported.reasons.push(format!("line {}: {why}", self.lines));
        }
    }

    fn store(&mut self) -> Result<(), ImportError> {
        let Waiting { runs, lines, mut ids, feedback, .. } = std::mem::take(&mut self.waiting);
        let body = format!("{{\"post\":[{}]}}", runs.join(","));
        let mut reservation = self.memory.reservation();
        let mut batch = ingest::read_batch(body.as_bytes(), &RequestLimits::default(), &mut reservation)
            .map_err(|error| ImportError::NotStored(format!("before line {}: {error}", self.lines + 1)))?;
        for (feedback, line) in feedback {
            ids.entry(feedback.id.to_string()).or_insert(line);
            batch.feedback.push(feedback);
        }
        let report = self.runtime.block_on(self.handle.submit(batch));
        let report = report.map_err(|error: SubmitError| ImportError::NotStored(error.to_string()))?;
        self.imported.stored += report.stored;
        self.imported.refused += report.rejected.len();
        for error in &report.rejected.listed {
            if self.imported.reasons.len() == MAX_REASONS {
                break;
            }
            let place = error.loc.join(".");
            // `post.<id>`, `attachment.<id>.<name>`; `post.<index>` of a run without an id
            let key = place.split('.').nth(1).unwrap_or_default();
            let by_index = || lines.get(key.parse::<usize>().ok()?);
            let line = match ids.get(key).or_else(by_index) {
                Some(line) => format!("line {line}"),
                None => format!("before line {}", self.lines + 1),
            };
            self.imported.reasons.push(format!("{line}: {place}: {}", error.msg));
        }
        Ok(())
    }
}

fn feedback(document: &RawValue) -> Result<NewFeedback, String> {
    #[derive(serde::Deserialize)]
    struct Id {
        id: Option<Value>,
    }
    let id: Id = serde_json::from_str(document.get()).map_err(|error| format!("feedback: {error}"))?;
    let id = id.id.as_ref().and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    let id = id.ok_or("feedback without an id that is a UUID")?;
    ingest::read_feedback(id, document.get().as_bytes()).map_err(|reason| format!("feedback {id}: {reason}"))
}
