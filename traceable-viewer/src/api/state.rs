//! What the handlers share.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::ingest::RequestLimits;
use crate::memory_budget::MemoryBudget;
use crate::store::WriterHandle;
use crate::terminal;

/// Bodies decompressed and read at the same time; others wait. It keeps a core busy.
const MAX_READING: usize = 4;

/// Characters of a warning.
const WARNING_WIDTH: usize = 400;

/// Called with a line of text when the server refuses something.
pub(crate) type OnWarning = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) writer: WriterHandle,
    pub(crate) limits: RequestLimits,
    pub(crate) memory: MemoryBudget,
    pub(crate) reading: Arc<Semaphore>,
    pub(crate) on_warning: Option<OnWarning>,
}

impl ApiState {
    pub(crate) fn new(writer: WriterHandle, limits: RequestLimits, on_warning: Option<OnWarning>) -> Self {
        ApiState {
            writer,
            limits,
            memory: MemoryBudget::new(limits.max_memory_bytes),
            reading: Arc::new(Semaphore::new(MAX_READING)),
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
