//! What the handlers share.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::api::memory_pool::MemoryPool;
use crate::ingest::RequestLimits;
use crate::store::WriterHandle;
use crate::terminal;

/// Bytes of all requests together, compressed and decompressed.
const REQUEST_MEMORY: usize = 1 << 30;

/// Bodies decompressed at the same time; others wait. Decompression keeps a core busy, and the size is known only
/// afterwards.
const MAX_DECOMPRESSIONS: usize = 4;

/// Characters of a warning.
const WARNING_WIDTH: usize = 400;

/// Called with a line of text when the server refuses something.
pub(crate) type OnWarning = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) writer: WriterHandle,
    pub(crate) limits: RequestLimits,
    pub(crate) memory: MemoryPool,
    pub(crate) decompressions: Arc<Semaphore>,
    pub(crate) on_warning: Option<OnWarning>,
}

impl ApiState {
    pub(crate) fn new(writer: WriterHandle, limits: RequestLimits, on_warning: Option<OnWarning>) -> Self {
        let memory = MemoryPool::new(REQUEST_MEMORY.max(limits.max_body_bytes.saturating_mul(4)));
        ApiState {
            writer,
            limits,
            memory,
            decompressions: Arc::new(Semaphore::new(MAX_DECOMPRESSIONS)),
            on_warning,
        }
    }

    /// Passes a warning to the program that holds the viewer. It may quote what clients sent, and end in a terminal.
    pub(crate) fn warn(&self, message: fmt::Arguments<'_>) {
        if let Some(on_warning) = &self.on_warning {
            on_warning(&terminal::one_line(&message.to_string(), WARNING_WIDTH));
        }
    }
}
