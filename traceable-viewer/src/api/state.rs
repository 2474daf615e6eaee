//! What the handlers share.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::api::budget::Budget;
use crate::ingest::Limits;
use crate::printable;
use crate::store::WriterHandle;

/// Bytes of all requests together, packed and unpacked.
const MEMORY: usize = 1 << 30;

/// Bodies unpacked at the same time; others wait. Unpacking keeps a core busy, and its size is known only afterwards.
const UNPACKING: usize = 4;

/// Letters of a warning.
const WARNING: usize = 400;

/// Is told what went wrong.
pub(crate) type OnWarning = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) writer: WriterHandle,
    pub(crate) limits: Limits,
    pub(crate) budget: Budget,
    pub(crate) unpacking: Arc<Semaphore>,
    pub(crate) on_warning: Option<OnWarning>,
}

impl ApiState {
    pub(crate) fn new(writer: WriterHandle, limits: Limits, on_warning: Option<OnWarning>) -> Self {
        let budget = Budget::new(MEMORY.max(limits.body.saturating_mul(4)));
        ApiState { writer, limits, budget, unpacking: Arc::new(Semaphore::new(UNPACKING)), on_warning }
    }

    /// Tells the owner of the viewer. What clients sent may be quoted in it, and it may be shown in a terminal.
    pub(crate) fn warn(&self, message: fmt::Arguments<'_>) {
        if let Some(on_warning) = &self.on_warning {
            on_warning(&printable::one_line(&message.to_string(), WARNING));
        }
    }
}
