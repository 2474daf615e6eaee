//! Settings of the spool.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder in which runs wait for the server, so that they survive the end of the process and outages that exceed
/// the memory. Off unless the program asks for it with [`ConfigBuilder::spool`](crate::ConfigBuilder::spool), or
/// `LANGSMITH_SPOOL_DIR` is set.
///
/// Each batch is written to the folder before it is sent, in the form in which it is sent: redacted and compressed.
/// It is deleted when the server has confirmed it. If the process is killed or the server is unreachable, the next
/// exporter for the same server and workspace that uses the folder sends what is left, or `traceable replay` does. A
/// server that does not answer, rejects the key, redirects or has no such endpoint costs no runs: the exporter
/// retries until the runs are [too old](Self::max_age), unless the server rejects the runs themselves. Runs are sent
/// in the order in which they were submitted. A flush also waits for everything that waited before, be it of this
/// process or of former ones, and reports count it.
///
/// # Quarantine
///
/// If the server fails eight times in a row on one request (no answer, 408, or 500 and above), but answers a probe
/// (`GET /info`), and other requests wait, the request is *quarantined*: moved to a file of its own, so that the
/// others go on. The end of a run may arrive before its start then. No second request is quarantined until the server
/// has accepted one: if it fails on everything, the order stays. Then the quarantined request is retried, in smaller
/// requests if need be, until only the runs are left that the server fails on. These are retried after one minute,
/// two, four, at most an hour, and at the next start of the program, until they are too old. Between two quarantined
/// requests another one is sent. A flush and the end of the program do not wait for the quarantine; reports
/// [count](crate::FlushReport::quarantined) it.
///
/// # The end of the program
///
/// The end waits for a server that accepts requests. It does not wait for one that fails, or that has not answered
/// for a second, once everything that is left is on disk and [synced](Self::sync_every). A
/// [flush](crate::Exporter::flush) does wait: it reports what was delivered.
///
/// # What is lost nevertheless
///
/// - With `kill -9`: what was submitted within the last [`batch_delay`](crate::ConfigBuilder::batch_delay) and is not
///   written yet.
/// - With a power failure: what was written after the last [sync](Self::sync_every). If the disk fails to sync a
///   file, a warning says so, and later runs go to another file.
/// - With a [full](Self::max_bytes) folder and a full memory: the newest runs, as with any full queue.
/// - Runs that the server rejects (400, 422), or that are too large for it.
/// - Requests of more than 256 MiB decompressed, if the server accepts them only in another form.
///
/// # What is sent twice
///
/// Delivery is *at least once*. What the server has confirmed is not sent again, whoever takes the folder over. A request
/// that was in flight when the process was killed, or whose answer was lost, is sent again, as nobody knows whether the
/// server took it; after a power failure, so is what was confirmed last. LangSmith and `traceable serve` merge runs by
/// their id, so that nothing appears twice there.
///
/// # The folder
///
/// Several processes may share the folder: each exporter uses a subfolder of its own, and takes over those of
/// exporters that have ended. Each destination has a subfolder, named by a hash of what distinguishes it from others,
/// see [`ConfigBuilder::spool`](crate::ConfigBuilder::spool).
///
/// Only their owner can read the files. They hold no key and no address. A folder is refused if it belongs to another
/// user or everybody may write to it: whoever writes to it sends runs with this program's key.
///
/// A folder that somebody deletes while it is used is made again, with its lock and its files, and a warning says so. On
/// Unix the newest and the oldest runs in it are saved through files that are open; others are lost, and counted as
/// [`Unreadable`](crate::DropReason::Unreadable). While the folder cannot be made or written to, runs wait in memory.
///
/// Files that cannot be read, and files in the format of another version of this crate, stay where they are until a
/// start can read them; a warning names them. Those of another version are deleted once they are older than
/// [`max_age`](Self::max_age). Files with other names are left alone.
///
/// ```
/// use std::time::Duration;
/// use traceable_exporter::{Config, Spool};
///
/// let spool = Spool::new("/var/spool/my-service").max_bytes(256 << 20).max_age(Duration::from_secs(86_400));
/// let config = Config::builder().endpoint("http://127.0.0.1:1984").spool(spool).build()?;
/// # Ok::<(), traceable_exporter::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spool {
    pub(crate) directory: PathBuf,
    pub(crate) max_bytes: u64,
    pub(crate) max_age: Duration,
    pub(crate) sync_every: Duration,
}

impl Spool {
    /// Lets runs wait in this folder, which is created when it is needed.
    pub fn new(directory: impl Into<PathBuf>) -> Spool {
        Spool {
            directory: directory.into(),
            max_bytes: 1 << 30,
            max_age: Duration::from_secs(7 * 86_400),
            sync_every: Duration::from_millis(500),
        }
    }

    /// Sets how many bytes may wait on disk, for each exporter that uses the folder. Default: 1 GiB. Beyond it runs
    /// wait in memory; when that is full too, the newest are dropped.
    ///
    /// Quarantined requests count: a quarter of this at most, and for a moment twice. Files that were taken over
    /// count too. Files that cannot be read do not. Each request that waits needs 48 bytes of memory.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the age at which runs expire. Default: 7 days. Expired runs are dropped, and counted as
    /// [`Expired`](crate::DropReason::Expired).
    ///
    /// The age of an exporter's own runs is measured by a clock that nobody sets. What a former process left is as old as
    /// the wall clock says when the exporter starts. Whether the clock is set while the process runs, or set back, or was
    /// not set yet and stands before 2025: none of that makes a run expire early. Runs of a process whose clock was not
    /// set do not expire in later processes; [`max_bytes`](Self::max_bytes) bounds them.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Sets how long written runs may stay in the memory of the operating system before a sync. Default: 500 ms.
    /// [`Duration::ZERO`]: syncs as often as the disk can.
    pub fn sync_every(mut self, interval: Duration) -> Self {
        self.sync_every = interval;
        self
    }

    /// The same in a subfolder for one destination: an exporter for one server must not take over what waits for
    /// another.
    pub(crate) fn of_destination(mut self, folder: &str) -> Spool {
        self.directory.push(folder);
        self
    }

    /// The folder in which runs wait.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}
