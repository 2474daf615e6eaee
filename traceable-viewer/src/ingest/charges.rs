//! The memory that reading a request takes: charged before it is used, and corrected once the result is known.

use crate::ingest::request_error::RequestError;
use crate::memory_budget::Reservation;
use crate::model::{
    change::{Batch, RunChange},
    validation_error::Rejections,
};

/// What an operation takes beside its texts: at most this.
const PER_OPERATION: usize = 2 * size_of::<RunChange>();

/// How many copies of a value SQLite holds while it is stored: the bound parameter and the row.
const COPIES_IN_SQLITE: usize = 2;

/// Charges for the operations of one request.
pub(crate) struct Charges<'a> {
    reservation: &'a mut Reservation,
    charged: usize,
}

impl<'a> Charges<'a> {
    pub(crate) fn new(reservation: &'a mut Reservation) -> Self {
        Charges { reservation, charged: 0 }
    }

    /// Charges for an operation that is read from this many bytes. What is kept of it is never larger.
    pub(crate) fn operation(&mut self, bytes: usize) -> Result<(), RequestError> {
        let bytes = bytes.saturating_add(PER_OPERATION);
        self.reservation.grow_waiting(bytes)?;
        self.charged += bytes;
        Ok(())
    }

    /// Everything is read: from here on, what the batch holds counts.
    pub(crate) fn settle(self, batch: &Batch) -> Result<(), RequestError> {
        let changes = batch.changes.iter().map(|change| change.memory() + PER_OPERATION);
        let feedback = batch.feedback.iter().map(|feedback| 2 * feedback.document.len() + PER_OPERATION);
        let kept = changes.sum::<usize>() + feedback.sum::<usize>() + rejections(&batch.rejected);
        self.reservation.shrink(self.charged.saturating_sub(kept));
        Ok(self.reservation.grow_waiting(kept.saturating_sub(self.charged))?)
    }
}

/// The memory that storing a batch takes: its operations are stored one after the other.
pub(crate) fn memory_to_store(batch: &Batch) -> usize {
    let largest = batch.changes.iter().map(RunChange::largest_value).max().unwrap_or(0);
    COPIES_IN_SQLITE.saturating_mul(largest)
}

fn rejections(rejections: &Rejections) -> usize {
    // listed here, in the response, and in its text
    rejections.listed.iter().map(|error| 3 * (error.msg.len() + 200)).sum()
}
