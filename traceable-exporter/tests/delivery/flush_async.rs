//! A flush that a task waits for.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use crate::support::own_process::alone;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter, exporter_for, run};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use traceable_exporter::{Exporter, Flush, FlushReport};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A collector that knows nothing but how to say yes, as a task.
async fn collect(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut request = Vec::new();
            while stream.read_buf(&mut request).await.is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&request).to_lowercase();
                let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
                let length =
                    head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if request.len() >= head.len() + 4 + length.unwrap_or(0) {
                    request.clear();
                    stream.write_all(b"HTTP/1.1 202 X\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
                }
            }
        });
    }
}

#[test]
fn a_collector_in_the_same_runtime_of_one_thread_gets_on() {
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let exporter = exporter(config(&format!("http://{}", listener.local_addr().unwrap())));
        tokio::spawn(collect(listener));
        run(&exporter, "r");
        let report = exporter.flush_async(LONG).await;
        assert!(report.is_lossless() && report.delivered == 2, "{report}");
    });
}

#[test]
fn it_needs_no_runtime_and_counts_from_the_call() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).batch_delay(LONG));
    run(&exporter, "before");
    let flush = exporter.flush_async(LONG);
    // it has begun, although nobody has polled it
    let begun = Instant::now();
    while exporter.stats().delivered < 2 {
        assert!(begun.elapsed() < LONG / 2);
        std::thread::sleep(Duration::from_millis(5));
    }
    run(&exporter, "after");
    let report = block_on(flush);
    assert_eq!((report.is_lossless(), report.delivered, server.requests().len()), (true, 2, 1));
    assert_eq!(exporter.stats().queued, 2);
}

/// Wakes the thread that waits in `block_on`, and counts.
struct Unpark(std::thread::Thread, AtomicUsize);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, SeqCst);
        self.0.unpark();
    }
}

fn block_on(flush: Flush) -> FlushReport {
    let mut flush = pin!(flush);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current(), AtomicUsize::new(0))));
    loop {
        match flush.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(report) => return report,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn its_deadline_holds_while_a_request_is_stuck() {
    let server = Server::start();
    server.rule(|_| Answer::Stall(LONG));
    let exporter = exporter_for(&server);
    run(&exporter, "r");
    for timeout in [Duration::ZERO, Duration::from_millis(200)] {
        let report = block_on(exporter.flush_async(timeout));
        assert_eq!((report.remaining, report.delivered), (2, 0));
        assert!((timeout..timeout + Duration::from_secs(1)).contains(&report.elapsed), "{report}");
    }
    // nor does it wait when there is nothing to wait for
    let idle = exporter_for(&server);
    let report = block_on(idle.flush_async(LONG));
    assert!(report.is_lossless() && report.elapsed < Duration::from_secs(1));
}

#[test]
fn of_many_each_has_its_own_deadline_and_its_own_ticket() {
    let server = Server::start();
    server.script([Answer::Stall(Duration::from_millis(1500))]);
    let exporter = exporter(config(&server.url()).batch_delay(Duration::ZERO));
    run(&exporter, "r");
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let mut all = Vec::new();
        // those who wait longer begin first, the shortest last
        for timeout in
            [LONG, Duration::from_millis(700), Duration::from_millis(400), Duration::from_millis(100)]
        {
            run(&exporter, "another");
            let flush = exporter.flush_async(timeout);
            all.push((timeout, scope.spawn(|| (block_on(flush), begun.elapsed()))));
        }
        for (i, (timeout, thread)) in all.into_iter().enumerate() {
            let (report, after) = thread.join().unwrap();
            if timeout == LONG {
                assert!(report.is_complete() && after < LONG / 2, "{report} {after:?}");
            } else {
                assert_eq!(report.remaining, 2 * (i as u64 + 2), "{report}");
                let late = timeout + Duration::from_millis(250);
                assert!((timeout..late).contains(&report.elapsed), "{timeout:?} {report}");
            }
        }
    });
    assert!(exporter.flush(LONG).is_lossless());
}

#[test]
fn one_that_began_earlier_and_is_polled_later_ends_earlier() {
    let server = Server::start();
    server.rule(|request| {
        let is_one = request.body.windows(5).any(|window| window == b"\"one\"");
        std::thread::sleep(Duration::from_millis(if is_one { 500 } else { 3000 }));
        Answer::Status(202)
    });
    let exporter = exporter(config(&server.url()).batch_delay(LONG));
    run(&exporter, "one");
    let one = exporter.flush_async(2 * LONG);
    // it is on its way
    std::thread::sleep(Duration::from_millis(200));
    run(&exporter, "other");
    std::thread::scope(|scope| {
        let other = exporter.flush_async(LONG);
        let other = scope.spawn(|| block_on(other));
        std::thread::sleep(Duration::from_millis(50));
        let report = block_on(one);
        assert!(report.is_complete() && report.elapsed < Duration::from_secs(2), "{report}");
        assert!(other.join().unwrap().is_lossless());
    });
}

#[test]
fn many_wait_at_once_and_the_last_waker_is_woken() {
    let server = Server::start();
    server.script([Answer::Stall(Duration::from_millis(300))]);
    let exporter = exporter_for(&server);
    run(&exporter, "r");
    let wakers = [0, 1].map(|_| Arc::new(Unpark(std::thread::current(), AtomicUsize::new(0))));
    let mut moved = Box::pin(exporter.flush_async(LONG));
    for waker in &wakers {
        let waker = Waker::from(waker.clone());
        assert!(moved.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(block_on(exporter.flush_async(LONG)).is_lossless()));
        }
    });
    let begun = Instant::now();
    while wakers[1].1.load(SeqCst) == 0 {
        assert!(begun.elapsed() < LONG);
        std::thread::park_timeout(Duration::from_millis(50));
    }
    assert_eq!(wakers[0].1.load(SeqCst), 0);
    assert!(block_on(*Pin::into_inner(moved)).is_lossless());
}

#[test]
fn a_shut_down_ends_it() {
    let server = Server::start();
    server.rule(|_| Answer::Stall(LONG));
    let exporter = exporter_for(&server);
    run(&exporter, "r");
    let own = exporter.clone();
    let waiting = std::thread::spawn(move || block_on(own.flush_async(LONG)));
    std::thread::sleep(Duration::from_millis(100));
    let _ = exporter.shutdown(Duration::ZERO);
    let report = waiting.join().unwrap();
    assert_eq!((report.remaining, report.dropped.shutdown), (0, 2));
}

#[test]
fn in_a_reporter_on_the_exporters_thread_it_is_over_at_once() {
    let server = Server::start();
    server.script([Answer::Status(400)]);
    let own: Arc<Mutex<Option<Arc<Exporter>>>> = Arc::default();
    let seen = own.clone();
    let on_warning = move |_: &str| {
        let exporter = seen.lock().unwrap().clone().unwrap();
        assert!(block_on(exporter.flush_async(LONG)).remaining > 0);
    };
    let exporter = exporter(config(&server.url()).on_warning(on_warning));
    *own.lock().unwrap() = Some(exporter.clone());
    run(&exporter, "r");
    let report = exporter.flush(LONG);
    assert!(report.is_complete() && report.elapsed < LONG / 2, "{report}");
}

/// Threads of this process that wait for a flush.
#[cfg(target_os = "linux")]
fn waiting_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim() == "traceable-flush").count()
}

#[cfg(target_os = "linux")]
#[test]
fn one_thread_waits_for_all_and_ends_with_them() {
    // the other tests have such threads too
    alone(|| {
        let server = Server::start();
        server.rule(|_| Answer::Stall(LONG));
        let exporter = exporter_for(&server);
        run(&exporter, "r");
        let waker = Waker::from(Arc::new(Unpark(std::thread::current(), AtomicUsize::new(0))));
        let mut flushes: Vec<_> = (0..1000).map(|_| Box::pin(exporter.flush_async(LONG))).collect();
        assert_eq!(waiting_threads(), 0, "none before it is polled");
        for flush in &mut flushes {
            assert!(flush.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        let begun = Instant::now();
        while waiting_threads() != 1 {
            assert!(begun.elapsed() < LONG / 2, "{}", waiting_threads());
            std::thread::yield_now();
        }
        // while there are others, it goes on
        flushes.truncate(3);
        let short = block_on(exporter.flush_async(Duration::from_millis(100)));
        assert_eq!((short.remaining, waiting_threads()), (2, 1));
        drop(flushes);
        while waiting_threads() > 0 {
            assert!(begun.elapsed() < LONG / 2, "{} are left", waiting_threads());
            std::thread::sleep(Duration::from_millis(5));
        }
    });
}
