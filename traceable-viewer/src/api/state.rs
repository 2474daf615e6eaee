//! What the handlers share.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::api::{file_signature::FileSigner, warnings::Warnings};
use crate::ingest::RequestLimits;
use crate::memory_budget::MemoryBudget;
use crate::store::{Store, WriterHandle};

/// Bodies decompressed and read at the same time; others wait. It keeps a core busy: with more of them than cores, lists
/// wait. There are two on a single core too, so that a large body does not hold up small ones.
fn max_reading() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 4)
}

/// Requests that read from the store at the same time; others wait.
const MAX_READERS: usize = 4;

/// Pages that are told of changes; each holds a connection.
const MAX_LISTENERS: usize = 64;

#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) writer: WriterHandle,
    pub(crate) store: Store,
    /// Where the server listens, for links to itself.
    pub(crate) address: SocketAddr,
    pub(crate) limits: RequestLimits,
    pub(crate) memory: MemoryBudget,
    pub(crate) reading: Arc<Semaphore>,
    pub(crate) readers: Arc<Semaphore>,
    pub(crate) warnings: Warnings,
    /// Its sender is gone once the viewer stops: what has no end by itself ends then.
    pub(crate) stopping: watch::Receiver<()>,
    /// Pages that wait for changes at the same time; others ask again.
    pub(crate) listeners: Arc<Semaphore>,
    /// Signs links to files, when a token is needed to call.
    pub(crate) signer: Option<FileSigner>,
}

impl ApiState {
    pub(crate) fn new(
        writer: WriterHandle,
        store: Store,
        address: SocketAddr,
        limits: RequestLimits,
        warnings: Warnings,
        stopping: watch::Receiver<()>,
    ) -> Self {
        ApiState {
            writer,
            store,
            address,
            limits,
            memory: MemoryBudget::new(limits.max_memory_bytes),
            reading: Arc::new(Semaphore::new(max_reading())),
            readers: Arc::new(Semaphore::new(MAX_READERS)),
            warnings,
            stopping,
            listeners: Arc::new(Semaphore::new(MAX_LISTENERS)),
            signer: None,
        }
    }

    pub(crate) fn warn(&self, message: fmt::Arguments<'_>) {
        self.warnings.warn(message);
    }
}
