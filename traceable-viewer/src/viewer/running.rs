//! A viewer that runs: its address, its store, and its end.

use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use crate::api::WarningsEnd;
use crate::store::{Store, Writer};

/// How long the last warnings may take, if whoever reads them is slow.
const WARNINGS_TIMEOUT: Duration = Duration::from_secs(1);

/// A running viewer. Drop stops it: it takes no new requests, answers those in flight for two seconds, and closes the
/// database.
///
/// ```
/// use traceable_viewer::Viewer;
///
/// # fn main() -> Result<(), traceable_viewer::ViewerError> {
/// # let dir = tempfile::tempdir().map_err(traceable_viewer::StoreError::from)?;
/// # let path = dir.path().join("traceable.db");
/// let viewer = Viewer::builder().db(&path).port(0).start()?;
/// // point any LangSmith client at it: LANGSMITH_ENDPOINT=<url>
/// assert!(viewer.url().starts_with("http://127.0.0.1:"));
/// assert!(viewer.store().traces(10)?.is_empty());
/// viewer.shutdown();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Viewer {
    pub(super) address: SocketAddr,
    pub(super) store: Store,
    pub(super) read_only: Option<String>,
    /// Dropped to end what has no end by itself.
    pub(super) running: Option<watch::Sender<()>>,
    pub(super) stop: Option<oneshot::Sender<()>>,
    pub(super) thread: Option<JoinHandle<()>>,
    pub(super) warnings_end: Option<WarningsEnd>,
    // dropped last: the server's handles to it are gone by then
    pub(super) _writer: Writer,
}

impl Viewer {
    /// The endpoint for clients: `LANGSMITH_ENDPOINT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads what the viewer received. It holds everything that was answered with success.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Why the database could only be read when the viewer started, such as a full disk. Until it can be written, what
    /// clients send is answered with 503 and this text; the viewer tries again as they do.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// Stops, and returns when everything is closed; the same as drop.
    pub fn shutdown(self) {}
}

impl Drop for Viewer {
    fn drop(&mut self) {
        drop(self.running.take());
        // an error means that the thread is gone already
        let _ = self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Some(end) = &self.warnings_end {
            end.wait(WARNINGS_TIMEOUT);
        }
    }
}
