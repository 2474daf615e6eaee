//! The operations of one request, stored some at a time, so that a large request does not keep others waiting.

use std::collections::VecDeque;

use rusqlite::{Connection, ErrorCode, Transaction};
use uuid::Uuid;

use crate::error_chain::error_chain;
use crate::extract::Prices;
use crate::memory_budget::Reservation;
use crate::model::{
    change::{Batch, NewAttachment, NewFeedback, RunChange},
    validation_error::{Rejections, ValidationError, ValidationReason},
};
use crate::store::{
    StoreError, attachments, feedback, merge,
    orphans::{self, Adoption},
    run_row::RunRow,
    touched::{RunTouch, Touched},
};

/// What the writer did with a batch.
#[derive(Debug, Default)]
pub(crate) struct BatchReport {
    /// How many operations were stored.
    pub(crate) stored: usize,
    /// What it refused, and why.
    pub(crate) rejected: Rejections,
}

/// A piece of work that is stored whole or not at all, and is short.
#[derive(Debug)]
enum Operation {
    Change(Box<RunChange>),
    Attachment(Uuid, NewAttachment),
    Feedback(NewFeedback),
    /// Some children of a run that came before it move below it.
    Adopt(Adoption),
}

/// What an operation has led to, once its transaction is committed.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An operation of the request is stored; children of its run may wait.
    Stored(Option<Adoption>),
    /// Children moved, and these are left.
    Adopted(Vec<Adoption>),
    Rejected(ValidationError),
}

/// A batch, and how far it has come.
#[derive(Debug)]
pub(crate) struct BatchProgress {
    waiting: VecDeque<Operation>,
    default_project: Option<String>,
    report: BatchReport,
    /// Held until everything is stored.
    _reservation: Option<Reservation>,
}

impl BatchProgress {
    pub(crate) fn new(batch: Batch) -> Self {
        let Batch { mut changes, feedback, rejected, default_project, reservation } = batch;
        // field parts without a main part need a run that another operation of the same request may make
        changes.sort_by_key(|change| !change.has_main);
        let mut waiting = VecDeque::with_capacity(changes.len() + feedback.len());
        for mut change in changes {
            let (id, files) = (change.id, std::mem::take(&mut change.attachments));
            if change.has_fields {
                waiting.push_back(Operation::Change(Box::new(change)));
            }
            waiting.extend(files.into_iter().map(|file| Operation::Attachment(id, file)));
        }
        waiting.extend(feedback.into_iter().map(Operation::Feedback));
        let report = BatchReport { stored: 0, rejected };
        BatchProgress { waiting, default_project, report, _reservation: reservation }
    }

    /// The report, once nothing waits.
    pub(crate) fn finished(&mut self) -> Option<BatchReport> {
        self.waiting.is_empty().then(|| std::mem::take(&mut self.report))
    }

    /// Stores operations from a place in the queue on, inside a transaction, until there are enough; returns what each
    /// has led to. An error means that the whole transaction cannot go on: the disk is full, the file is locked.
    ///
    /// A savepoint copies each page that is written after it, so they share one. Only when one of them fails, they are
    /// stored again with one for each.
    pub(crate) fn store(
        &self,
        from: usize,
        enough: &dyn Fn(usize) -> bool,
        tx: &mut Transaction<'_>,
        touched: &mut Touched,
        prices: Option<&Prices>,
    ) -> Result<Vec<Outcome>, StoreError> {
        if let Some(outcomes) = self.store_together(from, enough, tx, touched, prices)? {
            return Ok(outcomes);
        }
        let mut outcomes = Vec::new();
        while !enough(outcomes.len())
            && let Some(operation) = self.waiting.get(from + outcomes.len())
        {
            let savepoint = tx.savepoint()?;
            outcomes.push(match operation.store(&savepoint, self.default_project.as_deref(), prices) {
                Ok(Some((outcome, runs))) => {
                    savepoint.commit()?;
                    runs.into_iter().for_each(|run| touched.add(run));
                    outcome
                }
                Ok(None) => Outcome::Rejected(ValidationReason::UnknownRun.at(operation.loc())),
                Err(error) => Outcome::Rejected(rejection(operation.loc(), error)?),
            });
        }
        Ok(outcomes)
    }

    /// `None`: one has failed, and nothing is stored.
    fn store_together(
        &self,
        from: usize,
        enough: &dyn Fn(usize) -> bool,
        tx: &mut Transaction<'_>,
        touched: &mut Touched,
        prices: Option<&Prices>,
    ) -> Result<Option<Vec<Outcome>>, StoreError> {
        let (mut outcomes, mut touches) = (Vec::new(), Vec::new());
        let savepoint = tx.savepoint()?;
        while !enough(outcomes.len())
            && let Some(operation) = self.waiting.get(from + outcomes.len())
        {
            match operation.store(&savepoint, self.default_project.as_deref(), prices) {
                Ok(Some((outcome, runs))) => {
                    outcomes.push(outcome);
                    touches.extend(runs);
                }
                Ok(None) => return Ok(None),
                Err(error) => return rejection(operation.loc(), error).map(|_| None),
            }
        }
        savepoint.commit()?;
        touches.into_iter().for_each(|run| touched.add(run));
        Ok(Some(outcomes))
    }

    /// Takes note of what a committed transaction did with the first operations.
    pub(crate) fn commit(&mut self, outcomes: Vec<Outcome>) {
        drop(self.waiting.drain(..outcomes.len().min(self.waiting.len())));
        let mut next = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Stored(adoption) => {
                    self.report.stored += 1;
                    next.extend(adoption);
                }
                Outcome::Adopted(left) => next.extend(left),
                Outcome::Rejected(error) => self.report.rejected.push(error),
            }
        }
        for adoption in next.into_iter().rev() {
            self.waiting.push_front(Operation::Adopt(adoption));
        }
    }
}

impl Operation {
    /// Stores it, and tells which runs it touched; `None`: it is about a run that is not known.
    fn store(
        &self,
        conn: &Connection,
        default: Option<&str>,
        prices: Option<&Prices>,
    ) -> Result<Option<(Outcome, Vec<RunTouch>)>, StoreError> {
        match self {
            Operation::Change(change) => {
                let Some(merged) = merge::merge_change(conn, change, default, prices)? else {
                    return Ok(None);
                };
                let outcome = Outcome::Stored(orphans::waiting_children(conn, merged.run)?);
                Ok(Some((outcome, merged.touched)))
            }
            Operation::Attachment(run, file) => {
                let Some(row) = RunRow::load(conn, *run)?.and_then(|row| row.rid) else { return Ok(None) };
                attachments::save(conn, row, file)?;
                Ok(Some((Outcome::Stored(None), Vec::new())))
            }
            Operation::Feedback(item) => {
                feedback::save(conn, item)?;
                Ok(Some((Outcome::Stored(None), Vec::new())))
            }
            Operation::Adopt(adoption) => {
                let (left, runs) = orphans::adopt_some_children(conn, *adoption)?;
                Ok(Some((Outcome::Adopted(left), runs)))
            }
        }
    }

    /// Where in the request it came from.
    fn loc(&self) -> String {
        match self {
            Operation::Change(change) => format!("{}.{}", change.kind.as_str(), change.id),
            Operation::Attachment(run, file) => format!("attachment.{run}.{}", file.name),
            Operation::Feedback(item) => format!("feedback.{}", item.id),
            Operation::Adopt(adoption) => format!("children of {}", adoption.parent),
        }
    }
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
