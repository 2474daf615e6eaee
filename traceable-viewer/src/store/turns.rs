//! Which request is stored next, and how much of it: one transaction at a time, each short, each with a part of every
//! request that waits.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::store::{
    BatchReport, StoreError,
    batch_progress::{BatchProgress, Outcome},
    touched::Touched,
    write_error::WriteError,
    writer_file::WriterFile,
    writer_settings::WriterSettings,
};

/// When a transaction takes no more.
#[derive(Clone, Copy)]
struct Bounds {
    operations: usize,
    time: Duration,
}

/// While several requests wait: each is answered after one or two of these.
const SHARED: Bounds = Bounds { operations: 2000, time: Duration::from_millis(100) };

/// While one is alone. Runs have random ids, so a commit writes many pages for few runs, and few commits write less.
const ALONE: Bounds = Bounds { operations: 20_000, time: Duration::from_secs(1) };

/// After a transaction has failed, to see which request it was.
const ONE_BY_ONE: Bounds = Bounds { operations: OPERATIONS_PER_TURN, ..SHARED };

/// Operations of one request before the next one has its turn.
const OPERATIONS_PER_TURN: usize = 50;

/// A request that waits to be stored.
pub(crate) struct Job {
    pub(crate) progress: BatchProgress,
    pub(crate) reply: oneshot::Sender<Result<BatchReport, WriteError>>,
}

/// One transaction for the jobs at the front of the queue, and for those that arrive meanwhile. Those that are not
/// finished go to its end.
pub(crate) fn take_turns(
    file: &mut WriterFile,
    jobs: &mut VecDeque<Job>,
    arrived: &mut dyn FnMut() -> Option<Job>,
) {
    let (conn, settings) = match file.connection_and_settings() {
        Ok(open) => open,
        Err(error) => return jobs.drain(..).for_each(|job| reply(job, Err(error.clone()))),
    };
    let mut turn = Vec::new();
    let Err(error) = transaction(conn, settings, jobs, &mut turn, ALONE, arrived) else {
        return finish(turn, jobs);
    };
    match turn.len() {
        // it could not begin
        0 => return jobs.drain(..).for_each(|job| reply(job, Err(error.clone()))),
        1 => return fail(turn, &error),
        _ => {}
    }
    // what one request asks for may be what the disk has no room for, so each gets a transaction of its own
    let mut alone: VecDeque<Job> = turn.into_iter().map(|(job, _)| job).collect();
    while let Some(job) = alone.pop_front() {
        let (mut one, mut turn) = (VecDeque::from([job]), Vec::new());
        match transaction(conn, settings, &mut one, &mut turn, ONE_BY_ONE, &mut || None) {
            Ok(()) => finish(turn, jobs),
            // the file was locked, or cannot be written by anybody
            Err(error) if turn.is_empty() => {
                return one.into_iter().chain(alone).for_each(|job| reply(job, Err(error.clone())));
            }
            Err(error) => fail(turn, &error),
        }
    }
}

/// Takes jobs from the queue, stores a part of each, and commits. On an error nothing of it is stored.
fn transaction(
    conn: &mut Connection,
    settings: &WriterSettings,
    jobs: &mut VecDeque<Job>,
    turn: &mut Vec<(Job, Vec<Outcome>)>,
    alone: Bounds,
    arrived: &mut dyn FnMut() -> Option<Job>,
) -> Result<(), WriteError> {
    let mut tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
    // not earlier: another program may have held the file
    let began = Instant::now();
    let mut touched = Touched::default();
    let prices = settings.prices.as_ref();
    let (mut operations, mut at, mut without_work) = (0, 0, 0);
    // each that waits has a turn, then those that have more have another
    loop {
        jobs.extend(std::iter::from_fn(&mut *arrived));
        let bounds = if jobs.len() + turn.len() > 1 { SHARED } else { alone };
        if operations >= bounds.operations || (operations > 0 && began.elapsed() >= bounds.time) {
            break;
        }
        if at == turn.len() {
            match jobs.pop_front() {
                Some(job) => turn.push((job, Vec::new())),
                None if without_work == turn.len() => break,
                None => at = 0,
            }
        }
        let Some((job, outcomes)) = turn.get_mut(at) else { break };
        let enough = |done: usize| done >= OPERATIONS_PER_TURN || done > 0 && began.elapsed() >= bounds.time;
        let stored = job.progress.store(outcomes.len(), &enough, &mut tx, &mut touched, prices)?;
        without_work = if stored.is_empty() { without_work + 1 } else { 0 };
        operations += stored.len();
        outcomes.extend(stored);
        at += 1;
    }
    touched.save(&tx, settings.search_index)?;
    Ok(tx.commit().map_err(StoreError::from)?)
}

/// After a commit: answers the jobs that are stored whole.
fn finish(turn: Vec<(Job, Vec<Outcome>)>, jobs: &mut VecDeque<Job>) {
    for (mut job, outcomes) in turn {
        job.progress.commit(outcomes);
        match job.progress.finished() {
            Some(report) => reply(job, Ok(report)),
            None => jobs.push_back(job),
        }
    }
}

fn fail(turn: Vec<(Job, Vec<Outcome>)>, error: &WriteError) {
    turn.into_iter().for_each(|(job, _)| reply(job, Err(error.clone())));
}

fn reply(job: Job, result: Result<BatchReport, WriteError>) {
    // its memory is free before its client sends more
    drop(job.progress);
    // a reply nobody waits for any more is no error
    let _ = job.reply.send(result);
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::change::{Batch, ChangeKind, NewAttachment, RunChange};

    type Answer = oneshot::Receiver<Result<BatchReport, WriteError>>;

    /// A request for runs with these ids, each with a file of so many bytes.
    fn job(ids: std::ops::Range<u128>, bytes: usize) -> (Job, Answer) {
        let changes = ids.map(|id| {
            let mut change = RunChange::new(Uuid::from_u128(1 + id), ChangeKind::Post);
            (change.has_main, change.has_fields) = (true, true);
            if bytes > 0 {
                let (name, mime) = ("file".to_owned(), "a/b".to_owned());
                change.attachments.push(NewAttachment::new(name, mime, vec![7; bytes].into()));
            }
            change
        });
        let batch = Batch { changes: changes.collect(), ..Batch::default() };
        let (reply, answer) = oneshot::channel();
        (Job { progress: BatchProgress::new(batch), reply }, answer)
    }

    fn stored(answer: &mut Answer) -> Option<Result<usize, WriteError>> {
        answer.try_recv().ok().map(|result| result.map(|report| report.stored))
    }

    fn file() -> (tempfile::TempDir, WriterFile) {
        let dir = tempfile::tempdir().unwrap();
        let (file, _) =
            WriterFile::open_or_read(&dir.path().join("t.db"), WriterSettings::default(), &mut |_, _| {})
                .unwrap();
        (dir, file)
    }

    #[test]
    fn a_large_request_does_not_hold_up_others() {
        let (_dir, mut file) = file();
        let (large, mut large_answer) = job(0..5000, 0);
        let mut jobs = VecDeque::from([large]);
        let (small, mut small_answer) = job(50_000..50_001, 0);
        // it comes in the middle of the transaction of the large one
        let mut small = Some(small).into_iter();
        take_turns(&mut file, &mut jobs, &mut || small.next());
        if stored(&mut small_answer).is_none() {
            take_turns(&mut file, &mut jobs, &mut || None);
        }
        assert!(small_answer.is_terminated(), "it is answered");
        assert!(stored(&mut large_answer).is_none(), "it takes more transactions");
        while !jobs.is_empty() {
            take_turns(&mut file, &mut jobs, &mut || None);
        }
        assert_eq!(stored(&mut large_answer), Some(Ok(5000)), "it is answered once all of it is stored");
    }

    #[test]
    fn a_full_disk_fails_only_what_it_has_no_room_for() {
        let (_dir, mut file) = file();
        let pages = |file: &mut WriterFile, more: i64| {
            let conn = file.connection().unwrap();
            let used: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
            conn.pragma_update_and_check(None, "max_page_count", used + more, |_| Ok(())).unwrap();
        };
        pages(&mut file, 10);
        let (small, mut small_answer) = job(0..1, 0);
        let (large, mut large_answer) = job(1..2, 1 << 20);
        let (other, mut other_answer) = job(2..3, 0);
        let mut jobs = VecDeque::from([small, large, other]);
        while !jobs.is_empty() {
            take_turns(&mut file, &mut jobs, &mut || None);
        }
        assert_eq!(stored(&mut small_answer), Some(Ok(1)));
        assert_eq!(stored(&mut other_answer), Some(Ok(1)));
        let error = stored(&mut large_answer).unwrap().unwrap_err();
        assert!(matches!(error, WriteError::DiskFull(_)), "{error}");
        // when there is room again, what is sent again is stored
        pages(&mut file, 1000);
        let (again, mut again_answer) = job(1..2, 1 << 20);
        take_turns(&mut file, &mut VecDeque::from([again]), &mut || None);
        assert_eq!(stored(&mut again_answer), Some(Ok(2)), "the run and its file");
    }

    #[test]
    fn a_file_that_another_program_locks_fails_all_of_them() {
        let (dir, mut file) = file();
        file.connection().unwrap().busy_timeout(Duration::ZERO).unwrap();
        let other = Connection::open(dir.path().join("t.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let ((one, mut first), (two, mut second)) = (job(0..1, 0), job(1..2, 0));
        let mut jobs = VecDeque::from([one, two]);
        take_turns(&mut file, &mut jobs, &mut || None);
        assert!(jobs.is_empty());
        for answer in [&mut first, &mut second] {
            assert!(matches!(stored(answer), Some(Err(WriteError::Locked(_)))));
        }
        other.execute_batch("COMMIT").unwrap();
        let (one, mut answer) = job(0..1, 0);
        take_turns(&mut file, &mut VecDeque::from([one]), &mut || None);
        assert_eq!(stored(&mut answer), Some(Ok(1)));
    }

    #[test]
    fn a_damaged_value_fails_its_run_alone() {
        let (_dir, mut file) = file();
        let with_extra = |id: u128, extra: &str| {
            let mut change = RunChange::new(Uuid::from_u128(id), ChangeKind::Post);
            (change.has_main, change.has_fields) = (true, true);
            change.extra = Some(extra.to_owned());
            change
        };
        let store = |file: &mut WriterFile, changes| {
            let (reply, mut answer) = oneshot::channel();
            let progress = BatchProgress::new(Batch { changes, ..Batch::default() });
            take_turns(file, &mut VecDeque::from([Job { progress, reply }]), &mut || None);
            answer.try_recv().unwrap().unwrap()
        };
        store(&mut file, vec![with_extra(1, "{\"a\":1}"), with_extra(2, "{\"a\":1}")]);
        let conn = file.connection().unwrap();
        conn.execute("UPDATE payload SET extra = x'01aabbcc' WHERE rid = 1", ()).unwrap();
        let report = store(&mut file, vec![with_extra(1, "{\"b\":1}"), with_extra(2, "{\"b\":1}")]);
        assert_eq!((report.stored, report.rejected.len()), (1, 1));
        assert!(report.rejected.listed[0].msg.contains("damaged"), "{:?}", report.rejected);
    }
}
