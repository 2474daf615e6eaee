//! What a connection is doing, and since when: it tells which of too many connections can go.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a connection that is silent, or in the head of a request, is safe from being closed for a new one.
const HEAD_GRACE: Duration = Duration::from_millis(250);

/// The same for one in the body of a request, of which less is lost to wait for.
const BODY_GRACE: Duration = Duration::from_secs(1);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits for a request, or for the rest of its head.
    Head,
    /// It waits for the body of a request.
    Body,
    /// The server works for it.
    Response,
}

/// The phase of one connection, shared by those who change it.
#[derive(Clone, Debug)]
pub(crate) struct PhaseTracker(Arc<Mutex<(Phase, Instant)>>);

impl PhaseTracker {
    pub(crate) fn new() -> Self {
        PhaseTracker(Arc::new(Mutex::new((Phase::Head, Instant::now()))))
    }

    pub(crate) fn set(&self, phase: Phase) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (phase, Instant::now());
    }

    /// The body of the request is read, or nobody wants it.
    pub(crate) fn body_ended(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // the response may have ended before
        if state.0 == Phase::Body {
            *state = (Phase::Response, Instant::now());
        }
    }

    /// From when on the connection may be closed for a new one, those without a request first; `None` while the server
    /// works for it.
    pub(crate) fn closable_from(&self) -> Option<(Phase, Instant)> {
        let (phase, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match phase {
            Phase::Head => Some((phase, since + HEAD_GRACE)),
            Phase::Body => Some((phase, since + BODY_GRACE)),
            Phase::Response => None,
        }
    }
}
