//! Merging the operations of one run that wait together.

use traceable_core::{OperationKind, Payload, RunOperation};

/// Lays `newer` over `base`: what it brings replaces what was there, attachments are added. Only moves. Returns what is
/// left over.
pub(super) fn merge(base: &mut RunOperation, mut newer: RunOperation) -> RunOperation {
    let is_new = [base.kind, newer.kind].contains(&OperationKind::Post);
    if is_overtaken(base, &newer) {
        std::mem::swap(base, &mut newer);
    }
    // each operation has all tags and metadata, so those of the newer one hold
    std::mem::swap(base, &mut newer);
    let mut older = newer;
    if is_new {
        base.kind = OperationKind::Post;
    }
    keep(&mut base.end_time, &mut older.end_time);
    keep(&mut base.inputs, &mut older.inputs);
    keep(&mut base.outputs, &mut older.outputs);
    keep_details(base, &mut older);
    older
}

/// Whether the operation that came later is the older one: another thread was faster with the end than this one with the
/// start.
pub(super) fn is_overtaken(base: &RunOperation, newer: &RunOperation) -> bool {
    base.kind == OperationKind::Patch && newer.kind == OperationKind::Post
}

/// How many bytes of outputs and error go when both are merged, because the newer ones replace them.
pub(super) fn replaced(base: &RunOperation, newer: &RunOperation) -> usize {
    let (older, newer) = if is_overtaken(base, newer) { (newer, base) } else { (base, newer) };
    let outputs = older.outputs.as_ref().filter(|_| newer.outputs.is_some());
    let error = older.details().error.as_ref().filter(|_| newer.details().error.is_some());
    outputs.map_or(0, Payload::len) + error.map_or(0, String::len)
}

fn keep_details(base: &mut RunOperation, older: &mut RunOperation) {
    let (own, had) = (base.details(), older.details());
    let keeps_error = own.error.is_none() && had.error.is_some();
    let keeps_serialized = own.serialized.is_none() && had.serialized.is_some();
    let keeps_events = own.events.is_empty() && !had.events.is_empty();
    let keeps_attachments = !had.attachments.is_empty();
    if !(keeps_error || keeps_serialized || keeps_events || keeps_attachments) {
        return;
    }
    let (own, had) = (base.details_mut(), older.details_mut());
    if keeps_error {
        own.error = had.error.take();
    }
    if keeps_serialized {
        own.serialized = had.serialized.take();
    }
    if keeps_events {
        own.events = std::mem::take(&mut had.events);
    }
    if keeps_attachments {
        let added = std::mem::replace(&mut own.attachments, std::mem::take(&mut had.attachments));
        for (name, attachment) in added {
            match own.attachments.iter_mut().find(|(n, _)| *n == name) {
                Some((_, old)) => *old = attachment,
                None => own.attachments.push((name, attachment)),
            }
        }
    }
}

/// Takes the older value where the newer operation brings none.
fn keep<T>(newer: &mut Option<T>, older: &mut Option<T>) {
    if newer.is_none() {
        *newer = older.take();
    }
}
