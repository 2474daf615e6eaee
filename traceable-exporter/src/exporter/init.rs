//! Starting and ending tracing for the process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use traceable_core::diagnostics::report_waiting;
use traceable_core::process;

use super::atexit::call_at_exit;
use super::flush::Flush;
use super::handle::Exporter;
use super::replicas::Replicas;
use crate::accounting::{FlushReport, Stats, process_wide};
use crate::config::{Config, ConfigError};
use crate::queue::sync::lock_if_free;

/// What was decided for the process so far.
static DECIDED: Mutex<Decided> = Mutex::new(Decided::Nothing);

enum Decided {
    Nothing,
    Off,
    On(Arc<Replicas>),
}

impl Decided {
    fn exporters(&self) -> Option<Arc<Replicas>> {
        match self {
            Decided::On(exporters) => Some(exporters.clone()),
            Decided::Nothing | Decided::Off => None,
        }
    }

    /// Whether runs are exported; `None`: that is still open.
    fn is_on(&self) -> Option<bool> {
        match self {
            Decided::Nothing => None,
            Decided::Off => Some(false),
            Decided::On(_) => Some(true),
        }
    }
}

fn decided() -> MutexGuard<'static, Decided> {
    DECIDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why tracing could not be started.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitError {
    /// A setting is missing or invalid.
    Config(ConfigError),
    /// The process has an exporter already, with other settings. It goes on unchanged.
    AlreadyRunning,
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InitError::Config(error) => error.fmt(f),
            InitError::AlreadyRunning => f.write_str(
                "tracing was started before in this process, with other settings: start it once, in main",
            ),
        }
    }
}

/// As the sentence, because that is what a program shows whose `main` returns the error.
impl fmt::Debug for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for InitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // shown as it is, so that it is no source of itself
            InitError::Config(error) => error.source(),
            InitError::AlreadyRunning => None,
        }
    }
}

impl From<ConfigError> for InitError {
    fn from(error: ConfigError) -> InitError {
        InitError::Config(error)
    }
}

/// Keeps tracing alive for the process. Dropping it flushes, at most for the
/// [exit timeout](crate::ConfigBuilder::exit_timeout), and reports losses in one line. With a [spool](crate::Spool) it also
/// waits for what earlier processes left there, but not for an unreachable server if everything left is safe on disk.
///
/// Keep it in a variable of `main` until the end: `let _guard = ..`, not `let _ = ..`. The exporter goes on after the drop, so
/// that runs of other threads are still sent; nothing waits for those.
#[must_use = "dropped at once, the guard waits for nothing: bind it, `let _guard = ..`"]
#[derive(Debug)]
pub struct Guard {
    /// `None`: tracing is off.
    exporters: Option<Arc<Replicas>>,
}

/// Starts tracing as the environment says, see [`Config::from_env`].
///
/// If tracing is off there, the other variables are not even read, and the guard does nothing. A second call gives
/// another guard for the same exporter.
///
/// # Errors
/// If a setting is missing or malformed, or tracing was started with other settings before. With a wrong setting tracing
/// stays off; an exporter that was started before goes on unchanged. Nothing else reports the error: show it or log it.
pub fn init() -> Result<Guard, InitError> {
    match Config::if_tracing_is_on() {
        Ok(Some(config)) => init_with(config),
        Ok(None) => Ok(off()),
        Err(error) => {
            // the first traced call must not report it again
            let _ = off();
            Err(error.into())
        }
    }
}

/// Starts tracing with these settings. A second call with the same ones gives another guard for the same exporter.
///
/// # Errors
/// If tracing was started with other settings before.
///
/// ```
/// use traceable_exporter::{Config, init_with};
/// let config = Config::builder().endpoint("http://127.0.0.1:1984").project("demo").build()?;
/// let _guard = init_with(config)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn init_with(config: Config) -> Result<Guard, InitError> {
    if !config.tracing() {
        return Ok(off());
    }
    let mut decided = decided();
    if let Decided::On(exporters) = &*decided {
        return match *exporters.config() == config {
            true => Ok(Guard { exporters: Some(exporters.clone()) }),
            false => Err(InitError::AlreadyRunning),
        };
    }
    set_sampling_rate(&config);
    let exporters = decide_for(&mut decided, config);
    let before = process::install_sink(exporters.sink());
    // what follows may go to code of the program, which may flush
    drop(decided);
    drop(before);
    exporters.start();
    Ok(Guard { exporters: Some(exporters) })
}

/// Makes these the process's exporters. The caller must start them after it has released the lock.
fn decide_for(decided: &mut Decided, config: Config) -> Arc<Replicas> {
    let exporters = Arc::new(Replicas::new(config));
    *decided = Decided::On(exporters.clone());
    call_at_exit(flush_at_exit);
    exporters
}

/// For programs without a guard, and those that end by [`std::process::exit`].
fn flush_at_exit() {
    let exporters = lock_if_free(|| DECIDED.try_lock()).and_then(|decided| decided.exporters());
    if let Some(exporters) = exporters {
        exporters.flush_at_exit();
    }
}

fn set_sampling_rate(config: &Config) {
    process::set_sampling_rate(config.sampling_rate().unwrap_or(1.0));
}

/// Tracing is off: runs have no default destination. An exporter that another part of the program has started, and sinks
/// named for a part of it, stay.
fn off() -> Guard {
    let mut decided = decided();
    if matches!(*decided, Decided::Nothing) {
        *decided = Decided::Off;
    }
    Guard { exporters: None }
}

/// Starts tracing as [`init`] does, at the first traced call of a program that never called it. A faulty setting
/// becomes one warning, and tracing stays off. Returns whether runs are exported.
///
/// On Unix the end of such a program flushes, at most for the [exit timeout](crate::ConfigBuilder::exit_timeout), if it ends by
/// the return from `main` or by [`std::process::exit`]; see [how a program may end](crate#how-a-program-may-end). Elsewhere,
/// runs of the last batch delay (250 ms by default) are lost, unless the program calls [`flush`]. A program that matters calls
/// [`init`] and keeps the guard.
pub fn start_lazily() -> bool {
    if let Some(is_on) = decided().is_on() {
        return is_on;
    }
    // without the lock: files are read, and warnings call code of the program, which may flush
    let read = Config::if_tracing_is_on();
    let mut decided = decided();
    if let Some(is_on) = decided.is_on() {
        // another thread was faster, or that code
        return is_on;
    }
    let config = match read {
        Ok(Some(config)) => config,
        Ok(None) => {
            *decided = Decided::Off;
            return false;
        }
        Err(error) => {
            *decided = Decided::Off;
            drop(decided);
            process_wide().call(&format!("tracing is off: {error}"));
            return false;
        }
    };
    let exporters = decide_for(&mut decided, config);
    let ours = match process::install_sink(exporters.sink()) {
        // the program has chosen a sink without `init`, and what it gets
        Some(chosen) => process::install_sink(chosen),
        None => {
            set_sampling_rate(exporters.config());
            None
        }
    };
    drop(decided);
    drop(ours);
    exporters.start();
    true
}

/// Waits until every operation submitted to the process's exporter before is delivered or dropped, at most `timeout`;
/// with several destinations, at all of them. `None`: there is no exporter.
pub fn flush(timeout: Duration) -> Option<FlushReport> {
    let exporters = decided().exporters();
    exporters.map(|exporters| exporters.flush(timeout))
}

/// As [`flush`], for async code: see [`Exporter::flush_async`]. `None`: there is no exporter.
pub fn flush_async(timeout: Duration) -> Option<Flush> {
    let exporters = decided().exporters();
    exporters.map(|exporters| exporters.flush_async(timeout))
}

impl Guard {
    /// Whether runs are exported.
    pub fn is_active(&self) -> bool {
        self.exporters.is_some()
    }

    /// Waits until every operation submitted before is delivered or dropped, at most `timeout`; with several
    /// destinations, at all of them. `None`: tracing is off.
    pub fn flush(&self, timeout: Duration) -> Option<FlushReport> {
        self.exporters.as_ref().map(|exporters| exporters.flush(timeout))
    }

    /// Counters since the start; all zero while tracing is off. With several destinations each counter is a sum: an
    /// operation counts once for each. For one destination, see [`exporters`](Self::exporters).
    pub fn stats(&self) -> Stats {
        self.exporters.as_ref().map(|exporters| exporters.stats()).unwrap_or_default()
    }

    /// The exporter, for use as a sink of its own; with several destinations, the first.
    pub fn exporter(&self) -> Option<&Arc<Exporter>> {
        self.exporters().first()
    }

    /// The exporter of each destination, in the order of the [replicas](Config::replicas). None while tracing is off.
    pub fn exporters(&self) -> &[Arc<Exporter>] {
        self.exporters.as_ref().map_or(&[], |exporters| exporters.exporters())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(exporters) = &self.exporters {
            let reports = exporters.flush_each_at_end(exporters.config().exit_timeout);
            exporters.report_losses(&reports);
        }
        // runs that were left open are known once they have been sent
        report_waiting();
    }
}
