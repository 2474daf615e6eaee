//! Places in the user's code that have no static of their own: blocks, runs made by hand, `Extra`s. What became of their
//! runs is kept as it is for annotated functions.
//!
//! A place is looked up whenever a block starts, so it is found without a lock. There are as many as are written in the
//! program, and none is ever taken away.

use std::panic::Location;
use std::sync::OnceLock;

use super::callsite::Callsite;

struct Place {
    location: &'static Location<'static>,
    callsite: Callsite,
    /// The next one of those that share a beginning.
    next: OnceLock<Box<Place>>,
}

static CALLSITES: [OnceLock<Box<Place>>; 64] = [const { OnceLock::new() }; 64];

/// The place at this location. It is called what it was called first.
pub(crate) fn at(location: &'static Location<'static>, name: &str) -> &'static Callsite {
    let mut link = &CALLSITES[location.line() as usize % CALLSITES.len()];
    loop {
        let place = link.get_or_init(|| Box::new(Place::new(location, name)));
        if place.location == location {
            return &place.callsite;
        }
        link = &place.next;
    }
}

impl Place {
    fn new(location: &'static Location<'static>, name: &str) -> Place {
        let name = name.to_owned().leak();
        let callsite = Callsite::new(name, "", location.file(), location.line(), || ());
        Place { location, callsite, next: OnceLock::new() }
    }
}
