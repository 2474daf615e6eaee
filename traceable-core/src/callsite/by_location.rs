//! Callsites of code that has no static of its own: blocks, manual runs, `Extra`s. They are found by their
//! `Location`, and keep the same history as those of annotated functions.
//!
//! A callsite is looked up whenever a block starts, so it is found without a lock. There are as many as are written in the
//! program, and none is ever taken away.

use std::panic::Location;
use std::sync::OnceLock;

use super::function::Callsite;

struct Entry {
    location: &'static Location<'static>,
    callsite: Callsite,
    /// The next one of those that share a beginning.
    next: OnceLock<Box<Entry>>,
}

static CALLSITES: [OnceLock<Box<Entry>>; 64] = [const { OnceLock::new() }; 64];

/// The entry at this location. It is called what it was called first.
pub(crate) fn at(location: &'static Location<'static>, name: &str) -> &'static Callsite {
    let mut link = &CALLSITES[location.line() as usize % CALLSITES.len()];
    loop {
        let entry = link.get_or_init(|| Box::new(Entry::new(location, name)));
        if entry.location == location {
            return &entry.callsite;
        }
        link = &entry.next;
    }
}

impl Entry {
    fn new(location: &'static Location<'static>, name: &str) -> Entry {
        let name = name.to_owned().leak();
        let callsite = Callsite::new(name, "", location.file(), location.line(), || ());
        Entry { location, callsite, next: OnceLock::new() }
    }
}
