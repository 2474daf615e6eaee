//! Runs one case, once, in this process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::Duration;

use traceable::testing::Recorder;

use crate::case::{Body, Case, Flavour, Library, Step};
use crate::record;
use crate::record::fastrace::Collecting;
use crate::record::tracing::Recording;
use crate::tree::{Forest, Record, end_in_order};

static FLAVOUR: OnceLock<Flavour> = OnceLock::new();

/// A runtime like the one that the case runs on.
pub fn runtime() -> tokio::runtime::Runtime {
    let mut builder = match FLAVOUR.get() {
        Some(Flavour::MultiThread) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    builder.worker_threads(2).enable_time().build().expect("a runtime")
}

/// What came out, and whether it is right.
pub struct Outcome {
    pub is_right: bool,
    pub tree: String,
}

pub fn run(case: &Case, library: Library, step: Step, flavour: Flavour) -> Outcome {
    FLAVOUR.set(flavour).expect("one case a process");
    // some panic on purpose
    std::panic::set_hook(Box::new(|_| ()));
    let body = case.body(library, step).expect("a case that is written");
    let (panic, records) = match library {
        Library::Traceable => {
            let recorder = Recorder::install();
            (drive(body, flavour), record::traceable::records(&recorder))
        }
        Library::Tracing => {
            let recording = Recording::default();
            // what these two cases are about is part of the subscriber
            match case.number {
                51 => recording.install_with_level(),
                52 => recording.install_with_sampler(),
                _ => recording.install(),
            }
            (drive(body, flavour), recording.records())
        }
        Library::Fastrace => {
            let collecting = Collecting::default();
            collecting.install();
            (drive(body, flavour), collecting.records())
        }
    };
    judge(case, library, panic, record::replaced().unwrap_or(records))
}

fn drive(body: Body, flavour: Flavour) -> Option<String> {
    let run = || match flavour {
        Flavour::Threads => futures::executor::block_on(body()),
        Flavour::CurrentThread | Flavour::MultiThread => {
            let runtime = runtime();
            runtime.block_on(body());
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    };
    let panic = catch_unwind(AssertUnwindSafe(run)).err()?;
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref().copied());
    Some(text.unwrap_or("no message").to_owned())
}

fn judge(case: &Case, library: Library, panic: Option<String>, records: Vec<Record>) -> Outcome {
    let ends_are_right = end_in_order(&records, case.ends);
    let found = Forest::of(records);
    // only traceable knows how its runs ended
    let has_its_shape = found.is(&Forest::parse(case.expected), library == Library::Traceable);
    let mut tree = found.render();
    if tree.is_empty() {
        tree = "(nothing)".to_owned();
    }
    if let Some(panic) = &panic {
        tree = format!("{tree} (panicked: {panic})");
    }
    if !ends_are_right {
        tree = format!("{tree} (ends too late: {})", case.ends[0].0);
    }
    Outcome { is_right: has_its_shape && ends_are_right && panic.is_none(), tree }
}
