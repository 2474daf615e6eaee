//! What waits in the queue, oldest first: one entry for each run, which holds all operations of the run that wait.
//!
//! It grows by chunks, so that nothing that waits is ever moved.

use std::collections::VecDeque;

use uuid::Uuid;

use super::entry::BatchItem;
use super::places::Places;

/// How many entries a chunk has room for.
pub(super) const CHUNK: usize = 64;
/// How many emptied chunks are kept for reuse.
const SPARE: usize = 32;

#[derive(Default)]
pub(super) struct Waiting {
    chunks: VecDeque<Vec<Option<BatchItem>>>,
    spare: Vec<Vec<Option<BatchItem>>>,
    /// Where each run's entry is.
    places: Places,
    /// The place of the oldest entry. Places count from the first entry ever.
    first: u64,
    len: usize,
    bytes: usize,
}

impl Waiting {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// What they count against the queue's bound.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn oldest(&self) -> Option<&BatchItem> {
        self.chunks.front()?.get(self.first as usize % CHUNK)?.as_ref()
    }

    /// Adds an entry of a run that has none.
    pub(super) fn push(&mut self, run: Uuid, item: BatchItem) {
        self.places.insert(run, self.first + self.len as u64);
        self.len += 1;
        self.bytes += item.bytes;
        match self.chunks.back_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => chunk.push(Some(item)),
            None => {
                let mut chunk = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
                chunk.push(Some(item));
                self.chunks.push_back(chunk);
            }
        }
    }

    /// Whether an entry of this run waits.
    pub(super) fn place_of(&self, run: Uuid) -> Option<u64> {
        self.places.get(run)
    }

    /// The entry at a place.
    pub(super) fn get(&self, place: u64) -> Option<&BatchItem> {
        let chunk = (place / CHUNK as u64).checked_sub(self.first / CHUNK as u64)?;
        self.chunks.get(usize::try_from(chunk).ok()?)?.get(place as usize % CHUNK)?.as_ref()
    }

    /// Changes the entry at a place. Returns what `change` does.
    pub(super) fn change<R>(&mut self, place: u64, change: impl FnOnce(&mut BatchItem) -> R) -> Option<R> {
        let chunk = (place / CHUNK as u64).checked_sub(self.first / CHUNK as u64)?;
        let chunk = self.chunks.get_mut(usize::try_from(chunk).ok()?)?;
        let item = chunk.get_mut(place as usize % CHUNK)?.as_mut()?;
        let before = item.bytes;
        let result = change(item);
        self.bytes = self.bytes - before + item.bytes;
        Some(result)
    }

    /// Takes the oldest entry.
    pub(super) fn take(&mut self) -> Option<BatchItem> {
        let at = self.first as usize % CHUNK;
        let item = self.chunks.front_mut()?.get_mut(at)?.take()?;
        self.places.remove(item.operation.id());
        self.first += 1;
        self.len -= 1;
        self.bytes -= item.bytes;
        if at + 1 == CHUNK
            && let Some(mut chunk) = self.chunks.pop_front()
            && self.spare.len() < SPARE
        {
            chunk.clear();
            self.spare.push(chunk);
        }
        Some(item)
    }
}
