//! What an exporter and its threads share.

use crate::accounting::{Counters, Warner};
use crate::config::Config;
use crate::queue::Queue;
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
            queue: Queue::new(config.max_queue_bytes, config.backpressure),
            counters: Counters::default(),
            redaction: (!config.redaction.is_nothing()).then(|| config.redaction.clone()),
            warner: Warner::new(config.on_warning.clone()),
            config,
        }
    }
}
