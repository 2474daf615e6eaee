//! How many bytes of all requests together may be in memory at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts bytes up to a bound; clones share the count.
#[derive(Clone, Debug)]
pub(crate) struct MemoryPool {
    used: Arc<AtomicUsize>,
    max: usize,
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    used: Arc<AtomicUsize>,
    bytes: usize,
}

impl MemoryPool {
    pub(crate) fn new(max: usize) -> Self {
        MemoryPool { used: Arc::new(AtomicUsize::new(0)), max }
    }

    /// Reserves the bytes; `None` when there is no room.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<Reservation> {
        let fits = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.max);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
        Some(Reservation { used: Arc::clone(&self.used), bytes })
    }
}

impl Reservation {
    /// Takes over the bytes of another reservation.
    pub(crate) fn merge(&mut self, mut other: Reservation) {
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_it_took() {
        let pool = MemoryPool::new(10);
        let mut first = pool.reserve(6).unwrap();
        assert!(pool.reserve(5).is_none());
        first.merge(pool.reserve(4).unwrap());
        assert!(pool.reserve(1).is_none());
        drop(first);
        assert!(pool.reserve(10).is_some());
        assert!(pool.reserve(usize::MAX).is_none());
    }
}
