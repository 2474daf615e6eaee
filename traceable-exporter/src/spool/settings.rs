//! How runs wait on disk.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder in which runs wait for the server, so that they outlive the process and outages that are longer than
/// memory can bridge. Off unless it is asked for: [`ConfigBuilder::spool`](crate::ConfigBuilder::spool), or
/// `LANGSMITH_SPOOL_DIR`.
///
/// Batches are written to the folder before they are sent, as they are sent: redacted and compressed. They are deleted
/// when the server has confirmed them. What is left, because the process was killed or the server was gone, is sent by
/// the next exporter of the same server and workspace that is given the folder, or by `traceable replay`. Nothing is
/// lost by a server that does not answer, refuses the key, redirects, or has no such way in: what it has against the
/// request, and not against a run, is waited out until the runs are [too old](Self::max_age). They are sent in the
/// order they came in: a flush waits for all that waits before, too.
///
/// # Runs that the server fails on
///
/// Where others wait, and the server has failed eight times in a row on the same request (no answer, 408, or 500 and
/// above) though it did answer a small question (`GET /info`), that request is *set aside*, in a file of its own, and
/// others go on. The end of a run may arrive before its start then. Only one is set aside until something else was
/// delivered, so that a server that fails on everything keeps the order. Then it is tried once more, in smaller
/// requests if need be, so that only the runs stay aside that the server fails on. Those are tried again after a
/// minute, two, four, at most an hour, and when the program starts again, until they are too old; where there are
/// several, something else is sent between one and the next. A flush and the end of the program do not wait for them, and
/// reports say that they are [kept](crate::FlushReport::kept).
///
/// # The end of the program
///
/// It waits for a server that takes what it is sent. For one that fails, or has said nothing for a second, it does not
/// when all that is left is on disk and [synced](Self::sync_every). A [flush](crate::Exporter::flush) does wait: it is
/// about what was delivered.
///
/// # What is lost nevertheless
///
/// By `kill -9`, what was handed over within the last [`batch_delay`](crate::ConfigBuilder::batch_delay) and has not
/// been written. When the machine loses its power, what was written after the last [sync](Self::sync_every); a disk
/// that fails to sync a file is told of, and what follows goes to another file. When the folder is
/// [full](Self::max_bytes), the newest runs, as from any full queue. Runs that the server rejects (400, 422), or that
/// are too large for it. Requests that would be more than 256 MiB unpacked, if the server takes them in another form
/// only.
///
/// # The folder
///
/// Several processes may be given the same folder: each takes a folder of its own inside, and sends what others have
/// left that have ended, but for what they have delivered: at most the request that was on its way when one was killed
/// is sent twice. Each destination has a folder inside, named after a hash of what tells it from others, see
/// [`ConfigBuilder::spool`](crate::ConfigBuilder::spool).
///
/// Files can be read by their owner only, and hold no key and no address. A folder that belongs to another user, or
/// that everybody may write to, is refused: whoever writes to it sends runs with this program's key.
///
/// Files that cannot be read, and those that another version of this crate has written in a form of its own, stay
/// where they are, for a start at which they can be read; a warning names them. Of those of another version, what was
/// written longer ago than [`max_age`](Self::max_age) is deleted, as nobody would send it. Files with other names are
/// left alone.
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
    /// Runs wait in this folder. It is made when it is needed.
    pub fn new(directory: impl Into<PathBuf>) -> Spool {
        Spool {
            directory: directory.into(),
            max_bytes: 1 << 30,
            max_age: Duration::from_secs(7 * 86_400),
            sync_every: Duration::from_millis(500),
        }
    }

    /// How many bytes may wait on disk for each process that uses the folder. Default: 1 GiB. Above it runs wait in memory,
    /// and when that is full as well the newest are dropped.
    ///
    /// What is set aside counts, a quarter of this at most, and may for a while be there twice. What others have left counts
    /// too, once it is taken over. Files that stay because they cannot be read do not. Each request that waits takes 48 bytes
    /// of memory.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How old runs may get. Default: 7 days. Older ones are dropped, and counted as
    /// [`Expired`](crate::DropReason::Expired).
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// How long what was written may be in the memory of the operating system only. Default: 500 ms.
    /// [`Duration::ZERO`]: as short as the disk can be brought to.
    pub fn sync_every(mut self, interval: Duration) -> Self {
        self.sync_every = interval;
        self
    }

    /// The same in a folder inside, which no other destination uses: what waits for one server must not be taken over
    /// by an exporter that sends to another.
    pub(crate) fn of_destination(mut self, folder: &str) -> Spool {
        self.directory.push(folder);
        self
    }

    /// The folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}
