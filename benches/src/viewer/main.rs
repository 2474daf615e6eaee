//! What the viewer does with many runs: how fast it takes them, what they cost on disk and in memory, and how long it
//! answers questions about them. A table in Markdown, a column for each number of runs.
//!
//! `cargo build --release -p traceable-viewer` in the folder above, then
//! `cargo run --release --bin viewer [PROGRAM [RUNS ..]]`: by default `../target/release/traceable`, with 10 000 and
//! 100 000 runs. Each run is about 2 KB of JSON and is sent once, with its end, by the exporter; ten make a trace. A
//! reader asks for the newest 50 roots all the while. The server is a process of its own on the same processors, with
//! full text on. Linux only.

mod ask;
mod load;
mod otlp;
#[path = "../payload.rs"]
mod payload;
mod served;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ask::{Questions, Times};
use served::Served;

/// Rows of the table: a name, and a cell for each number of runs.
type Table = BTreeMap<(usize, String), Vec<String>>;

fn main() {
    let mut args = std::env::args().skip(1);
    let program = args.next().unwrap_or_else(|| "../target/release/traceable".to_owned());
    let mut sizes: Vec<usize> = args.map(|runs| runs.parse().expect("a number of runs")).collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000];
    }
    let mut table = Table::new();
    for runs in &sizes {
        for (at, (name, cell)) in measure(Path::new(&program), *runs).into_iter().enumerate() {
            println!("{runs:>9} {name:<44} {cell}");
            table.entry((at, name)).or_default().push(cell);
        }
    }
    println!("\n| | {} |", sizes.iter().map(|runs| format!("{runs} runs")).collect::<Vec<_>>().join(" | "));
    println!("|---|{}", "---|".repeat(sizes.len()));
    for ((_, name), cells) in table {
        println!("| {name} | {} |", cells.join(" | "));
    }
}

fn measure(program: &Path, runs: usize) -> Vec<(String, String)> {
    let folder = std::env::temp_dir().join(format!("traceable-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let db = folder.join("t.db");
    let mut rows = Vec::new();
    let mut row = |name: &str, cell: String| rows.push((name.to_owned(), cell));
    row("start, empty file", millis(starts(program, &folder.join("empty.db"))));

    let (server, _) = Served::start(program, &db);
    let (elapsed, listed) = load_beside_a_reader(&server, runs);
    row("runs stored a second", format!("{:.0}", runs as f64 / elapsed.as_secs_f64()));
    row("50 newest roots, meanwhile", listed.to_string());
    row("CPU of the server a run", format!("{:.0} us", server.cpu().as_secs_f64() * 1e6 / runs as f64));
    row("bytes on disk a run", format!("{:.0}", bytes(&db) as f64 / runs as f64));
    row("peak memory, storing", format!("{} MiB", server.peak_mib()));
    // the log is written back when nothing comes any more
    std::thread::sleep(Duration::from_secs(4));
    row("bytes on disk a run, at rest", format!("{:.0}", bytes(&db) as f64 / runs as f64));
    load::large_trace(server.url());
    let before = server.cpu();
    let spans = runs.min(100_000) as u64;
    let elapsed = otlp::spans(server.url(), spans);
    row("spans of OTLP stored a second, beside them", format!("{:.0}", spans as f64 / elapsed.as_secs_f64()));
    let cpu = server.cpu() - before;
    row("CPU of the server a span", format!("{:.0} us", cpu.as_secs_f64() * 1e6 / spans as f64));

    for (name, times) in Questions::new(server.url()).ask() {
        row(&name, times.to_string());
    }
    row("peak memory, all", format!("{} MiB", server.peak_mib()));
    drop(server);
    row("start, full file", millis(starts(program, &db)));
    std::fs::remove_dir_all(&folder).expect("the folder to go");
    rows
}

fn load_beside_a_reader(server: &Served, runs: usize) -> (Duration, Times) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (questions, mut times) = (Questions::new(server.url()), Vec::new());
            while !done.load(Ordering::Relaxed) {
                times.push(questions.newest_roots());
            }
            Times::new(times)
        });
        let elapsed = load::traces(server.url(), runs);
        done.store(true, Ordering::Relaxed);
        (elapsed, reader.join().expect("the reader"))
    })
}

/// From the start of the process to its first answer: the median of five.
fn starts(program: &Path, db: &Path) -> Duration {
    // what the kernel has to read from the disk is not what is asked for
    drop(Served::start(program, db));
    let mut times: Vec<Duration> = (0..5).map(|_| Served::start(program, db).1).collect();
    times.sort_unstable();
    times[2]
}

/// Of the file, and of the log beside it.
fn bytes(db: &Path) -> u64 {
    let log = PathBuf::from(format!("{}-wal", db.display()));
    [db, &log].iter().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

fn millis(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}

/// Asks until it is answered.
fn until<T>(mut answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = answer() {
            return found;
        }
        assert!(Instant::now() < deadline, "nothing answers");
        std::thread::sleep(Duration::from_millis(1));
    }
}
