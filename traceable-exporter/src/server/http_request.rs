//! One HTTP request and its answer.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

use ureq::config::ConfigBuilder;
use ureq::http::{HeaderValue, Response, header};
use ureq::typestate::AgentScope;
use ureq::{Agent, Body};

use super::retry_after;
use crate::config::ApiKey;
use crate::config::Config;
use crate::config::Endpoint;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
use crate::config::RootCertificates;

/// How much of an answer is read at most. Answers to runs are short; reading to the end keeps the connection usable.
const MAX_ANSWER: u64 = 1 << 20;
/// How much of an error's text is repeated in a warning.
const MAX_PREVIEW: usize = 300;

/// A connection that was closed before the request came is noticed sooner: the other side is so far away at most.
const HANG_UP: Duration = Duration::from_millis(250);

const USER_AGENT: &str = concat!("traceable-rs/", env!("CARGO_PKG_VERSION"));

/// Sends requests to one server.
pub(crate) struct Transport {
    agent: Agent,
    endpoint: Endpoint,
    key: Option<ApiKey>,
    workspace_id: Option<String>,
    /// How many idle connections the next request may use.
    idle_connections: AtomicUsize,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An answer with a status.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The pause that the server asks for.
        retry_after: Option<Duration>,
        /// The answer's text, and for a redirect where it points. Without the key.
        text: String,
    },
    /// No answer, but there may be one next time.
    NoAnswer(String),
    /// Nobody listens at that port of this machine: perhaps the collector is not started yet. Says how to.
    NoListener(String),
    /// The request cannot be made at all.
    Impossible(String),
}

impl Reply {
    /// It in a few words.
    pub(crate) fn brief(&self) -> String {
        match self {
            Reply::NoAnswer(error) => format!("no answer ({error})"),
            Reply::NoListener(error) | Reply::Impossible(error) => error.clone(),
            Reply::Answer { status: status @ 300..400, text, .. } => format!(
                "the server redirects ({status}) to {text:?}; redirects are not followed, because the API key would \
                 go along: set the endpoint to the final address"
            ),
            Reply::Answer { status, text, .. } if text.is_empty() => format!("status {status}"),
            Reply::Answer { status, text, .. } => format!("status {status}, {text}"),
        }
    }
}

/// A header besides those of each request.
pub(crate) type Header<'a> = (&'static str, &'a str);

impl Transport {
    pub(crate) fn new(config: &Config) -> Transport {
        let agent = with_tls(Agent::config_builder(), config)
            // ureq would repeat the request, key included, to wherever the answer points, and turn it into a GET
            .max_redirects(0)
            .http_status_as_error(false)
            .https_only(config.endpoint.is_https())
            .user_agent(USER_AGENT)
            .accept("application/json")
            .max_idle_connections(config.max_concurrent_requests)
            .max_idle_connections_per_host(config.max_concurrent_requests);
        let agent = match config.endpoint.is_loopback() {
            // a proxy elsewhere would look for the server on its own machine
            true => within_on_loopback(agent.proxy(None), config.request_timeout),
            false => within(agent, config.request_timeout),
        };
        Transport {
            agent: agent.build().new_agent(),
            endpoint: config.endpoint.clone(),
            key: config.api_key.clone(),
            workspace_id: config.workspace_id.clone(),
            idle_connections: AtomicUsize::new(0),
        }
    }

    pub(crate) fn get(&self, path: &str, timeout: Duration) -> Reply {
        self.exchange(|| {
            let mut request =
                self.agent.get(self.endpoint.url(path)).config().timeout_global(Some(timeout)).build();
            for (name, value) in self.credentials() {
                request = request.header(name, value);
            }
            request.call()
        })
    }

    pub(crate) fn post(&self, path: &str, headers: &[Header<'_>], body: &[u8]) -> Reply {
        self.exchange(|| {
            let mut request = self.agent.post(self.endpoint.url(path));
            for (name, value) in self.credentials() {
                request = request.header(name, value);
            }
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.send(body)
        })
    }

    /// Sends a request. A server may close a kept-alive connection just as the next request comes. That says nothing about
    /// its health, so the request is repeated, once and at once, on a new connection.
    fn exchange(&self, send: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Reply {
        let begun = Instant::now();
        let fewer = |idle: usize| idle.checked_sub(1);
        let is_reused = self.idle_connections.fetch_update(Relaxed, Relaxed, fewer).is_ok();
        let mut result = send();
        if is_reused && begun.elapsed() < HANG_UP && result.as_ref().is_err_and(is_hang_up) {
            result = send();
        }
        let reply = self.read(result);
        if matches!(reply, Reply::Answer { .. }) {
            self.idle_connections.fetch_add(1, Relaxed);
        }
        reply
    }

    /// Made for each request, so that they never go anywhere but to the server they are for.
    fn credentials(&self) -> impl Iterator<Item = (&'static str, HeaderValue)> {
        let key =
            self.key.as_ref().and_then(|key| HeaderValue::from_str(key.reveal()).ok()).map(|mut key| {
                // whoever logs requests at a lower level does not log it
                key.set_sensitive(true);
                ("x-api-key", key)
            });
        let workspace = self.workspace_id.as_ref().and_then(|id| HeaderValue::from_str(id).ok());
        key.into_iter().chain(workspace.map(|id| ("X-Tenant-Id", id)))
    }

    fn read(&self, result: Result<Response<Body>, ureq::Error>) -> Reply {
        let response = match result {
            Ok(response) => response,
            Err(error) => return self.failure(error),
        };
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after =
            header(header::RETRY_AFTER).and_then(|text| retry_after::parse(text, SystemTime::now()));
        let location = header(header::LOCATION).filter(|_| (300..400).contains(&status)).map(str::to_owned);
        let body =
            response.into_body().into_with_config().limit(MAX_ANSWER).read_to_vec().unwrap_or_default();
        let text = match (location, status) {
            (Some(location), _) => self.presentable(&location),
            (None, 200..300) => String::from_utf8_lossy(&body).into_owned(),
            (None, _) => self.presentable(&String::from_utf8_lossy(&body)),
        };
        Reply::Answer { status, retry_after, text }
    }

    fn failure(&self, error: ureq::Error) -> Reply {
        let text = self.presentable(&error.to_string());
        match error {
            ureq::Error::BadUri(_)
            | ureq::Error::RequireHttpsOnly(_)
            | ureq::Error::InvalidProxyUrl
            | ureq::Error::TlsRequired
            | ureq::Error::Http(_) => Reply::Impossible(text),
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                match self.endpoint.serve_command() {
                    Some(command) => Reply::NoListener(format!(
                        "no answer (no collector listens there: `{command}` starts one)"
                    )),
                    None => Reply::NoAnswer(text),
                }
            }
            _ => Reply::NoAnswer(text),
        }
    }

    /// Short enough for a line, and without the key.
    fn presentable(&self, text: &str) -> String {
        let text = self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.strip_from(text));
        match text.char_indices().nth(MAX_PREVIEW) {
            Some((end, _)) => format!("{}...", &text[..end]),
            None => text,
        }
    }
}

/// Whether the connection was closed by the other side.
fn is_hang_up(error: &ureq::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let ureq::Error::Io(error) = error else { return false };
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// No request takes longer than `whole`, and no step of it longer than is usual.
fn within(agent: ConfigBuilder<AgentScope>, whole: Duration) -> ConfigBuilder<AgentScope> {
    let seconds = |seconds| Some(whole.min(Duration::from_secs(seconds)));
    agent
        .timeout_global(Some(whole))
        .timeout_resolve(seconds(10))
        .timeout_connect(seconds(10))
        .timeout_send_request(seconds(10))
        .timeout_recv_response(seconds(30))
        .timeout_recv_body(seconds(10))
}

/// As [`within`], without a timeout for the whole request: with one, ureq starts a thread for each request that looks the name
/// up, also on a kept-alive connection, and that thread waits its turn when the processors are busy. The name of this machine
/// needs no look-up, so each step has its share of the time instead.
fn within_on_loopback(agent: ConfigBuilder<AgentScope>, whole: Duration) -> ConfigBuilder<AgentScope> {
    let tenths = |n| Some(whole / 10 * n);
    agent
        .timeout_connect(tenths(1))
        .timeout_send_request(tenths(1))
        .timeout_send_body(tenths(3))
        .timeout_recv_response(tenths(4))
        .timeout_recv_body(tenths(1))
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn with_tls(builder: ConfigBuilder<AgentScope>, config: &Config) -> ConfigBuilder<AgentScope> {
    use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
    let of_system = cfg!(any(feature = "platform-verifier", feature = "native-tls"));
    let usual = if of_system { RootCerts::PlatformVerifier } else { RootCerts::WebPki };
    let provider = if cfg!(feature = "native-tls") { TlsProvider::NativeTls } else { TlsProvider::Rustls };
    let root_certificates = config.root_certificates.as_ref().map_or(usual, RootCertificates::certificates);
    builder.tls_config(TlsConfig::builder().provider(provider).root_certs(root_certificates).build())
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn with_tls(builder: ConfigBuilder<AgentScope>, _: &Config) -> ConfigBuilder<AgentScope> {
    builder
}
