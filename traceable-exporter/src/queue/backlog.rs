//! Operations between the queue and the batches, in order, with those of one run merged.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Instant;

use traceable_core::RunOperation;
use uuid::Uuid;

use super::merge::merge;
use crate::wire::{self, PartWriter, Resource, Run};

/// One entry of a batch: an operation, or several of one run merged.
pub(crate) struct BatchItem {
    pub(crate) operation: RunOperation,
    /// The ticket of the first of them.
    pub(crate) sequence: u64,
    /// How many operations it stands for.
    pub(crate) operations: u64,
    /// What they count against the queue's bound.
    pub(crate) bytes: usize,
    /// When the batcher first saw it.
    pub(crate) arrived: Instant,
}

impl Run for BatchItem {
    fn operations(&self) -> u64 {
        self.operations
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn name(&self) -> Cow<'_, str> {
        self.operation.name().into()
    }

    fn is_name_cut(&self) -> bool {
        wire::name(&self.operation).1
    }

    fn write(&self, body: &mut impl PartWriter, scratch: &mut Vec<u8>, resource: &Resource) {
        wire::write(&self.operation, body, scratch, resource);
    }
}

/// Mixes the two halves of an id. Without a secret: a program that takes ids of runs from strangers lets them choose
/// ids that collide. That costs time on a worker, bounded by how many entries the batcher looks at together.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            // an odd constant without a pattern: the golden ratio
            self.0 = (self.0.rotate_left(29) ^ u64::from_ne_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        // multiplying leaves the low bits poor, and the table looks at them first
        self.0 ^ (self.0 >> 32)
    }
}

/// Oldest first.
#[derive(Default)]
pub(crate) struct Backlog {
    items: VecDeque<BatchItem>,
    /// Where each run's entry is: its position plus `gone`.
    places: HashMap<Uuid, u64, BuildHasherDefault<IdHasher>>,
    /// How many entries were taken from the front so far.
    gone: u64,
    bytes: usize,
}

impl Backlog {
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// What all entries count against the queue's bound.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn oldest(&self) -> Option<&BatchItem> {
        self.items.front()
    }

    /// Adds an operation. If an entry of its run waits already, the two are merged.
    pub(crate) fn add(&mut self, operation: RunOperation, bytes: usize, sequence: u64, arrived: Instant) {
        self.bytes += bytes;
        let next = self.gone + self.items.len() as u64;
        let place = *self.places.entry(operation.id()).or_insert(next);
        let place = place.checked_sub(self.gone).and_then(|place| usize::try_from(place).ok());
        match place.and_then(|place| self.items.get_mut(place)) {
            Some(item) => {
                item.operations += 1;
                item.bytes += bytes;
                merge(&mut item.operation, operation);
            }
            None => self.items.push_back(BatchItem { operation, sequence, operations: 1, bytes, arrived }),
        }
    }

    /// Takes the oldest entries: at most `count`, and no more than about `bytes`, but at least one.
    pub(crate) fn take(&mut self, count: usize, bytes: usize) -> Vec<BatchItem> {
        let mut batch = Vec::with_capacity(count.min(self.items.len()));
        let mut held = 0;
        while batch.len() < count {
            let Some(next) = self.items.front() else { break };
            if !batch.is_empty() && held + next.bytes > bytes {
                break;
            }
            held += next.bytes;
            let Some(item) = self.items.pop_front() else { break };
            self.places.remove(&item.operation.id());
            self.gone += 1;
            batch.push(item);
        }
        self.bytes -= held;
        batch
    }
}
