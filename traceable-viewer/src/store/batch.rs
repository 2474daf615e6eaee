//! Stores the operations of one request, inside the writer's transaction.

use rusqlite::{ErrorCode, Transaction};

use crate::error_chain::error_chain;
use crate::model::{
    change::Batch,
    validation_error::{ValidationError, ValidationReason},
};
use crate::store::{StoreError, feedback, merge};

/// What the writer did with a batch.
#[derive(Debug, Default)]
pub(crate) struct BatchReport {
    /// How many operations were stored.
    pub(crate) stored: usize,
    /// What it refused, and why.
    pub(crate) rejected: Vec<ValidationError>,
}

/// Stores what can be stored, each operation in a savepoint of its own. An error means that the whole transaction
/// cannot go on: the disk is full, the file is locked.
pub(crate) fn store(tx: &mut Transaction<'_>, batch: Batch) -> Result<BatchReport, StoreError> {
    let Batch { mut changes, feedback, rejected, default_project } = batch;
    let mut report = BatchReport { stored: 0, rejected };
    // field parts without a main part need a run that another operation of the same request may make
    changes.sort_by_key(|change| !change.has_main);
    for change in changes {
        let loc = format!("{}.{}", change.kind.as_str(), change.id);
        let savepoint = tx.savepoint()?;
        match merge::merge_change(&savepoint, change, default_project.as_deref()) {
            Ok(true) => {
                savepoint.commit()?;
                report.stored += 1;
            }
            Ok(false) => report.rejected.push(ValidationReason::UnknownRun.at(loc)),
            Err(error) => report.rejected.push(rejection(loc, error)?),
        }
    }
    for item in feedback {
        let loc = format!("feedback.{}", item.id);
        match feedback::save(tx, item) {
            Ok(()) => report.stored += 1,
            Err(error) => report.rejected.push(rejection(loc, error.into())?),
        }
    }
    Ok(report)
}

/// An error that only this operation has, as a rejection; any other as an error.
fn rejection(loc: String, error: StoreError) -> Result<ValidationError, StoreError> {
    let own = match &error {
        StoreError::Sqlite(error) => {
            matches!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig))
        }
        StoreError::Damaged(_) => true,
        _ => false,
    };
    if own { Ok(ValidationReason::NotStorable(error_chain(&error)).at(loc)) } else { Err(error) }
}
