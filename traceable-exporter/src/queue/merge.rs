//! Merging the operations of one run that wait together.

use traceable_core::{OperationKind, RunOperation};

/// Lays `newer` over `base`: what it brings replaces what was there, attachments are added.
pub(super) fn merge(base: &mut RunOperation, mut newer: RunOperation) {
    let is_new = [base.kind, newer.kind].contains(&OperationKind::Post);
    if base.kind == OperationKind::Patch && newer.kind == OperationKind::Post {
        // the end overtook the start: another thread was faster
        std::mem::swap(base, &mut newer);
    }
    // each operation has all tags and metadata, so those of the newer one hold
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
