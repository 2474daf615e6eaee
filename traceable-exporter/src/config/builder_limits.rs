//! The builder's methods for limits and timeouts. `limits` has their default values.

use std::time::Duration;

use super::builder::ConfigBuilder;

impl ConfigBuilder {
    /// How many bytes of memory the runs in the queue take, those in flight included. Default: 64 MiB. A run counts once,
    /// with what its structures take: its start and its end merge while they wait.
    ///
    /// When it is full, the newest runs are dropped, the end of a run with its start. The end of a run whose start was
    /// accepted is always accepted: room is kept for it, and if that is not enough it comes without attachments, then
    /// without outputs, which [`Stats::trimmed`](crate::Stats::trimmed) counts. So the queue may hold some hundred bytes
    /// more for each open run.
    pub fn max_queue_bytes(mut self, bytes: usize) -> Self {
        self.config.max_queue_bytes = bytes;
        self
    }

    /// The maximum of runs per request. Default: what the server says, else 100.
    pub fn batch_operations(mut self, operations: usize) -> Self {
        self.config.batch_operations = Some(operations);
        self
    }

    /// The maximum of bytes per request, before compression. Default: what the server says, else 20 MiB. A single run
    /// that is larger is sent without attachments, then without outputs, then without inputs.
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.config.batch_bytes = Some(bytes);
        self
    }

    /// Whether to apply backpressure: a thread that submits runs faster than they are sent sleeps in between, so that the
    /// queue does not fill. Default: yes. Without it, runs are dropped, and counted, as soon as the queue is full.
    ///
    /// It applies only while over a quarter of the queue is used, and what takes the runs (the server, or the disk of a
    /// [spool](Self::spool)) keeps up: it has acknowledged something within the last second, and takes 8 MiB a second or
    /// more, or completes batches every few milliseconds. Producers never wait for a server that is slower, fails or has
    /// been silent for a second. They are slowed down to what is acknowledged, in bytes.
    ///
    /// A thread sleeps for 2 ms and for as long as the bytes of its operation take at 8 MiB a second, at most: 14 ms for
    /// 100 KB, and never more than 250 ms. With several [destinations](crate::Replicas) that holds for each.
    pub fn backpressure(mut self, backpressure: bool) -> Self {
        self.config.backpressure = backpressure;
        self
    }

    /// How long the first run of a batch waits for others, and for its own end. Default: 250 ms.
    pub fn batch_delay(mut self, delay: Duration) -> Self {
        self.config.batch_delay = delay;
        self
    }

    /// The maximum of requests in flight, each on a connection of its own. Default: 8; 0 counts as 1.
    ///
    /// Requests are concurrent only while the server is healthy and takes more than 20 ms per request on average;
    /// otherwise they are sent one after the other. Each has a thread of its own, which starts when a full batch waits.
    /// While two or more batches hold over 4 MiB together, no further batch is made. The end of a run waits until its
    /// start is delivered or dropped.
    ///
    /// Has no effect with a [spool](Self::spool): runs on disk are sent one request after the other.
    pub fn max_concurrent_requests(mut self, requests: usize) -> Self {
        self.config.max_concurrent_requests = requests.max(1);
        self
    }

    /// The zstd level of request bodies, 1 to 22; `None`: no compression. Default: 1. Bodies are plain too without the
    /// feature `zstd`, and where the server does not take zstd.
    pub fn compression(mut self, level: Option<i32>) -> Self {
        self.config.compression_level = level;
        self
    }

    /// How long one request may take, from connecting to the end of the answer. Default: 60 s. A server on this machine
    /// gets four tenths of it to answer.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.config.request_timeout = timeout;
        self
    }

    /// How long a batch is retried while the server is unreachable or unhealthy. Default: 120 s, counted from the
    /// batch's first try. Of several requests in flight only the oldest is retried; the time of each of the others
    /// begins again when its turn comes. A [spool](Self::spool) does not use it: its runs are retried until
    /// [`Spool::max_age`](crate::Spool::max_age).
    pub fn retry_timeout(mut self, timeout: Duration) -> Self {
        self.config.retry_timeout = timeout;
        self
    }

    /// How long the end of the program waits for deliveries: when the guard is dropped, and in [`std::process::exit`].
    /// Default: 5 s. It does not wait that long for an unreachable server if all remaining runs are in a
    /// [spool](Self::spool). Nor for a collector on this machine that is not started: where connections are refused it tries
    /// for half a second, in case the collector is just starting, and then says what is lost and how to start one.
    /// [`flush`](crate::Exporter::flush) waits as long as it is told.
    pub fn exit_timeout(mut self, timeout: Duration) -> Self {
        self.config.exit_timeout = timeout;
        self
    }
}
