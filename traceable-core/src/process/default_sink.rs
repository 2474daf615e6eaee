//! The sink that runs go to by default.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::gate::open_gate;
use crate::sink::run_sink::RunSink;

static SINK: RwLock<Option<Arc<dyn RunSink>>> = RwLock::new(None);

/// Installs the default sink of the process, and returns the one before.
///
/// Runs that have started keep the sink they started with.
pub fn install_sink(sink: Arc<dyn RunSink>) -> Option<Arc<dyn RunSink>> {
    let before = SINK.write().unwrap_or_else(PoisonError::into_inner).replace(sink);
    open_gate();
    before
}

/// Removes the default sink: new traces are not recorded unless they name a sink of their own.
pub fn remove_sink() -> Option<Arc<dyn RunSink>> {
    SINK.write().unwrap_or_else(PoisonError::into_inner).take()
}

/// Waits, at most `timeout`, until the default sink has delivered what was submitted before. `false`: not all of it was.
pub fn flush(timeout: Duration) -> bool {
    default_sink().is_none_or(|sink| sink.flush(timeout))
}

pub(crate) fn default_sink() -> Option<Arc<dyn RunSink>> {
    SINK.read().unwrap_or_else(PoisonError::into_inner).clone()
}
