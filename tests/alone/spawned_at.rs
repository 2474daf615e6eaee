//! With `--cfg tokio_unstable` a run that was lost in a task names the line that spawned it. Otherwise there is nothing
//! to test: `RUSTFLAGS='--cfg tokio_unstable' cargo test --test alone spawned_at --target-dir target/unstable`.
#![cfg(tokio_unstable)]

use std::sync::Mutex;

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{assert_tree, diagnostics, task};
use traceable_test_server::own_process::alone;

static REPORTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[traceable]
async fn embed() {}

#[traceable]
async fn answer() -> u32 {
    embed().await;
    tokio::spawn(async { embed().await }).await.unwrap();
    line!() - 1
}

#[test]
fn a_lost_run_names_the_line_that_spawned_its_task() {
    alone(|| {
        diagnostics::set_diagnostic_hook(|report| REPORTS.lock().unwrap().push(report.to_string()));
        let recorder = Recorder::install();
        for mut builder in
            [tokio::runtime::Builder::new_current_thread(), tokio::runtime::Builder::new_multi_thread()]
        {
            recorder.clear();
            let runtime = task::watch_spawns(&mut builder).build().unwrap();
            let line = runtime.block_on(answer());
            assert_tree!(recorder.forest(), "answer > embed; embed");
            let lost =
                recorder.runs().into_iter().find(|run| run.name == "embed" && run.parent_run_id.is_none());
            let metadata = lost.unwrap().metadata;
            assert_eq!(metadata["suspected_parent"], recorder.run("answer").id.to_string());
            let at = metadata["task_spawned_at"].as_str().unwrap();
            assert!(at.starts_with(&format!("tests/alone/spawned_at.rs:{line}:")), "{at}");
        }
        let reports = REPORTS.lock().unwrap();
        let [report] = &reports[..] else { panic!("{reports:?}") };
        assert!(
            report.contains("spawned at tests/alone/spawned_at.rs:") && report.contains("inside `answer`"),
            "{report}"
        );
    });
}
