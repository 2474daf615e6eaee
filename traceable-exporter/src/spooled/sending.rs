//! The thread that sends what is on disk.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::{Crew, DISK_PAUSE};
use crate::delivery::{Delivery, Patience};
use crate::queue::Pause;
use crate::report::Subject;
use crate::resend::{Fate, Kept, Suspect};
use crate::spool::{Entry, Payload, Waited};
use crate::stats::DropReason;
use crate::wire::Encoder;

/// So often the server may fail on a record, and be well otherwise, until the record goes out of the way of others. It
/// takes a quarter of a minute, about.
const MAX_FAILURES: u32 = 8;

/// Why a record was not read.
enum NotRead {
    /// The deadline of the shut-down has passed.
    Abandoned,
    /// The disk fails, and the record is one that others do not wait for.
    PutOff,
}

impl Crew {
    pub(super) fn send_all(&self) {
        self.inner.queue.add_thread();
        let mut encoder = self.encoder();
        let mut delivery =
            Delivery::new(self.inner.clone(), self.server.clone(), Patience::UntilTooOld(None));
        loop {
            let entry = match self.store.wait() {
                Waited::Record(entry) => entry,
                Waited::TakenOver(resumed) => {
                    self.note(&resumed);
                    continue;
                }
                Waited::Over => return,
            };
            if self.inner.queue.is_abandoned() {
                return;
            }
            if entry.is_aside() {
                self.inner.queue.bring_back(entry.operations);
            }
            delivery.take(entry.operations, entry.is_on_disk());
            match entry.is_aside() {
                false => delivery.suspect_after(MAX_FAILURES, false),
                true => delivery.suspect_after(1, true),
            }
            let mut is_put_off = false;
            let send = AssertUnwindSafe(|| self.send(&entry, &mut delivery, &mut encoder, &mut is_put_off));
            let is_settled = catch_unwind(send).unwrap_or_else(|_| {
                self.inner.meter.count_restart();
                delivery.recover();
                true
            });
            encoder.clear();
            if !is_settled {
                // all is abandoned: the next process sends it
                return;
            }
            if is_put_off {
                continue;
            }
            if !entry.is_aside() && self.server.is_well() {
                self.store.server_takes();
            }
            self.inner.queue.settled_up_to(self.store.done(&entry));
        }
    }

    /// Sends a record, however long that takes. Whether it is settled, or set aside.
    fn send(
        &self,
        entry: &Entry,
        delivery: &mut Delivery,
        encoder: &mut Encoder,
        is_put_off: &mut bool,
    ) -> bool {
        let payload = match self.read(entry) {
            Ok(payload) => payload,
            Err(NotRead::Abandoned) => return false,
            Err(NotRead::PutOff) => {
                self.put_off(entry);
                *is_put_off = true;
                return true;
            }
        };
        let Some(kept) = payload.and_then(Kept::of_record) else {
            self.warn(|| "a record of the spool is damaged".to_owned());
            delivery.give_up(DropReason::Unreadable);
            return true;
        };
        let Some(left) = kept.label().time_left(self.store.max_age()) else {
            delivery.give_up(DropReason::Expired);
            return true;
        };
        delivery.set_patience(Patience::UntilTooOld(Instant::now().checked_add(left)));
        self.server.ask_info();
        let sent =
            kept.send(delivery, encoder, &self.server, |suspect| self.set_aside(entry, suspect, is_put_off));
        match sent {
            Fate::Settled => true,
            Fate::Abandoned => false,
            Fate::Lost(reason) => {
                self.warn(|| format!("a record of the spool cannot be sent: {reason}"));
                delivery.give_up(reason);
                true
            }
        }
    }

    /// Takes a record that the server fails on out of the way of others, if there is a way to do so.
    fn set_aside(&self, entry: &Entry, suspect: Suspect<'_>, is_put_off: &mut bool) -> bool {
        let (operations, rest) = match suspect {
            Suspect::All => (entry.operations, None),
            Suspect::Rest(label, body) => (label.total(), Some((label, body))),
        };
        let is_done = match (entry.is_aside(), rest) {
            (false, rest) => self.store.set_aside(entry, rest),
            (true, Some(rest)) => self.store.shorten_aside(rest),
            (true, None) => {
                self.put_off(entry);
                *is_put_off = true;
                return true;
            }
        };
        if is_done {
            self.inner.queue.put_aside(operations);
            self.inner.warner.warn(Subject::SetAside, || {
                format!(
                    "the server fails on {operations} run operations and is well otherwise: they are set aside on \
                     disk, and tried again later"
                )
            });
        }
        is_done
    }

    /// Tries one that was set aside again later.
    fn put_off(&self, entry: &Entry) {
        self.store.put_off(entry);
        self.inner.queue.put_aside(entry.operations);
    }

    /// Reads a record; while the disk fails, again and again. `None`: it is not what was written, or not there.
    fn read(&self, entry: &Entry) -> Result<Option<Payload>, NotRead> {
        loop {
            match self.store.read(entry) {
                Ok(payload) => return Ok(payload),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => self.warn(|| format!("the spool cannot be read: {error}")),
            }
            if entry.is_aside() {
                return Err(NotRead::PutOff);
            }
            if self.inner.queue.rest(DISK_PAUSE) == Pause::Abandoned {
                return Err(NotRead::Abandoned);
            }
        }
    }
}
