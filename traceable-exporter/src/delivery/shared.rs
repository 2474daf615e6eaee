//! What an exporter and its threads share.

use std::time::Duration;

use crate::accounting::{Counters, Warner};
use crate::config::Config;
use crate::queue::{BACKPRESSURE_WINDOW, BACKPRESSURE_WINDOW_ON_DISK, Queue};
use crate::redact::Redaction;

pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) queue: Queue,
    pub(crate) counters: Counters,
    /// `None`: everything may be sent.
    pub(crate) redaction: Option<Redaction>,
    pub(crate) warner: Warner,
}

impl Shared {
    pub(crate) fn new(config: Config) -> Shared {
        Shared {
            queue: Queue::new(config.max_queue_bytes, backpressure_window(&config)),
            counters: Counters::default(),
            redaction: (!config.redaction.is_nothing()).then(|| config.redaction.clone()),
            warner: Warner::new(config.on_warning.clone()),
            config,
        }
    }
}

/// For how long after an acknowledgement producers may be throttled.
fn backpressure_window(config: &Config) -> Duration {
    match (config.backpressure, &config.spool) {
        (false, _) => Duration::ZERO,
        (true, None) => BACKPRESSURE_WINDOW,
        (true, Some(_)) => BACKPRESSURE_WINDOW_ON_DISK,
    }
}
