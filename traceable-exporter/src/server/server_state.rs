//! One server: requests to it, and what it has said it takes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::health::{Health, is_unhealthy};
use super::http_request::{Header, Reply, Transport};
use super::info::ServerInfo;
use crate::config::Config;
use crate::wire::Format;

/// After `/info` was not answered, it is asked again after this.
const INFO_PAUSE: Duration = Duration::from_secs(30);
const INFO_TIMEOUT: Duration = Duration::from_secs(5);

/// Shared by the exporter's threads. The first of them makes it: after a fork the child must not use the parent's
/// connections.
pub(crate) struct Server {
    transport: Transport,
    /// Set by the program: what the server says does not count then.
    batch_operations: Option<usize>,
    batch_bytes: Option<usize>,
    info_timeout: Duration,
    max_concurrent_requests: usize,
    known: Mutex<Known>,
}

struct Known {
    info: ServerInfo,
    /// `None`: the server has answered `/info`. Else when to ask.
    ask_info_at: Option<Instant>,
    /// The multipart endpoint was tried and not found.
    multipart_is_missing: bool,
    health: Health,
}

impl Server {
    pub(crate) fn new(config: &Config) -> Server {
        let known = Known {
            info: ServerInfo::default(),
            ask_info_at: Some(Instant::now()),
            multipart_is_missing: false,
            health: Health::default(),
        };
        Server {
            transport: Transport::new(config),
            batch_operations: config.batch_operations,
            batch_bytes: config.batch_bytes,
            info_timeout: INFO_TIMEOUT.min(config.request_timeout),
            max_concurrent_requests: config.max_concurrent_requests,
            known: Mutex::new(known),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many runs go into one request.
    pub(crate) fn batch_operations(&self) -> usize {
        self.batch_operations.unwrap_or_else(|| self.known().info.batch_operations)
    }

    /// How many bytes go into one request.
    pub(crate) fn batch_bytes(&self) -> usize {
        self.batch_bytes.unwrap_or_else(|| self.known().info.batch_bytes)
    }

    /// How many requests may be in flight now.
    pub(crate) fn max_concurrent_requests(&self) -> usize {
        if self.known().health.allows_concurrency() { self.max_concurrent_requests } else { 1 }
    }

    /// What is left of the pause that the server asked for, in the answer to any request.
    pub(crate) fn pause(&self) -> Option<Duration> {
        self.known().health.pause()
    }

    /// How a body is to be written.
    pub(crate) fn format(&self) -> Format {
        let known = self.known();
        match known.info.multipart && !known.multipart_is_missing {
            true => Format::Multipart { compressed: known.info.zstd },
            false => Format::Batch,
        }
    }

    /// Asks the server what it takes, unless it has said so.
    pub(crate) fn ask_info(&self) {
        if self.known().ask_info_at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        let _ = self.info();
    }

    fn info(&self) -> Reply {
        let reply = self.transport.get("/info", self.info_timeout);
        let mut known = self.known();
        known.ask_info_at = match &reply {
            Reply::Answer { status: 200..300, text, .. } => {
                known.info = ServerInfo::read(text);
                None
            }
            // a collector without this call
            Reply::Answer { status: 404 | 405 | 501, .. } => None,
            _ => Some(Instant::now() + INFO_PAUSE),
        };
        drop(known);
        reply
    }

    /// Sends a body, unless the server seems to be down.
    ///
    /// After three failures in a row a probe (`GET /info`) goes first, and no body until a probe is answered: bodies may be
    /// 20 MiB, and a probe times out within seconds. A server that answers the probe and takes no body all the same is not
    /// probed for the next three tries.
    ///
    /// Returns the answer, and whether it is one to the body.
    pub(crate) fn post(&self, path: &str, headers: &[Header<'_>], body: &[u8]) -> (Reply, bool) {
        if self.known().health.needs_probe() {
            let reply = self.info();
            if is_unhealthy(&reply) {
                return (reply, false);
            }
            self.known().health.passed_probe();
        }
        let begun = Instant::now();
        let reply = self.transport.post(path, headers, body);
        self.known().health.observe(&reply, begun.elapsed());
        (reply, true)
    }

    /// Whether the server has answered the last request, and was healthy.
    pub(crate) fn is_healthy(&self) -> bool {
        self.known().health.is_healthy()
    }

    /// Notes that there is no multipart endpoint.
    pub(crate) fn set_multipart_missing(&self) {
        self.known().multipart_is_missing = true;
    }

    /// Tries the multipart endpoint again: nothing else is there either, so the address may be wrong.
    pub(crate) fn look_for_multipart_again(&self) {
        self.known().multipart_is_missing = false;
    }

    /// Notes whether the last request's API key was accepted.
    pub(crate) fn note_key(&self, accepted: bool) {
        self.known().health.note_key(accepted);
    }

    /// Whether the API key was rejected so often that nothing is sent for a while.
    pub(crate) fn is_key_rejected(&self) -> bool {
        self.known().health.is_key_rejected()
    }
}
