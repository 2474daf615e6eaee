//! Console: prints each trace as an indented tree.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use traceable_core::process::fork_generation;
use traceable_core::{RunOperation, RunSink};

use super::open_trees::OpenTrees;
use super::tree_text;
use super::writer_stats::WriterStats;
use super::writer_thread::{Target, WriterThread};

/// Prints each trace when its root ends: one line per run, indented below its parent, with name, type, duration,
/// tokens if they are known, and the first line of the error if there is one. Children are sorted by their starts.
/// Needs no server and no account.
///
/// ```text
/// answer  chain  1.24 s
///   retrieve  retriever  210 ms
///   ChatModel  llm  1.02 s  12 + 34 = 46 tokens
///     parse  parser  40 µs  error: expected a number
/// ```
///
/// A run that is open when its root ends is printed as `still open`, and again on a line of its own when it ends. At
/// most [`max_runs`](Self::max_runs) runs are held: beyond that the oldest tree is printed as far as it is known.
///
/// A thread writes, so a stopped terminal blocks no producer; lines that exceed the buffer (4 MiB) are dropped and
/// counted by [`stats`](Self::stats). Dropping the sink does not wait: [`flush`](RunSink::flush) it before the
/// program ends, or call [`process::flush`](traceable_core::process::flush) if it is the process's sink.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use traceable_core::{RunSink, RunTree};
/// use traceable_exporter::Console;
///
/// let console = Arc::new(Console::stderr());
/// RunTree::builder("step").sink(console.clone()).build().post().end().patch();
/// assert!(console.flush(Duration::from_secs(5)));
/// ```
///
/// Inputs and outputs are not printed, except for token counts. The console does **not** apply settings of exporters
/// (`LANGSMITH_HIDE_OUTPUTS` and the like, a [`Redaction`](crate::Redaction)). To remove secrets from errors and
/// names, wrap it in a [`RedactingSink`](crate::RedactingSink):
///
#[cfg_attr(feature = "anonymizer", doc = "```")]
#[cfg_attr(not(feature = "anonymizer"), doc = "```ignore")]
/// # use std::sync::Arc;
/// use traceable_exporter::{Anonymizer, Console, RedactingSink, Redaction};
///
/// let redaction = Redaction::new().hide_outputs(true).anonymizer(Anonymizer::secrets());
/// let console = RedactingSink::new(redaction, Arc::new(Console::stderr()));
/// traceable_core::process::install_sink(Arc::new(console));
/// ```
///
/// For a whole program: `traceable_core::process::install_sink(console)`.
pub struct Console {
    lines: WriterThread,
    state: Mutex<State>,
}

struct State {
    process: u32,
    trees: OpenTrees,
}

/// How many bytes may wait.
const MAX_BYTES: usize = 4 << 20;
/// How many runs are held, unless the program says otherwise.
const MAX_RUNS: usize = 10_000;

impl Console {
    /// Prints to standard error.
    pub fn stderr() -> Console {
        let writer = stderr().unwrap_or_else(|_| Box::new(io::stderr()));
        Console::on("standard error", Target::Open(Box::new(stderr)), writer)
    }

    /// Prints to a writer. One thread uses it, and flushes it after each group of lines; a copy of the process, made
    /// by `fork`, does not use it. If it panics, nothing more is printed.
    ///
    /// ```
    /// let sink = traceable_exporter::Console::to(std::io::sink());
    /// # drop(sink);
    /// ```
    pub fn to(writer: impl Write + Send + 'static) -> Console {
        Console::on("the writer of the console", Target::Given, Box::new(writer))
    }

    fn on(name: &str, target: Target, writer: Box<dyn Write + Send>) -> Console {
        let lines = WriterThread::new(name.to_owned(), target, writer, MAX_BYTES);
        let state = State { process: fork_generation(), trees: OpenTrees::new(MAX_RUNS) };
        Console { lines, state: Mutex::new(state) }
    }

    /// Sets how many runs are held until their root ends. Default: 10 000.
    #[must_use = "the bound is set on what is returned"]
    pub fn max_runs(self, runs: usize) -> Console {
        self.state().trees = OpenTrees::new(runs);
        self
    }

    /// What became of the lines so far.
    pub fn stats(&self) -> WriterStats {
        self.lines.stats()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A second handle of standard error. The standard library's handle has a lock, which a copy of the process may
/// inherit locked.
#[cfg(unix)]
fn stderr() -> io::Result<Box<dyn Write + Send>> {
    use std::os::fd::AsFd as _;
    let handle = io::stderr().as_fd().try_clone_to_owned()?;
    Ok(Box::new(std::fs::File::from(handle)))
}

#[cfg(not(unix))]
fn stderr() -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(io::stderr()))
}

impl RunSink for Console {
    fn submit(&self, operation: RunOperation) {
        let mut state = self.state();
        let process = fork_generation();
        if state.process != process {
            // after `fork`: the original prints the runs that were open
            state.process = process;
            state.trees.clear();
        }
        let ended = state.trees.add(&operation);
        drop(state);
        for tree in ended {
            let (text, lines) = tree_text::write(&tree);
            self.lines.push(&text, lines);
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.lines.flush(timeout)
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
