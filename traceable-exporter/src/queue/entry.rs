//! One entry of the queue and of a batch: an operation, or several of one run merged.

use std::borrow::Cow;

use traceable_core::RunOperation;

use super::merge::{is_overtaken, merge};
use crate::wire::{self, LeftOut, PartWriter, Resource, Run};

/// What an entry takes beside its operation: the rest of its place in a chunk, and its share of the table of places,
/// which is between half and nearly full.
pub(super) const ENTRY: usize = size_of::<BatchItem>() - size_of::<RunOperation>() + 40;

/// One entry of a batch: an operation, or several of one run merged.
pub(crate) struct BatchItem {
    pub(crate) operation: RunOperation,
    /// What did not fit into the queue.
    pub(crate) left_out: LeftOut,
    /// The ticket of the first of them.
    pub(crate) sequence: u64,
    /// How many operations it stands for.
    pub(crate) operations: u64,
    /// What it counts against the queue's bound.
    pub(crate) bytes: usize,
}

impl BatchItem {
    /// Merges a later operation of the same run into the entry, which then counts what both together take. Returns what
    /// is left over, to be freed without the lock.
    pub(super) fn merge(&mut self, operation: RunOperation, left_out: LeftOut) -> RunOperation {
        if !is_overtaken(&self.operation, &operation) {
            // what the later operation brings whole is not missing any more
            self.left_out.outputs &= operation.outputs.is_none();
            self.left_out.inputs &= operation.inputs.is_none();
        }
        let left_over = merge(&mut self.operation, operation);
        self.left_out = self.left_out.with(left_out);
        self.operations += 1;
        self.bytes = self.operation.size() + ENTRY;
        left_over
    }
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

    fn left_out(&self) -> LeftOut {
        self.left_out
    }

    fn write(&self, body: &mut impl PartWriter, scratch: &mut Vec<u8>, resource: &Resource) {
        wire::write(&self.operation, body, scratch, resource);
    }
}
