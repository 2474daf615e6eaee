//! How many threads an exporter has. Alone, because it counts those of its process.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::support::own_process::alone;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter};
use traceable_core::RunTree;

fn threads() -> usize {
    let all = std::fs::read_dir("/proc/self/task").unwrap();
    let names = all.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("traceable-expor")).count()
}

#[test]
fn there_are_more_of_them_while_a_server_is_slow() {
    alone(|| {
        let server = Server::start();
        let delay = Arc::new(AtomicU64::new(50));
        let milliseconds = delay.clone();
        server.rule(move |_| {
            std::thread::sleep(Duration::from_millis(milliseconds.load(Relaxed)));
            Answer::Status(202)
        });
        let exporter = exporter(config(&server.url()).batch_operations(5));
        assert_eq!(threads(), 0);
        let submit = || {
            RunTree::builder("r").sink(exporter.clone()).build().end().post();
        };
        submit();
        assert!(exporter.flush(LONG).is_lossless());
        assert_eq!(threads(), 1);
        let mut most = 0;
        let begun = Instant::now();
        while most < 8 {
            assert!(begun.elapsed() < LONG, "{most} threads");
            (0..100).for_each(|_| submit());
            std::thread::sleep(Duration::from_millis(20));
            most = most.max(threads());
            assert!(most <= 8);
        }
        assert!(exporter.flush(LONG).is_lossless());
        delay.store(0, Relaxed);
        let begun = Instant::now();
        // each ends before it would take another batch
        while threads() > 2 {
            assert!(begun.elapsed() < LONG, "{} threads", threads());
            (0..100).for_each(|_| submit());
            assert!(exporter.flush(LONG).is_lossless());
        }
    });
}
