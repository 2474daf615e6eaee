//! The thread that sends the records of the spool.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::send_stored_body::{StoredBodyOutcome, Suspect};
use super::stored_body::StoredBody;
use super::workers::{DISK_PAUSE, SpoolWorkers};
use crate::accounting::{DropReason, WarningKind};
use crate::delivery::{Delivery, RetryPolicy};
use crate::queue::Pause;
use crate::spool::{Entry, NextRecord, Payload};
use crate::wire::Encoder;

/// After so many failures on one record, of a server that is healthy otherwise, the record is quarantined. That takes
/// about 15 seconds.
const MAX_FAILURES: u32 = 8;

/// Why a record was not read.
enum NotRead {
    /// The shutdown's deadline has passed.
    Abandoned,
    /// The disk fails, and the record is quarantined: others do not wait for it.
    Postponed,
}

impl SpoolWorkers {
    pub(super) fn send_all(&self) {
        self.shared.queue.add_thread();
        let mut encoder = self.encoder();
        let mut delivery =
            Delivery::new(self.shared.clone(), self.server.clone(), RetryPolicy::UntilExpired(None));
        loop {
            let entry = match self.store.wait() {
                NextRecord::Record(entry) => entry,
                NextRecord::TakenOver(recovered) => {
                    self.note_recovered(&recovered);
                    continue;
                }
                NextRecord::Over => return,
            };
            if self.shared.queue.is_abandoned() {
                return;
            }
            if entry.is_quarantined() {
                self.shared.queue.retry_quarantined(entry.operations);
            }
            delivery.take(entry.operations, entry.is_on_disk());
            match entry.is_quarantined() {
                false => delivery.suspect_after(MAX_FAILURES, false),
                true => delivery.suspect_after(1, true),
            }
            let mut is_postponed = false;
            let send = AssertUnwindSafe(|| self.send(&entry, &mut delivery, &mut encoder, &mut is_postponed));
            let is_acknowledged = catch_unwind(send).unwrap_or_else(|_| {
                self.shared.counters.count_restart();
                delivery.recover();
                true
            });
            encoder.clear();
            if !is_acknowledged {
                // the exporter is abandoned: the next process sends the record
                return;
            }
            if is_postponed {
                continue;
            }
            if !entry.is_quarantined() && self.server.is_healthy() {
                self.store.server_accepted();
            }
            let ticket = self.store.acknowledge(&entry);
            match entry.is_recovered() {
                true => self.shared.queue.recovered_acknowledged(entry.operations),
                false => self.shared.queue.acknowledged_up_to(ticket),
            }
        }
    }

    /// Sends a record, however long that takes. `false`: the exporter is abandoned. Sets `is_postponed` if a
    /// quarantined record stays in quarantine.
    fn send(
        &self,
        entry: &Entry,
        delivery: &mut Delivery,
        encoder: &mut Encoder,
        is_postponed: &mut bool,
    ) -> bool {
        let payload = match self.read(entry) {
            Ok(payload) => payload,
            Err(NotRead::Abandoned) => return false,
            Err(NotRead::Postponed) => {
                self.postpone(entry);
                *is_postponed = true;
                return true;
            }
        };
        let Some(stored) = payload.and_then(StoredBody::from_record) else {
            self.warn(|| "a record of the spool is damaged: its runs are dropped".to_owned());
            delivery.drop_all(DropReason::Unreadable);
            return true;
        };
        let Ok(expires_at) = self.store.expires_at(stored.label()) else {
            delivery.drop_all(DropReason::Expired);
            return true;
        };
        delivery.set_retry_policy(RetryPolicy::UntilExpired(expires_at));
        self.server.ask_info();
        let sent = stored
            .send(delivery, encoder, &self.server, |suspect| self.quarantine(entry, suspect, is_postponed));
        match sent {
            StoredBodyOutcome::Acknowledged => true,
            StoredBodyOutcome::Abandoned => false,
            StoredBodyOutcome::Dropped(reason) => {
                self.warn(|| format!("a record of the spool cannot be sent: its runs are dropped: {reason}"));
                delivery.drop_all(reason);
                true
            }
        }
    }

    /// Quarantines what the server fails on. `false`: that is not possible, and the record is retried.
    fn quarantine(&self, entry: &Entry, suspect: Suspect<'_>, is_postponed: &mut bool) -> bool {
        let (operations, rest) = match suspect {
            Suspect::All => (entry.operations, None),
            Suspect::Rest(label, body) => (label.total(), Some((label, body))),
        };
        let is_done = match (entry.is_quarantined(), rest) {
            (false, rest) => self.store.quarantine(entry, rest),
            (true, Some(rest)) => self.store.requarantine_rest(rest),
            (true, None) => {
                self.postpone(entry);
                *is_postponed = true;
                return true;
            }
        };
        if is_done {
            self.shared.queue.quarantine(operations);
            self.shared.warner.warn(WarningKind::Quarantined, || {
                format!(
                    "the server is healthy but keeps failing on a request of {operations} run operations: quarantined on \
                     disk, retried later"
                )
            });
        }
        is_done
    }

    /// Returns a record to quarantine until its next retry.
    fn postpone(&self, entry: &Entry) {
        self.store.postpone(entry);
        self.shared.queue.quarantine(entry.operations);
    }

    /// Reads a record; retries while the disk fails. `None`: it is damaged or missing.
    fn read(&self, entry: &Entry) -> Result<Option<Payload>, NotRead> {
        loop {
            match self.store.read(entry) {
                Ok(payload) => return Ok(payload),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => self.warn(|| format!("the spool cannot be read: {error}")),
            }
            if entry.is_quarantined() {
                return Err(NotRead::Postponed);
            }
            if self.shared.queue.pause_despite_flush(DISK_PAUSE) == Pause::Abandoned {
                return Err(NotRead::Abandoned);
            }
        }
    }
}
