//! What the exporter and its threads share.

use std::time::Duration;

use crate::config::Config;
use crate::flush_waiter::Waiter;
use crate::meter::Meter;
use crate::queue::{PATIENCE, PATIENCE_WITH_DISK, Queue};
use crate::redact::Redaction;
use crate::report::Warner;

/// One exporter's own.
pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) queue: Queue,
    pub(crate) waiter: Waiter,
    pub(crate) meter: Meter,
    /// `None`: all may be sent.
    pub(crate) redaction: Option<Redaction>,
    pub(crate) warner: Warner,
}

impl Inner {
    pub(crate) fn new(config: Config) -> Inner {
        Inner {
            queue: Queue::new(config.max_queue_bytes, patience(&config)),
            waiter: Waiter::default(),
            meter: Meter::default(),
            redaction: (!config.redaction.is_nothing()).then(|| config.redaction.clone()),
            warner: Warner::new(config.reporter.clone()),
            config,
        }
    }
}

/// How long after something was settled the program's threads make room.
fn patience(config: &Config) -> Duration {
    match (config.paces, &config.spool) {
        (false, _) => Duration::ZERO,
        (true, None) => PATIENCE,
        (true, Some(_)) => PATIENCE_WITH_DISK,
    }
}
