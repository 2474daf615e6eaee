//! Replay: sends, on request, what was left on disk.

use std::fmt;
use std::fs;
use std::io;
use std::iter;
use std::path::{self, Path, PathBuf};
use std::slice;
use std::sync::Arc;

use super::send_stored_body::StoredBodyOutcome;
use super::stored_body::StoredBody;
use crate::accounting::{DropReason, Dropped, Stats};
use crate::config::Config;
use crate::delivery::{Delivery, RetryPolicy, Shared};
use crate::server::Server;
use crate::spool::{FileKind, Folder, NextRecord, Spool, SpoolStore, failed_trace_files, read_failed_trace};
use crate::wire::{Encoder, Resource};

/// The result of a replay. An *operation* is a run's start or its end; in files of failed traces each run of a
/// body counts as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// Operations that the server has confirmed. Their files are deleted.
    pub delivered: u64,
    /// Operations that were dropped, by reason. Those that the server rejected are deleted from a spool, and stay in
    /// files of failed traces.
    pub dropped: Dropped,
    /// Operations that stay in the folder, because the server was unreachable, rejected the key, redirected, or had
    /// no such endpoint.
    pub left: u64,
    /// Files that cannot be read, have another content than their names say, or are of another version of this crate.
    /// They stay.
    pub unreadable: Vec<PathBuf>,
    /// Folders with runs that were not sent, because they belong to destinations that are not configured, or do not
    /// say to which. To send one nevertheless, replay that folder itself, with settings of a single destination.
    pub not_sent: Vec<PathBuf>,
}

impl Replayed {
    fn add(&mut self, other: Replayed) {
        self.delivered += other.delivered;
        self.dropped = self.dropped.plus(other.dropped);
        self.left += other.left;
        self.unreadable.extend(other.unreadable);
        self.not_sent.extend(other.not_sent);
    }
}

/// Why a folder could not be replayed.
#[non_exhaustive]
pub enum ReplayError {
    /// The folder cannot be read, or is not a folder.
    Folder(PathBuf, io::Error),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReplayError::Folder(path, error) = self;
        write!(f, "{} cannot be replayed: {error}", path.display())
    }
}

/// As the sentence, because that is what a program shows whose `main` returns the error.
impl fmt::Debug for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ReplayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // `Display` already shows the error itself
        let ReplayError::Folder(_, error) = self;
        error.source()
    }
}

/// Sends what is in a folder: a [spool](Spool), except for what running programs use there, and files of failed
/// traces, of this crate or of LangSmith's SDKs. Deletes what is delivered.
///
/// Blocks until everything is delivered, or until the server was unreachable for the
/// [retry timeout](crate::ConfigBuilder::retry_timeout). `config` says where runs go; its own spool is not used.
///
/// Runs on disk do not say where they were to go; the names of [subfolders](crate::ConfigBuilder::spool) do. A single
/// destination is sent what is in `folder` itself, and what is in a subfolder if that is the only one; of several
/// subfolders, only its own. With several [replicas](crate::Replica), each is sent what is in its own subfolder, and
/// nothing else. [`Replayed::not_sent`] names what was not sent for that reason.
///
/// # Errors
/// If the folder cannot be read.
///
/// ```no_run
/// use traceable_exporter::{Config, replay};
/// let replayed = replay("/var/spool/my-service", &Config::from_env()?)?;
/// println!("{} run operations delivered, {} left", replayed.delivered, replayed.left);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replay(folder: impl AsRef<Path>, config: &Config) -> Result<Replayed, ReplayError> {
    let folder = folder.as_ref();
    let inside = destinations(folder).map_err(|error| ReplayError::Folder(folder.to_owned(), error))?;
    let targets = match config.replicas() {
        [] => slice::from_ref(config),
        replicas => replicas,
    };
    let is_single = targets.len() == 1;
    let mut all = Replayed::default();
    let mut sent = Vec::new();
    for target in targets {
        let is_own = |path: &Path| path::absolute(path).is_ok_and(|path| path.ends_with(&target.own_folder));
        let own = inside.iter().filter(|path| is_own(path) || (is_single && inside.len() == 1));
        let mut folders: Vec<_> = own.map(PathBuf::as_path).filter(|own| !sent.contains(own)).collect();
        if (is_single || is_own(folder)) && !sent.contains(&folder) {
            folders.insert(0, folder);
        }
        all.add(replay_to(target, &folders)?);
        sent.extend(folders);
    }
    let others = iter::once(folder).chain(inside.iter().map(PathBuf::as_path));
    let others = others.filter(|path| !sent.contains(path) && holds_runs(path));
    all.not_sent.extend(others.map(Path::to_owned));
    Ok(all)
}

/// The subfolders of destinations.
fn destinations(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("to-") && entry.path().is_dir() {
            all.push(entry.path());
        }
    }
    all.sort();
    Ok(all)
}

/// Whether the folder has anything to replay.
fn holds_runs(folder: &Path) -> bool {
    let has_records = |spool: &Folder| {
        [FileKind::Main, FileKind::Quarantine]
            .into_iter()
            .any(|kind| spool.numbers(kind).is_ok_and(|numbers| !numbers.is_empty()))
    };
    failed_trace_files(folder).is_ok_and(|files| !files.is_empty())
        || Folder::abandoned(folder, Path::new("")).iter().any(has_records)
}

/// Sends what is in these folders to one destination.
fn replay_to(target: &Config, folders: &[&Path]) -> Result<Replayed, ReplayError> {
    let mut replay = Replay::new(target);
    for folder in folders {
        let failed = |error| ReplayError::Folder(folder.to_path_buf(), error);
        let files = failed_trace_files(folder).map_err(failed)?;
        // opening a store would turn any other folder into a spool
        if !Folder::abandoned(folder, Path::new("")).is_empty() {
            replay.spool(folder).map_err(failed)?;
        }
        for file in files {
            replay.file(file);
        }
    }
    let stats = replay.stats();
    replay.replayed.delivered = stats.delivered;
    replay.replayed.dropped = stats.dropped;
    // what was dropped because no server accepted it is still on disk
    replay.replayed.dropped.rejected -= replay.misdirected;
    replay.replayed.left += replay.misdirected;
    for left in [&mut replay.replayed.dropped.retries_exhausted, &mut replay.replayed.dropped.unauthorized] {
        replay.replayed.left += std::mem::take(left);
    }
    Ok(replay.replayed)
}

struct Replay {
    shared: Arc<Shared>,
    server: Arc<Server>,
    delivery: Delivery,
    encoder: Encoder,
    replayed: Replayed,
    /// Operations that were rejected by a server that is not LangSmith: it redirects, or has no such endpoint.
    misdirected: u64,
    /// The server is unreachable, not LangSmith, or rejects the key: nothing more is sent.
    is_over: bool,
}

impl Replay {
    fn new(config: &Config) -> Replay {
        // what is replayed is on disk already
        let config = Config { spool: None, failed_traces: None, ..config.clone() };
        let resource = Resource::new(config.placement.clone(), config.sent_revision());
        let encoder = Encoder::new(resource, config.compression_level);
        let shared = Arc::new(Shared::new(config));
        let server = Arc::new(Server::new(&shared.config));
        let delivery = Delivery::new(shared.clone(), server.clone(), RetryPolicy::UntilTimeout);
        Replay {
            shared,
            server,
            delivery,
            encoder,
            replayed: Replayed::default(),
            misdirected: 0,
            is_over: false,
        }
    }

    fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.shared.queue.fill(&mut stats);
        stats
    }

    /// Sends the records of a spool.
    fn spool(&mut self, folder: &Path) -> io::Result<()> {
        let (store, recovered) = SpoolStore::open(&Spool::new(folder))?;
        self.replayed.unreadable.extend(recovered.unreadable.into_iter().map(|(path, _)| path));
        self.replayed.unreadable.extend(recovered.unknown);
        store.close();
        let next = || match store.wait() {
            NextRecord::Record(entry) => Some(entry),
            NextRecord::TakenOver(_) | NextRecord::Over => store.first_quarantined(),
        };
        while let Some(entry) = next() {
            let stored = store.read(&entry)?.and_then(StoredBody::from_record);
            let is_final = stored.map(|stored| self.send(stored));
            if is_final == Some(false) {
                // the operations of this record count as left already
                self.replayed.left += store.operations_left().saturating_sub(entry.operations);
                return Ok(());
            }
            if is_final.is_none() {
                self.shared.queue.add_recovered(entry.operations, 0);
                self.delivery.take(entry.operations, true);
                self.delivery.drop_all(DropReason::Unreadable);
            }
            store.acknowledge(&entry);
        }
        Ok(())
    }

    /// Sends a file of failed traces.
    fn file(&mut self, path: PathBuf) {
        let read = fs::read(&path).ok();
        let read = read.as_deref().and_then(read_failed_trace);
        let Some(stored) = read.and_then(|(label, body)| StoredBody::from_file(label, body)) else {
            return self.replayed.unreadable.push(path);
        };
        let dropped_before = self.stats().dropped.total();
        if self.send(stored) && self.stats().dropped.total() == dropped_before {
            // if this fails, the next replay sends the file again, and the server merges its runs
            let _ = fs::remove_file(path);
        }
    }

    /// Sends a body. `false`: it stays on disk, and nothing more is sent.
    fn send(&mut self, stored: StoredBody) -> bool {
        self.server.ask_info();
        let operations = stored.operations();
        if self.is_over {
            self.replayed.left += operations;
            return false;
        }
        let before = self.stats().dropped.rejected;
        self.shared.queue.add_recovered(operations, 0);
        self.delivery.take(operations, true);
        if let StoredBodyOutcome::Dropped(reason) =
            stored.send(&mut self.delivery, &mut self.encoder, &self.server, |_| false)
        {
            self.delivery.drop_all(reason);
        }
        let dropped = self.stats().dropped;
        if self.delivery.is_misdirected() {
            self.misdirected += dropped.rejected - before;
        }
        self.is_over = dropped.retries_exhausted + dropped.unauthorized + self.misdirected > 0;
        !self.is_over
    }
}
