//! Starts and stops a viewer inside any program: on its own thread, with its own runtime, until it is dropped.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::api::{self, AccessPolicy, ApiState};
use crate::ingest::RequestLimits;
use crate::store::{Store, StoreError, Writer};

/// The default port: that of LangSmith's own backend.
pub const DEFAULT_PORT: u16 = 1984;

/// The default database file, in the current directory.
pub const DEFAULT_DB: &str = "traceable.db";

/// How long requests in flight may take after the viewer begins to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a viewer did not start.
///
/// Texts do not repeat the cause: it is the error's [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewerError {
    /// The viewer cannot open the database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host is neither an address nor a name that resolves to one.
    #[error("cannot resolve the host `{host}`")]
    Resolve {
        /// The host as given.
        host: String,
        /// What the operating system reported.
        source: std::io::Error,
    },
    /// The viewer cannot listen on the address.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system reported; `AddrInUse` when another program listens there.
        source: std::io::Error,
    },
    /// Other machines can reach the address, and no token keeps them out.
    #[error("other machines can reach {0}: set a token (`--token`), or listen on 127.0.0.1")]
    TokenRequired(SocketAddr),
    /// The thread of the viewer, or its runtime, did not start.
    #[error("the thread of the viewer did not start")]
    Thread(#[source] std::io::Error),
}

/// Settings of a [`Viewer`], from [`Viewer::builder`].
///
/// ```no_run
/// use traceable_viewer::Viewer;
///
/// # fn main() -> Result<(), traceable_viewer::ViewerError> {
/// let viewer = Viewer::builder()
///     .db("team.db")
///     .host("0.0.0.0")
///     .token("a secret of the team")
///     .on_warning(|line| eprintln!("{line}"))
///     .start()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ViewerBuilder {
    db: PathBuf,
    host: String,
    port: u16,
    token: Option<String>,
    limits: RequestLimits,
    on_warning: Option<api::OnWarning>,
}

impl ViewerBuilder {
    /// The database file; the viewer makes it if it does not exist. Default: `traceable.db` in the current directory.
    #[must_use]
    pub fn db(mut self, path: impl Into<PathBuf>) -> Self {
        self.db = path.into();
        self
    }

    /// The address or name to listen on. Default: `127.0.0.1`. An address that other machines can reach needs a
    /// [`token`](Self::token).
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port to listen on; 0 takes any free one. Default: 1984.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The token that clients must send, as `x-api-key` or as `Authorization: Bearer`. Default: none.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into()).filter(|token: &String| !token.is_empty());
        self
    }

    /// The largest body that the viewer takes, before and after decompression. Default: 256 MiB.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_body_bytes = bytes;
        self
    }

    /// Called with one line of text for what the viewer refuses, and why. Default: nothing is called.
    #[must_use]
    pub fn on_warning(mut self, call: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.on_warning = Some(Arc::new(call));
        self
    }

    /// Opens the database, listens, and returns once the viewer takes requests.
    pub fn start(self) -> Result<Viewer, ViewerError> {
        let (listener, address) = self.listen()?;
        let (writer, handle) = Writer::start(&self.db)?;
        let store = Store::open(&self.db)?;
        let access = AccessPolicy { loopback: address.ip().is_loopback(), token: self.token.map(Arc::from) };
        let state = ApiState::new(handle, self.limits, self.on_warning);
        let app = api::router(state, access);
        let (stop, stopped) = oneshot::channel();
        let (report, started) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().name("traceable-viewer".to_owned());
        let thread =
            thread.spawn(move || serve(listener, app, stopped, &report)).map_err(ViewerError::Thread)?;
        // made before the first failure below, so that its drop waits for the thread in any case
        let viewer = Viewer { address, store, stop: Some(stop), thread: Some(thread), _writer: writer };
        match started.recv() {
            Ok(Ok(())) => Ok(viewer),
            Ok(Err(error)) => Err(ViewerError::Thread(error)),
            Err(_) => Err(ViewerError::Thread(std::io::ErrorKind::Other.into())),
        }
    }

    fn listen(&self) -> Result<(TcpListener, SocketAddr), ViewerError> {
        let unresolved = |source| ViewerError::Resolve { host: self.host.clone(), source };
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let mut addresses = (host, self.port).to_socket_addrs().map_err(unresolved)?;
        let address = addresses.next().ok_or_else(|| unresolved(std::io::ErrorKind::NotFound.into()))?;
        if !address.ip().is_loopback() && self.token.is_none() {
            return Err(ViewerError::TokenRequired(address));
        }
        let bind = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        bind().map_err(|source| ViewerError::Bind { address, source })
    }
}

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
    address: SocketAddr,
    store: Store,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // dropped last: the server's handles to it are gone by then
    _writer: Writer,
}

impl Viewer {
    /// Settings, each with a default.
    pub fn builder() -> ViewerBuilder {
        ViewerBuilder {
            db: DEFAULT_DB.into(),
            host: "127.0.0.1".to_owned(),
            port: DEFAULT_PORT,
            token: None,
            limits: RequestLimits::default(),
            on_warning: None,
        }
    }

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

    /// Stops, and returns when everything is closed; the same as drop.
    pub fn shutdown(self) {}
}

impl Drop for Viewer {
    fn drop(&mut self) {
        // an error means that the thread is gone already
        let _ = self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The viewer's thread. The runtime is made and dropped here: dropped inside another runtime, it would panic.
fn serve(
    listener: TcpListener,
    app: axum::Router,
    stopped: oneshot::Receiver<()>,
    report: &std::sync::mpsc::Sender<std::io::Result<()>>,
) {
    let ready = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        drop(inside);
        Ok((runtime, listener))
    };
    // an error of `send` means that nobody waits for the report, which cannot be while `start` runs
    match ready() {
        Ok((runtime, listener)) => {
            let _ = report.send(Ok(()));
            runtime.block_on(run(listener, app, stopped));
            // work on other threads ends by itself; nobody waits for its result any more
            runtime.shutdown_background();
        }
        Err(error) => {
            let _ = report.send(Err(error));
        }
    }
}

async fn run(listener: tokio::net::TcpListener, app: axum::Router, stopped: oneshot::Receiver<()>) {
    let (begin, beginning) = oneshot::channel::<()>();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
        // an error means that the viewer itself is gone, which stops the server too
        let _ = stopped.await;
        let _ = begin.send(());
    });
    let deadline = async move {
        let _ = beginning.await;
        tokio::time::sleep(SHUTDOWN_TIMEOUT).await;
    };
    tokio::select! {
        // accepting does not fail for good, so this ends only at the shutdown
        _ = serving.into_future() => {}
        () = deadline => {}
    }
}
