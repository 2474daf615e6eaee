//! What the exporter's thread holds: operations in order, with the start and end of one run merged.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Instant;

use traceable_core::{OperationKind, RunOperation};
use uuid::Uuid;

use crate::wire::{self, Pieces, Run, Shared};

/// One entry of a batch: an operation, or several of one run merged.
pub(crate) struct Item {
    pub(crate) operation: RunOperation,
    /// Place of the first of them in the order of submission.
    pub(crate) sequence: u64,
    /// How many operations it stands for.
    pub(crate) operations: u64,
    /// What they count against the bound of the queue.
    pub(crate) bytes: usize,
    /// When the exporter's thread first saw it.
    pub(crate) arrived: Instant,
}

impl Run for Item {
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

    fn write(&self, body: &mut impl Pieces, scratch: &mut Vec<u8>, shared: &Shared) {
        wire::write(&self.operation, body, scratch, shared);
    }
}

/// Mixes the two halves of an id. Without a secret: a program that takes ids of runs from strangers lets them choose
/// ids that collide, which costs time on the exporter's thread, bounded by how many entries it looks at together.
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

/// Operations between the queue and the requests, oldest first.
#[derive(Default)]
pub(crate) struct Backlog {
    items: VecDeque<Item>,
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

    /// What all entries count against the bound of the queue.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn oldest(&self) -> Option<&Item> {
        self.items.front()
    }

    /// Adds an operation; one whose run waits already is merged with it.
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
            None => self.items.push_back(Item { operation, sequence, operations: 1, bytes, arrived }),
        }
    }

    /// Takes the oldest entries: at most `count`, and no more than about `bytes`, but at least one.
    pub(crate) fn take(&mut self, count: usize, bytes: usize) -> Vec<Item> {
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

/// Lays `newer` over `base`: what it brings replaces what was there, attachments are added.
fn merge(base: &mut RunOperation, mut newer: RunOperation) {
    let is_new = [base.kind, newer.kind].contains(&OperationKind::Post);
    if base.kind == OperationKind::Patch && newer.kind == OperationKind::Post {
        // the end overtook the start: another thread was faster
        std::mem::swap(base, &mut newer);
    }
    // tags and metadata are always told whole, so those of the newer one hold
    std::mem::swap(base, &mut newer);
    let mut older = newer;
    if is_new {
        base.kind = OperationKind::Post;
    }
    keep(&mut base.end_time, older.end_time.take());
    keep(&mut base.inputs, older.inputs.take());
    keep(&mut base.outputs, older.outputs.take());
    let older = older.details();
    if base.details().error.is_none() && older.error.is_some() {
        base.details_mut().error = older.error.clone();
    }
    if base.details().serialized.is_none() && older.serialized.is_some() {
        base.details_mut().serialized = older.serialized.clone();
    }
    if base.details().events.is_empty() && !older.events.is_empty() {
        base.details_mut().events = older.events.clone();
    }
    if !older.attachments.is_empty() {
        let added = std::mem::replace(&mut base.details_mut().attachments, older.attachments.clone());
        let all = &mut base.details_mut().attachments;
        for (name, attachment) in added {
            match all.iter_mut().find(|(n, _)| *n == name) {
                Some((_, old)) => *old = attachment,
                None => all.push((name, attachment)),
            }
        }
    }
}

/// Takes the older value where the newer operation brings none.
fn keep<T>(newer: &mut Option<T>, older: Option<T>) {
    if newer.is_none() {
        *newer = older;
    }
}
