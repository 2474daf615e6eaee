//! One request's worth of operations, inside the writer's transaction.

use rusqlite::{Connection, ErrorCode, Transaction};

use crate::error_chain::error_chain;
use crate::model::{
    change::{Batch, NewFeedback, Rejection},
    time,
};
use crate::store::{StoreError, upsert};

/// What became of a request.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many operations were stored.
    pub(crate) stored: usize,
    /// What was not, and why.
    pub(crate) rejected: Vec<Rejection>,
}

/// Stores what can be stored, each operation in a savepoint of its own. An error means that the whole transaction
/// cannot go on: the disk is full, the file is locked.
pub(crate) fn store(tx: &mut Transaction<'_>, batch: Batch) -> Result<Outcome, StoreError> {
    let Batch { mut changes, feedback, rejected, default_project } = batch;
    let mut outcome = Outcome { stored: 0, rejected };
    // field parts without a main part lean on a run that another operation of the same request may make
    changes.sort_by_key(|change| !change.has_main);
    for change in changes {
        let loc = format!("{}.{}", change.kind.as_str(), change.id);
        let savepoint = tx.savepoint()?;
        match upsert::apply(&savepoint, change, default_project.as_deref()) {
            Ok(true) => {
                savepoint.commit()?;
                outcome.stored += 1;
            }
            Ok(false) => {
                let msg = "fields or attachments of a run that has no post or patch part and is not known";
                outcome.rejected.push(Rejection::new(loc, msg, "missing_run"));
            }
            Err(error) => outcome.rejected.push(own_fault(loc, error)?),
        }
    }
    for feedback in feedback {
        let loc = format!("feedback.{}", feedback.id);
        match save_feedback(tx, feedback) {
            Ok(()) => outcome.stored += 1,
            Err(error) => outcome.rejected.push(own_fault(loc, error.into())?),
        }
    }
    Ok(outcome)
}

/// An error that this one operation brought on itself, as a rejection; any other as an error.
fn own_fault(loc: String, error: StoreError) -> Result<Rejection, StoreError> {
    let own = match &error {
        StoreError::Sqlite(error) => {
            matches!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig))
        }
        StoreError::Damaged(_) => true,
        _ => false,
    };
    if own { Ok(Rejection::new(loc, error_chain(&error), "not_storable")) } else { Err(error) }
}

fn save_feedback(conn: &Connection, feedback: NewFeedback) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO feedback(id, run_id, trace_id, key, score, value, comment, doc, created_us) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(id) DO UPDATE SET run_id = excluded.run_id, \
         trace_id = excluded.trace_id, key = excluded.key, score = excluded.score, value = excluded.value, \
         comment = excluded.comment, doc = excluded.doc",
    )?
    .execute((
        feedback.id,
        feedback.run_id,
        feedback.trace_id,
        feedback.key,
        feedback.score,
        feedback.value,
        feedback.comment,
        feedback.document,
        time::now_us(),
    ))?;
    Ok(())
}
