//! With the feature `tracing` a mistake is a warning there, if anybody listens; a diagnostic hook of the program's own comes first.

use std::fmt;
use std::sync::Mutex;

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{diagnostics, set_diagnostic_hook, trace};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static HEARD: Mutex<Vec<(Level, String, String)>> = Mutex::new(Vec::new());

/// Keeps what it hears, and traces a call of its own for each.
struct Listener;

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "traceable"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        let metadata = event.metadata();
        HEARD.lock().unwrap().push((*metadata.level(), metadata.target().to_owned(), message.0));
        leaf();
    }
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
fn a_mistake_is_a_warning() {
    let recorder = Recorder::install();
    tracing::subscriber::set_global_default(Listener).unwrap();
    lose(leaf);
    {
        let heard = HEARD.lock().unwrap();
        let [(level, target, text)] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!((*level, &target[..]), (Level::WARN, "traceable"));
        assert!(text.starts_with("broken trace: `leaf` (tests/warnings_to_tracing.rs:"), "{text}");
    }
    diagnostics::report_delivery("the server is away");
    assert_eq!(HEARD.lock().unwrap()[1].2, "the server is away");
    assert_eq!(
        recorder.forest().render(),
        "parent > leaf; leaf",
        "what a listener calls is no part of the program's work"
    );

    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    set_diagnostic_hook(|diagnostic| TOLD.lock().unwrap().push(diagnostic.to_string()));
    lose(other_leaf);
    assert_eq!((TOLD.lock().unwrap().len(), HEARD.lock().unwrap().len()), (1, 2));
}
