//! With the feature `log` a mistake is a warning there, if anybody listens.

use std::sync::Mutex;

use log::{Level, LevelFilter, Log, Metadata, Record};
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::trace;

static HEARD: Mutex<Vec<(Level, String, String)>> = Mutex::new(Vec::new());

struct Listener;

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        // other crates of the program log too
        if record.target().starts_with("traceable") {
            let heard = (record.level(), record.target().to_owned(), record.args().to_string());
            HEARD.lock().unwrap().push(heard);
        }
    }

    fn flush(&self) {}
}

#[traceable]
fn leaf() {}

#[traceable]
fn other_leaf() {}

fn lose(leaf: fn()) {
    trace("parent").scope(|_| {
        leaf();
        std::thread::spawn(leaf).join().unwrap();
    });
}

#[test]
fn a_mistake_is_a_warning_if_warnings_are_heard() {
    let _recorder = Recorder::install();
    log::set_logger(&Listener).unwrap();
    log::set_max_level(LevelFilter::Warn);
    lose(leaf);
    {
        let heard = HEARD.lock().unwrap();
        let [(level, target, text)] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!((*level, &target[..]), (Level::Warn, "traceable"));
        assert!(text.starts_with("broken trace: `leaf` (tests/warnings_to_log.rs:"), "{text}");
    }
    log::set_max_level(LevelFilter::Error);
    lose(other_leaf);
    assert_eq!(HEARD.lock().unwrap().len(), 1, "then it is a line on stderr");
}
