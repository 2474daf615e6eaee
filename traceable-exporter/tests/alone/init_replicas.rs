//! A process with several destinations from its environment. Alone, because the exporter belongs to the whole
//! process.

use std::sync::Mutex;

use crate::support::LONG;
use crate::support::own_process::alone;
use crate::support::server::{Answer, Server};
use traceable_core::RunTree;
use traceable_core::diagnostics::set_diagnostic_hook;
use traceable_exporter::{ConfigBuilder, flush, init};

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn one_run() {
    RunTree::builder("r").build().post().end().patch();
}

#[test]
fn a_process_sends_to_all_its_destinations() {
    alone(|| {
        let (one, other) = (Server::start(), Server::start());
        let list = serde_json::json!([
            {"api_url": one.url(), "api_key": "k1"},
            {"api_url": other.url(), "project_name": "second"},
        ]);
        // SAFETY: no other thread of this process reads the environment now
        unsafe {
            std::env::remove_var("LANGSMITH_ENDPOINT");
            std::env::set_var("LANGSMITH_TRACING", "true");
            std::env::set_var("LANGSMITH_CONFIG_FILE", "");
            std::env::set_var("HOME", "");
            std::env::set_var("LANGSMITH_RUNS_ENDPOINTS", list.to_string());
        }
        set_diagnostic_hook(|diagnostic| WARNINGS.lock().unwrap().push(diagnostic.to_string()));

        let guard = init().unwrap();
        one_run();
        assert!(flush(LONG).unwrap().is_lossless());
        assert_eq!((guard.exporters().len(), guard.stats().delivered), (2, 4));
        assert_eq!(guard.exporter().unwrap().config().endpoint(), one.url());
        assert_eq!((one.requests().len(), other.requests().len()), (1, 1));
        // a second start with the same settings gives the same exporter
        assert!(init().unwrap().flush(LONG).unwrap().is_lossless());

        // the program wins over the environment
        let by_hand = ConfigBuilder::from_env().unwrap().endpoint(one.url()).project("p").build().unwrap();
        assert_eq!((by_hand.replicas().len(), by_hand.endpoint(), by_hand.project()), (0, &*one.url(), "p"));

        // the guard's warning names the destination that dropped runs
        other.rule(|_| Answer::Status(400));
        one_run();
        drop(guard);
        let lines = WARNINGS.lock().unwrap().clone();
        let dropped: Vec<_> = lines.iter().filter(|line| line.contains("dropped:")).collect();
        assert_eq!(dropped.len(), 1, "{lines:?}");
        assert!(dropped[0].contains(&other.url()) && dropped[0].contains("2 rejected"), "{lines:?}");
    });
}
