//! What shipping runs costs: manual runs in two threads, as fast as they can, to a server on this machine.
//!
//! `cargo run --release --bin export [whole|start-and-end] [RUNS] [BOUND_MIB]`: each run is submitted once, with its
//! end (the default), or its start and its end apart. The queue may hold so many MiB, by default enough that nothing is
//! dropped; all that was not dropped must arrive. CPU time and memory are this process's; the server is a process of
//! its own on the same processors. Linux only.

mod payload;
mod server;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use traceable::{Config, Exporter, RunTree, RunType};

use payload::{Numbers, Payload};

const THREADS: usize = 2;
/// Different payloads: more than a compressor remembers.
const PAYLOADS: usize = 8192;

fn submit(payload: &Payload, sink: &Arc<Exporter>, is_whole: bool) {
    let run = RunTree::builder("answer")
        .run_type(RunType::Llm)
        .inputs(&payload.question)
        .metadata("user", &payload.user)
        .metadata("session", &payload.session)
        .metadata("version", "1.0.3")
        .sink(sink.clone())
        .build();
    if is_whole {
        run.end_with(&payload.answer).post();
    } else {
        run.post().end_with(&payload.answer).patch();
    }
}

/// CPU time of this process, of threads that have ended too.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // the name, in parentheses, may contain anything; user and system time are the 12th and 13th field after it
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).map(|n| n.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 10)
}

/// CPU time of the exporter's threads, by their names.
fn cpu_of_exporter() -> Duration {
    let threads =
        std::fs::read_dir("/proc/self/task").expect("Linux").map(|thread| thread.expect("a thread").path());
    let of_exporter = threads.filter(|path| {
        std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name.starts_with("traceable-"))
    });
    let nanos = of_exporter.map(|path| {
        let times = std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
        times.split(' ').next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or_default()
    });
    Duration::from_nanos(nanos.sum())
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |index: usize, default: usize| args.get(index).map_or(default, |n| n.parse().expect("a number"));
    let is_whole = match args.first().map_or("whole", String::as_str) {
        "server" => return server::serve().expect("a server"),
        "whole" => true,
        "start-and-end" => false,
        other => panic!("{other:?} is neither whole nor start-and-end"),
    };
    let (runs, bound_mib) = (number(1, 100_000) / THREADS * THREADS, number(2, 1024));

    let mut server = Command::new(std::env::current_exe().expect("a path"))
        .arg("server")
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process for the server");
    let mut port = String::new();
    BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut port).expect("a port");
    let address = format!("127.0.0.1:{}", port.trim());

    let mut numbers = Numbers(1);
    let words: Vec<String> = (0..4000).map(|_| numbers.word()).collect();
    let payloads: Vec<Payload> = (0..PAYLOADS).map(|_| numbers.payload(&words)).collect();
    let config = Config::builder().endpoint(format!("http://{address}")).max_queue_bytes(bound_mib << 20);
    let exporter = Arc::new(Exporter::new(config.build().expect("settings")));

    let (mut nanos, begun, cpu_before) = (Vec::with_capacity(runs), Instant::now(), cpu());
    std::thread::scope(|scope| {
        let produce = |thread: usize| {
            let (exporter, payloads) = (&exporter, &payloads);
            move || -> Vec<u64> {
                let each = (0..runs / THREADS).map(|i| {
                    let begun = Instant::now();
                    submit(&payloads[(thread * runs / THREADS + i) % PAYLOADS], exporter, is_whole);
                    begun.elapsed().as_nanos() as u64
                });
                each.collect()
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(produce(thread))).collect();
        threads.into_iter().for_each(|thread| nanos.extend(thread.join().expect("a producer")));
    });
    let report = exporter.flush(Duration::from_secs(120));
    let (elapsed, cpu, cpu_of_exporter) = (begun.elapsed(), cpu() - cpu_before, cpu_of_exporter());
    let stats = exporter.stats();
    let peak = peak_mib();
    let arrived = server::ask(&address).expect("an answer");
    server.kill().and_then(|()| server.wait()).expect("the server to end");

    nanos.sort_unstable();
    let micros = |share: f64| nanos[((nanos.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
    println!("runs per second         {:>10.0}", arrived.complete_runs as f64 / elapsed.as_secs_f64());
    println!("CPU seconds per 100 000 {:>10.2}", cpu.as_secs_f64() * 1e5 / runs as f64);
    println!("  of the exporter       {:>10.2}", cpu_of_exporter.as_secs_f64() * 1e5 / runs as f64);
    println!("bytes on the wire, MB   {:>10.1}", arrived.bytes as f64 / 1e6);
    println!("requests                {:>10}", arrived.requests);
    println!("peak memory, MiB        {peak:>10}");
    println!("a run, p50, us          {:>10.1}", micros(0.5));
    println!("a run, p99, us          {:>10.1}", micros(0.99));
    println!("a run, longest, us      {:>10.1}", micros(1.0));
    println!("operations dropped      {:>10}", stats.dropped.total());

    assert!(report.is_complete(), "{report:?}");
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.total());
    assert_eq!(stats.bytes_sent as usize, arrived.bytes);
    let operations_per_run = if is_whole { 1 } else { 2 };
    if stats.dropped.total() == 0 {
        assert_eq!((arrived.complete_runs, stats.delivered as usize), (runs, operations_per_run * runs));
    } else {
        // a start that is dropped takes its end along, so that what arrives is whole or lacks its end
        assert!(arrived.complete_runs + stats.dropped.total() as usize >= runs);
    }
}
