//! Runs a program on every executor and compares what is recorded with what the model expects.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use traceable::testing::{Forest, RecordedRun, Recorder, Status};
use traceable::{RunTree, process};
use uuid::Uuid;

use crate::model::{Expectation, expect};
use crate::program::{Id, Program};
use crate::run::{Looks, on_this_thread, run, unsampled};

/// They live as long as the process: what a program leaves on their threads is there for the next.
static ONE: LazyLock<Mutex<Runtime>> =
    LazyLock::new(|| Mutex::new(Builder::new_current_thread().enable_all().build().unwrap()));
static MANY: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap());

/// Checks a program; the error says what is wrong, and where.
pub(crate) fn check(program: &Program) -> Result<(), String> {
    // what has lost its context goes to the sink of the process, which one program has for itself
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);

    // programs lose contexts on purpose
    traceable::diagnostics::set_diagnostic_hook(|_| ());
    let _watch = watch(program);
    let expected = expect(program);
    if expected.is_avoided {
        return Ok(());
    }
    unsampled();
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let executors: [(&str, &(dyn Fn() -> Looks + Sync)); 3] = [
        ("tokio, one thread", &|| one.block_on(run(program.clone()))),
        // a task: on the thread of `block_on`, a `block_on` inside would take the wake-ups that are meant for it
        ("tokio, many threads", &|| MANY.block_on(MANY.spawn(run(program.clone()))).unwrap()),
        ("threads, no runtime", &|| on_this_thread(run(program.clone()))),
    ];
    for (name, execute) in executors {
        let recorder = Recorder::new();
        let sink = Arc::new(recorder.clone());
        process::install_sink(sink.clone());
        // not on the thread of a test, where a root is what one expects
        let and_after = || (execute(), RunTree::current().is_some());
        let (looks, is_inside) = std::thread::scope(|scope| scope.spawn(and_after).join()).unwrap();
        process::remove_sink();
        let forest = recorder.forest();
        let mut wrong = compare(&expected, &forest, &looks);
        wrong.extend(is_inside.then(|| "a run is current after the end".to_owned()));
        wrong.extend(leak(&sink));
        if !wrong.is_empty() {
            return Err(format!("on {name}:\n  {}\n\n{}", wrong.join("\n  "), show(&forest)));
        }
    }
    Ok(())
}

/// A program that hangs is printed; the test ends with it.
fn watch(program: &Program) -> mpsc::Sender<()> {
    let (alive, watch) = mpsc::channel();
    let text = format!("{program:?}");
    std::thread::spawn(move || {
        if watch.recv_timeout(Duration::from_secs(15)) == Err(mpsc::RecvTimeoutError::Timeout) {
            // past the capture of the test harness, which would be lost
            let _ = writeln!(std::io::stderr(), "this program hangs:\n{text}");
            std::process::abort();
        }
    });
    alive
}

/// Every run holds its sink. Once all is over nobody holds it: no run lives on, in a slot of a thread or elsewhere.
fn leak(sink: &Arc<Recorder>) -> Option<String> {
    // the memory of a task is freed a little after whoever joins it is told
    for _ in 0..2_000 {
        if Arc::strong_count(sink) == 1 {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Some(format!("{} holders of the sink are left", Arc::strong_count(sink) - 1))
}

fn id(run: &RecordedRun) -> Id {
    run.inputs["id"].as_u64().map_or(Id::MAX, |id| id as Id)
}

fn compare(expected: &Expectation, forest: &Forest, looks: &Looks) -> Vec<String> {
    let mut wrong = Vec::new();
    let ids: HashMap<Uuid, Id> = forest.runs().iter().map(|run| (run.id, id(run))).collect();
    let found: HashMap<Id, &RecordedRun> = forest.runs().iter().map(|run| (id(run), run)).collect();
    if found.len() != forest.runs().len() {
        wrong.push("two runs have one id".to_owned());
    }
    // a run that was looked at and never polled is not recorded, though its id is known
    let recorded = |id: Id| expected.runs.contains_key(&id).then_some(id);
    for (id, expected) in &expected.runs {
        match found.get(id) {
            None if expected.is_maybe => {}
            None => wrong.push(format!("#{id} is missing")),
            Some(run) => {
                if expected.is_anywhere {
                    continue;
                }
                let parent = run.parent_run_id.map(|parent| ids.get(&parent).copied());
                if parent != expected.parent.map(recorded) {
                    wrong.push(format!("#{id} is under {parent:?} and not under {:?}", expected.parent));
                }
                if expected.status.is_some_and(|status| status != run.status()) {
                    wrong.push(format!("#{id} is {:?} and not {:?}", run.status(), expected.status));
                }
                let is_broken_trace = run.metadata.contains_key("broken_trace_reason");
                if is_broken_trace != (expected.parent.is_none() && !expected.is_root_on_purpose && *id != 0)
                {
                    wrong.push(format!("#{id} is a root on purpose, or is not: {:?}", run.metadata));
                }
            }
        }
    }
    for run in forest.runs() {
        let id = id(run);
        if !expected.runs.contains_key(&id) {
            wrong.push(format!("#{id} should not be"));
        }
        // one that fails at its call is posted once, whole
        let is_posted_once = run.posts == 1 && run.patches <= 1;
        if !is_posted_once || run.status() == Status::Open || run.end_time.is_none() {
            wrong.push(format!(
                "#{id} was posted {} and patched {} times: {:?}",
                run.posts,
                run.patches,
                run.status()
            ));
        }
    }
    for (id, (run, is_maybe)) in &expected.looks {
        let found = looks.get(id).map(|run| run.map(|run| ids.get(&run).copied()));
        match found {
            None if *is_maybe => {}
            Some(found) if found == run.map(recorded) => {}
            Some(Some(None)) if run.is_some_and(|run| may_be_missing(expected, run)) => {}
            found => wrong.push(format!("look #{id} saw {found:?} and not {run:?}")),
        }
    }
    wrong
}

fn may_be_missing(expected: &Expectation, id: Id) -> bool {
    expected.runs.get(&id).is_some_and(|run| run.is_maybe)
}

/// The runs as trees, with the ids of the program.
fn show(forest: &Forest) -> String {
    fn show(forest: &Forest, run: &RecordedRun, indent: usize, out: &mut String) {
        *out += &format!("{:indent$}#{} {} {:?}\n", "", id(run), run.name, run.status());
        forest.children(run).for_each(|child| show(forest, child, indent + 4, out));
    }
    let mut out = String::from("found:\n");
    forest.roots().for_each(|root| show(forest, root, 4, &mut out));
    out
}
