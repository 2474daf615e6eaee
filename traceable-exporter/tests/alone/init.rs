//! Starts and ends a process's own exporter.

use std::time::{Duration, Instant};

use crate::support::own_process::alone;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, Warnings, config};
use traceable_core::RunTree;
use traceable_exporter::{InitError, flush, init_with};

fn one_run() {
    RunTree::builder("r").build().post().end().patch();
}

#[test]
fn a_process_starts_once_and_its_guards_wait() {
    alone(|| {
        let server = Server::start();
        let warnings = Warnings::default();
        let settings = || {
            config(&server.url())
                .on_warning(warnings.handler())
                .batch_delay(Duration::from_secs(20))
                .exit_timeout(Duration::from_millis(500))
                .build()
        };
        assert!(flush(LONG).is_none());
        let off = init_with(config(&server.url()).tracing(false).build().unwrap()).unwrap();
        assert!(!off.is_active() && off.flush(LONG).is_none());
        drop(off);

        // each call makes a new function for warnings, and so other settings
        let config_of_first = settings().unwrap();
        let first = init_with(config_of_first.clone()).unwrap();
        let second = init_with(config_of_first).unwrap();
        assert!(matches!(init_with(settings().unwrap()), Err(InitError::AlreadyRunning)));
        one_run();
        assert_eq!((first.stats(), second.stats().submitted), (second.stats(), 2));
        assert!(first.flush(LONG).unwrap().is_lossless());
        assert!(flush(LONG).unwrap().is_lossless());

        // dropped inside a single-threaded runtime, the guard waits without its help
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            one_run();
            drop(second);
        });
        assert_eq!((first.stats().delivered, server.requests().len()), (4, 2));
        assert!(warnings.lines().is_empty());

        // a server that does not answer delays the end by no more than the exit timeout, and the loss is a warning
        server.rule(|_| Answer::Stall(Duration::from_secs(3)));
        one_run();
        let begun = Instant::now();
        drop(first);
        assert!((Duration::from_millis(400)..Duration::from_secs(2)).contains(&begun.elapsed()));
        assert_eq!(warnings.lines().len(), 1, "{:?}", warnings.lines());
        assert!(warnings.lines()[0].contains("2 run operations not delivered"));
    });
}

#[expect(unused_must_use, reason = "the compiler says that the guard is to be kept")]
#[expect(dead_code, reason = "it is only compiled")]
fn a_guard_that_is_not_kept() {
    traceable_exporter::init().unwrap();
}
