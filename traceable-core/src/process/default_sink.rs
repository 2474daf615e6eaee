//! The sink that runs go to by default.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::gate::open_gate;
use crate::sink::run_sink::RunSink;

static SINK: RwLock<Option<Arc<dyn RunSink>>> = RwLock::new(None);

/// Makes `sink` the one that runs go to by default. Returns the sink that was there before.
///
/// Runs that have begun keep the sink they began with.
pub fn install_sink(sink: Arc<dyn RunSink>) -> Option<Arc<dyn RunSink>> {
    let before = SINK.write().unwrap_or_else(PoisonError::into_inner).replace(sink);
    open_gate();
    before
}

/// Takes the default sink away: new traces are not recorded unless they name a sink of their own.
pub fn remove_sink() -> Option<Arc<dyn RunSink>> {
    SINK.write().unwrap_or_else(PoisonError::into_inner).take()
}

/// Waits until the default sink has passed on what it was given before, at most `timeout`.
pub fn flush(timeout: Duration) -> bool {
    default_sink().is_none_or(|sink| sink.flush(timeout))
}

pub(crate) fn default_sink() -> Option<Arc<dyn RunSink>> {
    SINK.read().unwrap_or_else(PoisonError::into_inner).clone()
}
