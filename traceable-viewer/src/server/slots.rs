//! The bound on connections. When it is reached, a new one takes the place of the one that has been silent longest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::phase::{Phase, PhaseTracker};

/// All connections; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    open: Mutex<Open>,
    max: usize,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    phase: PhaseTracker,
    close: Arc<Notify>,
}

/// The place of one connection, until this is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    shared: Arc<Shared>,
    key: u64,
    pub(crate) phase: PhaseTracker,
    close: Arc<Notify>,
}

/// What there is to do about a connection that waits to be accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Free,
    /// One was told to close.
    Closing,
    /// None can be closed before this moment, if any.
    From(Option<Instant>),
}

impl Slots {
    pub(crate) fn new(max: usize) -> Self {
        Slots { shared: Arc::new(Shared { open: Mutex::default(), max, freed: Notify::new() }) }
    }

    /// Waits for room, and makes some if need be.
    pub(crate) async fn room(&self) {
        loop {
            let freed = self.shared.freed.notified();
            match self.try_room(Instant::now()) {
                Room::Free => return,
                Room::Closing | Room::From(None) => freed.await,
                Room::From(Some(moment)) => {
                    tokio::select! {
                        () = freed => {}
                        () = tokio::time::sleep_until(moment) => {}
                    }
                }
            }
        }
    }

    fn try_room(&self, now: Instant) -> Room {
        if self.shared.open().connections.len() < self.shared.max { Room::Free } else { self.close_one(now) }
    }

    /// Tells the connection that can be spared most to close.
    pub(crate) fn close_one(&self, now: Instant) -> Room {
        let mut open = self.shared.open();
        let closable = |entry: &Entry| entry.phase.closable_from();
        let order = |(phase, from): (Phase, Instant)| (from > now, phase != Phase::Head, from);
        let victim =
            open.connections.iter().filter_map(|(key, entry)| Some((order(closable(entry)?), *key))).min();
        match victim {
            None => Room::From(None),
            Some(((true, _, from), _)) => Room::From(Some(from)),
            Some((_, key)) => {
                if let Some(entry) = open.connections.remove(&key) {
                    entry.close.notify_one();
                }
                Room::Closing
            }
        }
    }

    /// A place for a connection that was accepted.
    pub(crate) fn take(&self) -> Slot {
        let (phase, close) = (PhaseTracker::new(), Arc::new(Notify::new()));
        let mut open = self.shared.open();
        let key = open.next;
        open.next += 1;
        open.connections.insert(key, Entry { phase: phase.clone(), close: Arc::clone(&close) });
        drop(open);
        Slot { shared: Arc::clone(&self.shared), key, phase, close }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Returns when the connection is to be closed for another.
    pub(crate) async fn closed(&self) {
        self.close.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.shared.open().connections.remove(&self.key);
        self.shared.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn later(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[test]
    fn the_longest_silent_goes_first() {
        let slots = Slots::new(3);
        let connections = [(); 3].map(|()| slots.take());
        let is_open = |at: usize| slots.shared.open().connections.contains_key(&connections[at].key);
        // the first asks again, the second is inside a body
        connections[1].phase.set(Phase::Body);
        connections[0].phase.set(Phase::Head);
        assert!(matches!(slots.try_room(Instant::now()), Room::From(Some(_))), "all are new");
        assert_eq!(slots.close_one(later(60)), Room::Closing);
        assert!(is_open(0) && is_open(1) && !is_open(2));
        assert_eq!(slots.try_room(Instant::now()), Room::Free);
        assert_eq!(slots.close_one(later(60)), Room::Closing);
        assert!(!is_open(0) && is_open(1), "a body goes last");
        assert_eq!(slots.close_one(later(60)), Room::Closing);
        assert_eq!(slots.close_one(later(60)), Room::From(None));
    }

    #[test]
    fn whom_the_server_works_for_stays() {
        let slots = Slots::new(1);
        let one = slots.take();
        one.phase.set(Phase::Body);
        one.phase.body_ended();
        assert_eq!(slots.try_room(later(3600)), Room::From(None));
        one.phase.set(Phase::Head);
        assert_eq!(slots.try_room(later(3600)), Room::Closing);
        drop(one);
        assert_eq!(slots.try_room(Instant::now()), Room::Free);
    }
}
