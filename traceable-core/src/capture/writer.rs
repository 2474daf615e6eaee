//! From a value to JSON bytes, whatever the value does.
//!
//! A value's `Serialize` is the user's code: it may fail, panic, nest without end or make gigabytes. None of this
//! reaches the caller of a traced function. The value becomes a marker, a JSON string that says what happened, and
//! is counted.

use std::cell::Cell;

use serde::{Serialize, Serializer as _};

use super::json::buffer::Json;
pub(super) use super::json::buffer::too_large;
use super::limits::MAX_BYTES;
use super::marker::{HOOK_PANICKED, SERIALIZE_PANICKED, count_unrecorded, marker};
use super::panic_guard::guarded;
use super::payload::Payload;
use super::suppress::suppressed;

/// A thread keeps a scratch buffer of at most this size.
const MAX_SCRATCH: usize = 64 << 10;

/// Appends JSON to a buffer, within the limits.
pub(crate) struct Writer {
    pub(crate) out: Vec<u8>,
}

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Writer {
    /// Lends the thread's scratch buffer, so that a payload is allocated once and in its final size. Nothing is traced
    /// in the meantime. A capture inside another one, or as the thread ends, has a buffer of its own.
    pub(crate) fn lend<R>(f: impl FnOnce(&mut Writer) -> R) -> R {
        let mut writer = Writer { out: SCRATCH.try_with(Cell::take).unwrap_or_default() };
        writer.out.clear();
        let result = suppressed(|| f(&mut writer));
        if writer.out.capacity() <= MAX_SCRATCH {
            let _ = SCRATCH.try_with(|scratch| scratch.set(writer.out));
        }
        result
    }

    /// Appends a value, or a marker in its place.
    pub(crate) fn json<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.append(&mut |json| value.serialize(json));
    }

    /// Appends a text as a JSON string.
    pub(crate) fn text(&mut self, text: &str) {
        self.json(text);
    }

    /// Appends a text that formatting makes, or a marker.
    pub(crate) fn formatted(&mut self, value: &dyn std::fmt::Display) {
        self.append(&mut |json| json.collect_str(value));
    }

    /// Appends what a user's function makes, or a marker.
    pub(crate) fn made<T: Serialize>(&mut self, make: impl FnOnce() -> T) {
        match guarded(make) {
            Some(value) => self.json(&value),
            None => self.marker(HOOK_PANICKED),
        }
    }

    /// One for all types, so that little is compiled for each.
    fn append(&mut self, serialize: &mut dyn FnMut(&mut Json<'_>) -> serde_json::Result<()>) {
        let from = self.out.len();
        let mut json = Json::new(&mut self.out, MAX_BYTES);
        match guarded(|| serialize(&mut json).and_then(|()| json.finish())) {
            Some(Ok(())) => {}
            Some(Err(error)) => self.give_up(from, &error.to_string()),
            None => self.give_up(from, SERIALIZE_PANICKED),
        }
    }

    /// Puts a marker in the place of what was written since.
    #[cold]
    #[inline(never)]
    fn give_up(&mut self, from: usize, problem: &str) {
        self.out.truncate(from);
        self.marker(problem);
    }

    /// Appends the marker of a value that could not be recorded.
    pub(crate) fn marker(&mut self, problem: &str) {
        count_unrecorded();
        // a text cannot fail to serialise, and a marker is short
        let _ = serde_json::to_writer(&mut self.out, &marker(problem));
    }

    pub(crate) fn payload(&self) -> Payload {
        Payload::trusted(&self.out)
    }
}

/// Captures into a payload of its own.
pub(crate) fn capture(f: impl FnOnce(&mut Writer)) -> Payload {
    Writer::lend(|writer| {
        f(writer);
        writer.payload()
    })
}

impl Payload {
    /// Serialises a value. Whatever goes wrong becomes a marker, a JSON string that says what happened; see
    /// [`Input`](crate::Input).
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Payload {
        capture(|w| w.json(value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::capture::marker::unrecorded_values;

    fn text_of<T: Serialize + ?Sized>(value: &T) -> String {
        capture(|w| w.json(value)).as_str().to_owned()
    }

    #[derive(Serialize)]
    struct Endless {
        next: Option<Box<Endless>>,
    }

    struct Panics;
    impl Serialize for Panics {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("on purpose")
        }
    }

    struct Fails;
    impl Serialize for Fails {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.serialize_map(None)?;
            Err(serde::ser::Error::custom("on purpose"))
        }
    }

    struct Forever;
    impl Serialize for Forever {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.collect_seq(std::iter::repeat("again and again"))
        }
    }

    #[test]
    fn a_value_that_cannot_be_written_becomes_a_marker_and_is_counted() {
        let before = unrecorded_values();
        assert_eq!(text_of(&Panics), r#""[not recorded: its serialization panicked]""#);
        assert_eq!(text_of(&Forever), r#""[not recorded: larger than 10 MiB]""#);
        assert_eq!(text_of(&[Some(Fails), None]), r#"["[not recorded: on purpose]",null]"#);
        let deep = (0..500).fold(Endless { next: None }, |inner, _| Endless { next: Some(Box::new(inner)) });
        assert_eq!(text_of(&deep), r#""[not recorded: nested deeper than 120 levels]""#);
        assert!(unrecorded_values() >= before + 4);
    }

    #[test]
    fn what_json_cannot_say_is_still_valid_json() {
        assert_eq!(text_of(&[f64::NAN, f64::INFINITY, 1.5]), "[null,null,1.5]");
        assert_eq!(text_of(&u128::MAX), u128::MAX.to_string());
        assert_eq!(text_of(&HashMap::from([(7, "x")])), r#"{"7":"x"}"#);
        assert_eq!(text_of(&HashMap::from([((1, "a"), 3)])), r#"{"[1,\"a\"]":3}"#);
    }

    #[test]
    fn a_capture_inside_a_capture_does_not_mix_with_it() {
        struct Nested;
        impl Serialize for Nested {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&text_of(&[1, 2]))
            }
        }
        assert_eq!(text_of(&[Nested, Nested]), r#"["[1,2]","[1,2]"]"#);
    }
}
