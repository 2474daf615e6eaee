//! The server: how it is spoken to, and what has been learnt of it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::retry::{LONGEST_ASKED, Verdict, judge};
use crate::server_info::ServerInfo;
use crate::transport::{Header, Reply, Transport};
use crate::wire::Format;

/// So many refusals of the API key in a row, and nothing is sent for a while.
const MAX_REFUSALS: u32 = 3;
/// Then one batch is tried: keys can become valid, or be given rights.
const REFUSED_PAUSE: Duration = Duration::from_secs(300);
/// How long a server that did not answer `/info` is not asked again.
const INFO_PAUSE: Duration = Duration::from_secs(30);
/// A server that takes longer than this for a request, on average, gets several at once.
const SLOW: Duration = Duration::from_millis(20);
/// So many requests in a row that failed, and the next is a small one.
const MAX_FAILURES: u32 = 3;
const INFO_TIMEOUT: Duration = Duration::from_secs(5);

/// Shared by the thread that encodes and the one that sends. Made by the exporter's own thread: after a fork the child
/// must not use the parent's connections.
pub(crate) struct Server {
    transport: Transport,
    /// As the program wants them, whatever the server says.
    batch_operations: Option<usize>,
    batch_bytes: Option<usize>,
    info_timeout: Duration,
    max_requests_at_once: usize,
    known: Mutex<Known>,
}

struct Known {
    info: ServerInfo,
    /// `None`: the server has answered. Else when it is to be asked.
    ask_info_at: Option<Instant>,
    /// The multipart endpoint was looked for and not found.
    multipart_is_missing: bool,
    /// How often in a row the API key was not accepted.
    refusals: u32,
    refused_until: Option<Instant>,
    /// How often in a row there was no answer, or one of a server that is unwell.
    failures: u32,
    /// Whether the last request has to be repeated later.
    is_in_trouble: bool,
    /// Until when it has asked to be left alone.
    leave_until: Option<Instant>,
    /// How long a request takes, an average of the last few.
    round_trip: Duration,
}

impl Known {
    fn pause(&self) -> Option<Duration> {
        self.leave_until?.checked_duration_since(Instant::now())
    }
}

/// Whether the server is down, or as good as. One that says it has too much to do is not.
pub(crate) fn is_unwell(reply: &Reply) -> bool {
    matches!(reply, Reply::NoAnswer(_) | Reply::Answer { status: 408 | 500.., .. })
}

impl Server {
    pub(crate) fn new(config: &Config) -> Server {
        let known = Known {
            info: ServerInfo::default(),
            ask_info_at: Some(Instant::now()),
            multipart_is_missing: false,
            refusals: 0,
            refused_until: None,
            failures: 0,
            is_in_trouble: false,
            leave_until: None,
            round_trip: Duration::ZERO,
        };
        Server {
            transport: Transport::new(config),
            batch_operations: config.batch_operations,
            batch_bytes: config.batch_bytes,
            info_timeout: INFO_TIMEOUT.min(config.request_timeout),
            max_requests_at_once: config.requests_at_once,
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

    /// How many requests may be on their way at once: several where the server is slow and well.
    pub(crate) fn requests_at_once(&self) -> usize {
        let known = self.known();
        let is_one_enough = known.is_in_trouble || known.pause().is_some() || known.round_trip < SLOW;
        if is_one_enough { 1 } else { self.max_requests_at_once }
    }

    /// How long it still wants to be left alone, whichever request it has told that.
    pub(crate) fn pause(&self) -> Option<Duration> {
        self.known().pause()
    }

    /// How a body is to be written.
    pub(crate) fn format(&self) -> Format {
        let known = self.known();
        match known.info.multipart && !known.multipart_is_missing {
            true => Format::Multipart { compressed: known.info.zstd },
            false => Format::Batch,
        }
    }

    /// Asks what it takes, if it has not said yet.
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
    /// After some failures in a row it gets a small question first, and no body as long as that is not answered: bodies
    /// may be 20 MiB, and a question that is not answered is given up on after seconds. A server that answers it, and
    /// takes no body all the same, is not asked for the next few tries.
    ///
    /// Returns the answer, and whether it is one to the body.
    pub(crate) fn post(&self, path: &str, headers: &[Header<'_>], body: &[u8]) -> (Reply, bool) {
        if self.known().failures >= MAX_FAILURES {
            let reply = self.info();
            if is_unwell(&reply) {
                return (reply, false);
            }
            self.known().failures = 0;
        }
        let begun = Instant::now();
        let reply = self.transport.post(path, headers, body);
        let took = begun.elapsed();
        let mut known = self.known();
        known.failures = if is_unwell(&reply) { known.failures.saturating_add(1) } else { 0 };
        let verdict = judge(&reply);
        known.is_in_trouble = matches!(verdict, Verdict::Later(_));
        if let Verdict::Later(Some(asked)) = verdict {
            let until = Instant::now() + asked.min(LONGEST_ASKED);
            known.leave_until = known.leave_until.max(Some(until));
        }
        if !known.is_in_trouble {
            known.round_trip = (known.round_trip * 3 + took) / 4;
        }
        drop(known);
        (reply, true)
    }

    /// Whether it has answered the last request, and was well.
    pub(crate) fn is_well(&self) -> bool {
        self.known().failures == 0
    }

    /// Notes that there is no multipart endpoint.
    pub(crate) fn lacks_multipart(&self) {
        self.known().multipart_is_missing = true;
    }

    /// Looks for the multipart endpoint again: nothing else is there either, so that it may be the address that is wrong.
    pub(crate) fn forgets_multipart(&self) {
        self.known().multipart_is_missing = false;
    }

    /// Notes whether the API key was accepted with the last request.
    pub(crate) fn took_key(&self, accepted: bool) {
        let mut known = self.known();
        known.refusals = if accepted { 0 } else { known.refusals.saturating_add(1) };
        let is_enough = known.refusals >= MAX_REFUSALS;
        known.refused_until = is_enough.then(|| Instant::now() + REFUSED_PAUSE);
    }

    /// Whether the API key was refused so often that nothing is to be sent now.
    pub(crate) fn refuses_key(&self) -> bool {
        self.known().refused_until.is_some_and(|until| Instant::now() < until)
    }
}
