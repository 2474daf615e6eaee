//! How much, how long, how often.

use std::time::Duration;

use super::builder::ConfigBuilder;

impl ConfigBuilder {
    /// How many bytes may wait, those on their way included. Default: 64 MiB. Above it, the newest runs are dropped.
    pub fn max_queue_bytes(mut self, bytes: usize) -> Self {
        self.config.max_queue_bytes = bytes;
        self
    }

    /// How many runs go into one request at most. Default: what the server says, else 100.
    pub fn batch_operations(mut self, operations: usize) -> Self {
        self.config.batch_operations = Some(operations);
        self
    }

    /// How many bytes, before compression, go into one request at most. Default: what the server says, else 20 MiB.
    /// A run that is larger by itself is sent without attachments, then without outputs, then without inputs.
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.config.batch_bytes = Some(bytes);
        self
    }

    /// Whether a thread that makes runs faster than they can be sent stands back for 2 ms now and then, so that none
    /// are lost; only while a quarter of the queue is taken and batches go out every few milliseconds, as they do to a quick
    /// server, to a slower one that is sent [several at once](Self::requests_at_once), or to a disk. Never for a server
    /// that takes less than that. Default: yes. Without it runs are dropped at once, and counted.
    pub fn backpressure(mut self, backpressure: bool) -> Self {
        self.config.backpressure = backpressure;
        self
    }

    /// How long the first run of a request waits for others, and for its own end. Default: 250 ms.
    pub fn batch_delay(mut self, delay: Duration) -> Self {
        self.config.batch_delay = delay;
        self
    }

    /// How many requests may be on their way at once, each on a connection of its own. Default: 8; 0 counts as 1.
    ///
    /// They are only where the server takes more than 20 ms for a request on average and answers well; else one is sent
    /// after the other. Each has a thread of its own, which is started when a full batch waits. While there are two
    /// batches or more of over 4 MiB together, no other is made. The end of a run is sent when its start has arrived, or
    /// was given up.
    ///
    /// With a [spool](Self::spool) this plays no part: what waits on disk is sent one after the other.
    pub fn max_concurrent_requests(mut self, requests: usize) -> Self {
        self.config.max_concurrent_requests = requests.max(1);
        self
    }

    /// The zstd level of request bodies, 1 to 22, or `None` for plain bodies. Default: 1. Without the feature `zstd`,
    /// and where the server does not take it, bodies are plain.
    pub fn compression(mut self, level: Option<i32>) -> Self {
        self.config.compression_level = level;
        self
    }

    /// How long one request may take, from the first step to the last. Default: 60 s. On this machine, four tenths of
    /// it are for the server to answer.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.config.request_timeout = timeout;
        self
    }

    /// How long a batch is tried again while the server is unreachable or unwell. Default: 120 s.
    pub fn retry_timeout(mut self, budget: Duration) -> Self {
        self.config.retry_timeout = budget;
        self
    }

    /// How long the end of the program waits for what is on its way: the guard when it is dropped, and
    /// [`std::process::exit`]. Default: 5 s. It does not wait so long for a server that is away if all that is left is safe
    /// in a [spool](Self::spool).
    pub fn exit_timeout(mut self, timeout: Duration) -> Self {
        self.config.exit_timeout = timeout;
        self
    }
}
