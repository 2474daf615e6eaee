//! What a transaction has touched, and is brought in line once at its end: totals of traces, words of runs.

use std::collections::HashMap;

use rusqlite::Connection;
use uuid::Uuid;

use crate::store::{
    StoreError,
    run_row::RunRow,
    run_text::{self, TextParts},
    trace_totals::{Totals, TotalsChange},
};

/// What one operation did to a run.
#[derive(Debug)]
pub(crate) enum RunTouch {
    Changed(Box<Change>),
    /// It is not there any more.
    Removed {
        rid: i64,
        trace_id: Uuid,
    },
}

#[derive(Debug)]
pub(crate) struct Change {
    rid: i64,
    trace_id: Uuid,
    totals: Totals,
    /// What it was before, if it was.
    before: Option<(Uuid, Totals)>,
    text: Option<TextParts>,
}

impl RunTouch {
    /// `before`: of a run that was known. `text`: when words have changed.
    pub(crate) fn new(
        rid: i64,
        row: &RunRow,
        before: Option<(Uuid, Totals)>,
        text: Option<TextParts>,
    ) -> Self {
        let (trace_id, totals) = (row.trace_id, Totals::of(row));
        RunTouch::Changed(Box::new(Change { rid, trace_id, totals, before, text }))
    }

    pub(crate) fn removed(rid: i64, trace_id: Uuid) -> Self {
        RunTouch::Removed { rid, trace_id }
    }
}

/// All that the operations of one transaction did.
#[derive(Default)]
pub(crate) struct Touched {
    traces: HashMap<Uuid, TotalsChange>,
    /// By the key of a run: whether it is new in this transaction, and its words.
    texts: HashMap<i64, (bool, TextParts)>,
    /// In the order in which they came, which is that of the index.
    order: Vec<i64>,
}

impl Touched {
    /// Takes note of what an operation did, once it cannot fail any more.
    pub(crate) fn add(&mut self, touch: RunTouch) {
        let change = match touch {
            RunTouch::Changed(change) => *change,
            RunTouch::Removed { rid, trace_id } => {
                self.texts.remove(&rid);
                return self.traces.entry(trace_id).or_default().remove();
            }
        };
        let Change { rid, trace_id, totals, before, text } = change;
        let is_new = before.is_none();
        let before = match before {
            Some((old_trace, before)) if old_trace == trace_id => Some(before),
            Some((old_trace, _)) => {
                self.traces.entry(old_trace).or_default().remove();
                None
            }
            None => None,
        };
        let trace = self.traces.entry(trace_id).or_default();
        trace.change(before.as_ref(), &totals);
        if let Some(text) = text {
            let (_, parts) = self.texts.entry(rid).or_insert_with(|| {
                self.order.push(rid);
                (is_new, TextParts::default())
            });
            parts.merge(text);
        }
    }

    /// Writes the totals and the words; `index`: whether there is a full text.
    pub(crate) fn save(mut self, conn: &Connection, index: bool) -> Result<(), StoreError> {
        for (trace_id, change) in &self.traces {
            change.save(conn, *trace_id)?;
        }
        for rid in self.order {
            if let Some((is_new, parts)) = self.texts.remove(&rid).filter(|_| index) {
                run_text::index(conn, rid, parts, is_new)?;
            }
        }
        Ok(())
    }
}
