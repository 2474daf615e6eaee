//! Console: traces as text.

use std::cell::Cell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use crate::support::LONG;
use serde_json::json;
use traceable_core::{RunOperation, RunSink, RunTree, RunTreeBuilder, Timestamp};
use traceable_exporter::Console;

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Screen {
    fn text(&self, console: &Console) -> String {
        assert!(console.flush(LONG));
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn console() -> (Screen, Arc<Console>) {
    let screen = Screen::default();
    (screen.clone(), Arc::new(Console::to(screen)))
}

const BEGIN: u64 = 1_795_353_960_000_000;

/// Starts a run so many microseconds after `BEGIN`.
fn start(builder: RunTreeBuilder, after: u64) -> RunTree {
    let run = builder.start_time(Timestamp::from_micros(BEGIN + after)).build();
    run.post();
    run
}

/// Ends a run so many microseconds after `BEGIN`.
fn end(run: &RunTree, after: u64) {
    END.set(BEGIN + after);
    run.end().patch();
}

thread_local! {
    static END: Cell<u64> = const { Cell::new(0) };
}

/// Replaces the end times of runs by the one that the test has set for this thread.
struct Timed(Arc<Console>);

impl RunSink for Timed {
    fn submit(&self, mut operation: RunOperation) {
        operation.end_time = operation.end_time.map(|_| Timestamp::from_micros(END.get()));
        self.0.submit(operation);
    }
}

fn timed(console: &Arc<Console>) -> Arc<Timed> {
    Arc::new(Timed(console.clone()))
}

#[test]
fn a_tree_is_printed_when_its_root_ends() {
    let (screen, console) = console();
    let root = start(RunTree::builder("answer").sink(timed(&console)), 0);
    // submitted in another order than that of the starts
    let model = start(root.create_child("Chat\u{1b}[2J\nModel").run_type("llm"), 220_000);
    let parse = start(model.create_child("parse").run_type("parser"), 1_240_000);
    let retrieve = start(root.create_child("retrieve").run_type("retriever"), 5_000);
    start(root.create_child("background").run_type("tool"), 1_250_000);
    end(&retrieve, 215_000);
    parse.end_with_error("expected a number\n  caused by: x");
    end(&parse, 1_240_040);
    model.end_with(json!({"usage_metadata": {"input_tokens": 12, "output_tokens": 34}}));
    end(&model, 1_243_400);
    assert_eq!(screen.text(&console), "");
    end(&root, 61_500_000);
    assert_eq!(
        screen.text(&console),
        "answer  chain  1 min 1 s\n  \
           retrieve  retriever  210 ms\n  \
           Chat [2J Model  llm  1.02 s  12 + 34 = 46 tokens\n    \
             parse  parser  40 µs  error: expected a number\n  \
           background  tool  still open\n"
    );
    assert_eq!(console.stats().written, 5);
}

#[test]
fn late_runs_and_runs_with_a_remote_parent_are_printed() {
    let (screen, console) = console();
    let root = start(RunTree::builder("root").sink(timed(&console)), 0);
    let late = start(root.create_child("late"), 10);
    end(&root, 1_500);
    end(&late, 20_000);
    let elsewhere = RunTree::from_dotted_order(&root.dotted_order().unwrap().parse().unwrap());
    let here = start(elsewhere.create_child("here").sink(timed(&console)), 30);
    let below = start(here.create_child("below"), 40);
    end(&below, 50);
    end(&here, 60);
    let expected = "root  chain  1.5 ms\n  late  chain  still open\nlate  chain  19 ms\n\
                    here  chain  30 µs\n  below  chain  10 µs\n";
    assert_eq!(screen.text(&console), expected);
}

#[test]
fn traces_that_never_end_are_bounded() {
    let screen = Screen::default();
    let console = Arc::new(Console::to(screen.clone()).max_runs(10));
    let open: Vec<_> =
        (0..100).map(|i| start(RunTree::builder(format!("r{i}")).sink(timed(&console)), i)).collect();
    let lines = || screen.text(&console).lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines().len(), 90);
    assert_eq!(lines()[0], "r0  chain  still open");
    // the runs that are held are printed once
    for run in &open[90..] {
        end(run, 200);
    }
    assert_eq!(lines().len(), 100);
    // one trace alone can exceed the bound
    let root = start(RunTree::builder("root").sink(timed(&console)), 0);
    for i in 0..25 {
        end(&start(root.create_child(format!("c{i}")), 10), 20);
    }
    end(&root, 30);
    let lines = lines();
    for name in (0..25).map(|i| format!("c{i} ")) {
        let is_its_end =
            |line: &&String| line.trim_start().starts_with(&name) && !line.ends_with("still open");
        assert_eq!(lines.iter().filter(is_its_end).count(), 1, "{name}");
    }
}

#[test]
fn a_trace_may_be_deeper_than_a_stack_and_the_indentation() {
    let (screen, console) = console();
    let mut runs = vec![start(RunTree::builder("r").sink(timed(&console)), 0)];
    for _ in 1..5_000 {
        let child = start(runs.last().unwrap().create_child("r"), 0);
        runs.push(child);
    }
    for run in runs.iter().rev() {
        end(run, 7);
    }
    let text = screen.text(&console);
    assert_eq!(text.lines().count(), 5_000);
    assert!(text.len() < 600_000);
    assert!(text.ends_with("(4999) r  chain  7 µs\n"));
}
