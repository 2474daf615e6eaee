//! traceable: its own recorder for tests.

use traceable::testing::{RecordedRun, Recorder, Status};

use crate::tree::Record;

pub fn records(recorder: &Recorder) -> Vec<Record> {
    // by dotted order, which tells siblings of one microsecond apart
    recorder.forest().runs().iter().map(record).collect()
}

fn record(run: &RecordedRun) -> Record {
    let status = match run.status() {
        Status::Success | Status::Open => None,
        Status::Error => Some("error"),
        Status::Cancelled => Some("cancelled"),
        Status::Dropped => Some("dropped"),
    };
    let is_posted_once = run.posts == 1 && run.patches <= 1;
    Record {
        id: run.id.as_u128(),
        parent: run.parent_run_id.map(|id| id.as_u128()),
        trace: run.trace_id.as_u128(),
        name: run.name.clone(),
        start: run.start_time.micros(),
        end: run.end_time.map(|end| end.micros()),
        status: if is_posted_once { status } else { Some("posted twice") },
    }
}
