//! JSON lines, in files and other writers.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::LONG;
use serde_json::{Value, json};
use traceable_core::{Attachment, RunSink, RunTree};
use traceable_exporter::JsonLines;

/// A buffer that the test can read.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn run(sink: &Arc<JsonLines>, name: &str) {
    RunTree::builder(name.to_owned()).sink(sink.clone()).build().post().end().patch();
}

fn path(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("traceable-{}-{name}.jsonl", std::process::id()))
}

#[test]
fn each_operation_is_one_line_with_all_fields_of_the_run() {
    let buffer = Buffer::default();
    let sink = Arc::new(JsonLines::to(buffer.clone()).project("demo"));
    let laid_out: Box<serde_json::value::RawValue> =
        serde_json::from_str("{\n  \"a\\n\": [1,\r\n 2]\n}").unwrap();
    let root =
        RunTree::builder("root").inputs(json!({"q": "two\nlines"})).tags(["t"]).sink(sink.clone()).build();
    root.post();
    let child = root.create_child("child").project("ignored").inputs(&laid_out).build();
    child.post();
    child.add_attachment("a.png", Attachment::new("image/png", vec![1, 2, 3]));
    child.end_with_error("wrong").patch();
    root.end_with(json!({"a": 1})).patch();
    assert!(sink.flush(LONG));

    let lines = buffer.lines();
    let seen = |i: usize| (lines[i]["op"].as_str().unwrap(), lines[i]["name"].as_str().unwrap());
    assert_eq!(
        [seen(0), seen(1), seen(2), seen(3)],
        [("post", "root"), ("post", "child"), ("patch", "child"), ("patch", "root")]
    );
    assert_eq!((&lines[0]["inputs"], &lines[0]["tags"]), (&json!({"q": "two\nlines"}), &json!(["t"])));
    assert_eq!(lines[0]["session_name"], "demo");
    assert_eq!(lines[1]["inputs"], json!({"a\n": [1, 2]}));
    assert_eq!(lines[1]["parent_run_id"], lines[0]["id"]);
    assert_eq!(lines[2]["error"], "wrong");
    assert_eq!(lines[2]["attachments"], json!([{"name": "a.png", "mime_type": "image/png", "size": 3}]));
    assert!(!lines[2]["end_time"].is_null());
    assert_eq!(lines[3]["outputs"], json!({"a": 1}));
    let stats = sink.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped, stats.waiting), (4, 4, 0, 0));
}

#[test]
fn files_are_private_and_are_appended_to_or_truncated() {
    let path = path("files");
    let _ = std::fs::remove_file(&path);
    let names = || -> Vec<Value> {
        let text = std::fs::read_to_string(&path).unwrap();
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["name"].clone()).collect()
    };
    for (i, expected) in [(0, json!(["r0", "r0"])), (1, json!(["r0", "r0", "r1", "r1"]))] {
        let sink = Arc::new(JsonLines::append(&path).unwrap());
        run(&sink, &format!("r{i}"));
        assert!(sink.flush(LONG));
        assert_eq!(Value::from(names()), expected);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let sink = Arc::new(JsonLines::create(&path).unwrap());
    run(&sink, "anew");
    assert!(sink.flush(LONG));
    assert_eq!(names(), ["anew", "anew"]);
    // lines that wait when the sink is dropped are still written
    run(&sink, "last");
    drop(sink);
    let begun = Instant::now();
    while names().len() < 4 && begun.elapsed() < LONG {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(names().last().unwrap(), "last");
    std::fs::remove_file(&path).unwrap();
    assert!(JsonLines::create(path.join("no such directory")).is_err());
}

/// Writes a few bytes at a time, and fails in between.
struct Unsteady(Buffer, u32);

impl Write for Unsteady {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 += 1;
        match self.1 % 40 {
            0 => Err(io::ErrorKind::StorageFull.into()),
            7 => Err(io::ErrorKind::Interrupted.into()),
            _ => self.0.write(&bytes[..bytes.len().min(97)]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn after_an_error_the_rest_is_written_and_nothing_twice() {
    let buffer = Buffer::default();
    let sink = Arc::new(JsonLines::to(Unsteady(buffer.clone(), 0)));
    for i in 0..20 {
        run(&sink, &format!("r{i}"));
    }
    assert!(sink.flush(LONG));
    let expected: Vec<_> = (0..20).flat_map(|i| [format!("r{i}"), format!("r{i}")]).collect();
    let names: Vec<_> = buffer.lines().iter().map(|line| line["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, expected);
}

/// Blocks every write until the flag is set.
struct Stalled(Buffer, Arc<AtomicBool>);

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while !self.1.load(SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stalled_writer_blocks_no_producer_and_dropped_lines_are_counted() {
    let (buffer, go) = (Buffer::default(), Arc::new(AtomicBool::new(false)));
    let sink = Arc::new(JsonLines::to(Stalled(buffer.clone(), go.clone())).max_bytes(64 << 10));
    let begun = Instant::now();
    for _ in 0..500 {
        run(&sink, "r");
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(!sink.flush(Duration::from_millis(50)));
    let stats = sink.stats();
    assert_eq!(stats.accepted, 1000);
    assert_eq!((stats.written, stats.dropped + stats.waiting), (0, 1000));
    // a line has some 500 bytes
    assert!((50..300).contains(&stats.waiting), "{stats:?}");

    // lines that come while the buffer is full do not count as written
    std::thread::scope(|scope| {
        let flush = scope.spawn(|| sink.flush(LONG));
        std::thread::sleep(Duration::from_millis(50));
        for _ in 0..500 {
            run(&sink, "r");
        }
        assert!(!flush.is_finished());
        go.store(true, SeqCst);
        assert!(flush.join().unwrap());
    });
    let stats = sink.stats();
    assert_eq!((stats.accepted, stats.waiting), (2000, 0));
    assert_eq!(stats.written as usize, buffer.lines().len());
    assert_eq!(stats.written + stats.dropped, 2000);
    run(&sink, "after");
    assert!(sink.flush(LONG));
    assert_eq!(buffer.lines().last().unwrap()["name"], "after");
}

struct Panics;

impl Write for Panics {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("as it does")
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_panics_is_not_used_again() {
    let sink = Arc::new(JsonLines::to(Panics));
    run(&sink, "r");
    assert!(!sink.flush(LONG));
    run(&sink, "r");
    assert!(!sink.flush(LONG));
    let stats = sink.stats();
    assert_eq!((stats.accepted, stats.dropped, stats.waiting), (4, 4, 0));
}
