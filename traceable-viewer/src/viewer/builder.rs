//! The settings of a viewer, and its start.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::{error::ViewerError, retention, running::Viewer, thread};
use crate::api::{self, AccessPolicy, ApiState, Warnings};
use crate::extract::Prices;
use crate::ingest::RequestLimits;
use crate::page;
use crate::server::{self, ServerLimits};
use crate::store::{Retention, Store, Writer, WriterSettings};

/// The default port: that of LangSmith's own backend.
pub const DEFAULT_PORT: u16 = 1984;

/// The default database file, in the current directory.
pub const DEFAULT_DB: &str = "traceable.db";

impl Viewer {
    /// Settings, each with a default.
    pub fn builder() -> ViewerBuilder {
        ViewerBuilder::new()
    }
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
    max_memory_bytes: Option<usize>,
    max_connections: Option<usize>,
    retention: Retention,
    on_warning: Option<api::OnWarning>,
    prices: Option<PathBuf>,
    search_index: bool,
    read_timeout: Duration,
}

impl ViewerBuilder {
    pub(super) fn new() -> Self {
        ViewerBuilder {
            db: DEFAULT_DB.into(),
            host: "127.0.0.1".to_owned(),
            port: DEFAULT_PORT,
            token: None,
            limits: RequestLimits::default(),
            max_memory_bytes: None,
            max_connections: None,
            retention: Retention::default(),
            on_warning: None,
            prices: None,
            search_index: true,
            read_timeout: Duration::from_secs(30),
        }
    }

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

    /// The token that clients must send, as `x-api-key` or as `Authorization: Bearer`. White space around it does not
    /// count; [`start`](Self::start) refuses one that is blank. Default: none.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The largest body that the viewer takes, before and after decompression. Default: 256 MiB.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_body_bytes = bytes;
        self
    }

    /// How much memory all requests together may take, every copy of their bytes counted: a request that finds no room
    /// is answered with 429 and a `Retry-After`, and one that never could with 413. Default: 1 GiB, or four times
    /// [`max_body_bytes`](Self::max_body_bytes) if that is more.
    ///
    /// ```
    /// use traceable_viewer::Viewer;
    ///
    /// let small = Viewer::builder().max_memory_bytes(64 << 20).max_connections(16);
    /// ```
    #[must_use]
    pub fn max_memory_bytes(mut self, bytes: usize) -> Self {
        self.max_memory_bytes = Some(bytes);
        self
    }

    /// How many connections there may be at once; at least one. A new one takes the place of the one that has been
    /// silent longest. Default: half of the descriptors that the process may open, and at most 512.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = Some(connections.max(1));
        self
    }

    /// How long a client may send nothing: between requests, inside one, or instead of reading its response. The head
    /// of a request has to be there whole in this time. Default: 15 s.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let patient = traceable_viewer::Viewer::builder().idle_timeout(Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle_timeout = timeout;
        self
    }

    /// How long one question to the database may take. What takes longer is answered with 422 and a text that says what
    /// to narrow; a long answer is many questions. Default: 30 s.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let patient = traceable_viewer::Viewer::builder().read_timeout(Duration::from_secs(120));
    /// ```
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How large the database may become, and how old its traces: above that the oldest are deleted, between requests.
    /// Default: 2 GiB, of any age.
    ///
    /// ```
    /// use traceable_viewer::{Retention, Viewer};
    ///
    /// let all = Viewer::builder().retention(Retention::unlimited());
    /// ```
    #[must_use]
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// A file with the prices of models, in the form of LiteLLM's public list `model_prices_and_context_window.json`.
    /// Runs that have tokens but name no costs get those of their model. Default: none.
    #[must_use]
    pub fn prices(mut self, path: impl Into<PathBuf>) -> Self {
        self.prices = Some(path.into());
        self
    }

    /// Whether the words of runs are indexed. Without it the viewer stores faster and the file is smaller, but nothing
    /// that arrives meanwhile is found by its text, also not later. Default: true.
    #[must_use]
    pub fn search_index(mut self, index: bool) -> Self {
        self.search_index = index;
        self
    }

    /// Called with one line of text for what the viewer refuses, and why. It may block: no request waits for it. When
    /// there is very much to say, a part is left out and counted. Default: nothing is called.
    #[must_use]
    pub fn on_warning(mut self, call: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.on_warning = Some(Arc::new(call));
        self
    }

    /// Opens the database, listens, and returns once the viewer takes requests.
    ///
    /// A database that exists and cannot be written, for the disk is full or read-only, is opened for reading: see
    /// [`Viewer::read_only`]. On Unix nobody but the owner can read its files; rights that others have on existing ones
    /// are taken away, with a warning.
    ///
    /// # Errors
    ///
    /// The token is blank or cannot be sent, the address cannot be listened on or needs a token, or the database cannot
    /// be read.
    pub fn start(self) -> Result<Viewer, ViewerError> {
        let token =
            self.token.as_deref().map(api::Token::new).transpose().map_err(|problem| match problem {
                api::TokenProblem::Blank => ViewerError::BlankToken,
                api::TokenProblem::NotSendable => ViewerError::UnsendableToken,
            })?;
        let (listener, address) = self.listen()?;
        let (writer, handle) = Writer::start(&self.db, self.writer_settings()?, &mut self.update_progress())?;
        let read_only = writer.read_only().map(ToString::to_string);
        let store = Store::open(&self.db)?;
        let access = AccessPolicy::new(address.ip().is_loopback(), token);
        let limits = RequestLimits { max_memory_bytes: self.max_memory(), ..self.limits };
        let server = ServerLimits {
            max_connections: self.max_connections.unwrap_or_else(server::default_connections),
            idle_timeout: self.limits.idle_timeout,
        };
        if let Some(on_warning) = &self.on_warning {
            writer.warnings().iter().chain(&read_only).for_each(|line| on_warning(line));
        }
        let (warnings, warnings_end) = Warnings::start(self.on_warning).map_err(ViewerError::Thread)?;
        let about_retention = warnings.clone();
        let keep = retention::keep(self.retention, store.clone(), handle.clone(), move |text| {
            about_retention.warn(format_args!("{text}"));
        });
        let (running, stopping) = watch::channel(());
        let bounded = store.clone().with_time_limit(self.read_timeout);
        let state = ApiState::new(handle, bounded, address, limits, warnings.clone(), stopping);
        let app = page::around(api::router(state, access.clone(), page::routes()), access);
        let (stop, stopped) = oneshot::channel();
        let (report, started) = std::sync::mpsc::channel();
        let named = std::thread::Builder::new().name("traceable-viewer".to_owned());
        let thread = named
            .spawn(move || thread::serve(listener, app, server, warnings, keep, stopped, &report))
            .map_err(ViewerError::Thread)?;
        // made before the first failure below, so that its drop waits for the thread in any case
        let viewer = Viewer {
            address,
            store,
            read_only,
            running: Some(running),
            stop: Some(stop),
            thread: Some(thread),
            warnings_end,
            _writer: writer,
        };
        match started.recv() {
            Ok(Ok(())) => Ok(viewer),
            Ok(Err(error)) => Err(ViewerError::Thread(error)),
            Err(_) => Err(ViewerError::Thread(std::io::ErrorKind::Other.into())),
        }
    }

    fn writer_settings(&self) -> Result<WriterSettings, ViewerError> {
        let read = |path: &PathBuf| {
            Prices::read(path).map_err(|problem| ViewerError::Prices { path: path.clone(), problem })
        };
        let prices = self.prices.as_ref().map(read).transpose()?;
        Ok(WriterSettings { prices, search_index: self.search_index })
    }

    /// Tells how far the update of an older file has come, for one that takes long.
    fn update_progress(&self) -> impl FnMut(u64, u64) + use<> {
        /// Seconds between two lines.
        const PAUSE: Duration = Duration::from_secs(2);
        let on_warning = self.on_warning.clone();
        let mut last = std::time::Instant::now();
        move |done, all| {
            if let Some(on_warning) = on_warning.as_ref().filter(|_| last.elapsed() >= PAUSE) {
                on_warning(&format!(
                    "the database is from an older version: {done} of {all} runs are up to date"
                ));
                last = std::time::Instant::now();
            }
        }
    }

    fn max_memory(&self) -> usize {
        let least = self.limits.max_body_bytes.saturating_mul(4);
        self.max_memory_bytes.unwrap_or(self.limits.max_memory_bytes.max(least))
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
