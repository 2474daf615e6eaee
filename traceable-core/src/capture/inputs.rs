//! The arguments of a call, as one JSON object.

use std::fmt::{Debug, Display};

use serde::Serialize;
use serde_json::{Map, Value};

use super::attachment::{Attachment, Attachments};
use super::json::read::read_and_compare;
use super::json_object::JsonObject;
use super::marker::{EXPRESSION_PANICKED, PROCESS_INPUTS_PANICKED, THREAD_ENDED};
use super::outcome::ValueWriter;
use super::panic_guard::guarded;
use super::payload::Payload;
use super::writer::Writer;

/// An argument that can be recorded: everything that implements `serde::Serialize`.
///
/// Recording never changes the call. If a value's `Serialize` panics, nests arrays and objects deeper than 120 levels or
/// writes more than 10 MiB, a marker such as `[not recorded: larger than 10 MiB]` is recorded instead, and
/// [`unrecorded_values`](crate::process::unrecorded_values) counts it. If it fails with an error, the marker stands for the
/// field, item or entry that failed, and the rest is recorded. One thing cannot be stopped: a value that recurses without
/// end and never writes an array or object on the way overflows the stack.
///
/// Numbers are recorded exactly, those of 128 bits too. Where code reads them as a `serde_json::Value` (the hook
/// `process_inputs`, a [`Recorder`](crate::testing::Recorder)), one that no `Value` holds is the text of its digits. NaN and
/// infinity are `null`. Keys of maps that are no texts are recorded as the text of their JSON: `{(1, 2): "x"}` as
/// `{"[1,2]": "x"}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as a run input: derive `serde::Serialize`, or leave the argument out with \
               `#[traceable(skip(..))]`",
    label = "this argument does not implement `serde::Serialize`",
    note = "derive it for your own types; for those of another crate, look for a feature `serde` of that crate",
    note = "or record the argument by its `Debug` text with `#[traceable(debug(..))]`"
)]
pub trait Input {
    #[doc(hidden)]
    fn record_input(&self, writer: &mut ValueWriter<'_>);
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Input for T {
    fn record_input(&self, writer: &mut ValueWriter<'_>) {
        writer.0.json(self);
    }
}

/// An argument of whatever type. What records it is compiled for each type, and not for each annotated function as a
/// closure is.
pub trait Recorded {
    /// Writes its value.
    fn record(&self, writer: &mut ValueWriter<'_>);
}

/// An argument, by a reference to one to it: what it leads to need not be sized.
#[inline]
pub fn argument<'a, T: Input + ?Sized>(value: &'a &'a T) -> &'a dyn Recorded {
    value
}

impl<T: Input + ?Sized> Recorded for &T {
    fn record(&self, writer: &mut ValueWriter<'_>) {
        (**self).record_input(writer);
    }
}

/// Collects the arguments of a call.
pub struct Inputs<'a> {
    writer: &'a mut Writer,
    attachments: Vec<(String, Attachment)>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn collect(
        writer: &'a mut Writer,
        f: impl FnOnce(&mut Inputs<'_>),
    ) -> (Payload, Vec<(String, Attachment)>) {
        writer.out.push(b'{');
        let mut inputs = Inputs { writer, attachments: Vec::new() };
        f(&mut inputs);
        inputs.writer.out.push(b'}');
        (inputs.writer.payload(), inputs.attachments)
    }

    /// Stands for arguments that were never handed over.
    pub(crate) fn lost() -> Payload {
        let inputs = |inputs: &mut Inputs<'_>| {
            inputs.key("inputs");
            inputs.writer.marker(THREAD_ENDED);
        };
        Writer::lend(|writer| Inputs::collect(writer, inputs).0)
    }

    /// As [`collect`](Self::collect), for arguments that come each after what stands before it in the JSON object: `{"a":`,
    /// `,"b":`.
    pub(crate) fn list(writer: &mut Writer, before: &[&'static str], values: &[&dyn Recorded]) -> Payload {
        for (before, value) in before.iter().zip(values) {
            writer.out.extend_from_slice(before.as_bytes());
            value.record(&mut ValueWriter::new(writer));
        }
        writer.out.push(b'}');
        writer.payload()
    }

    /// Adds an argument. `member` is its name as it stands in a JSON object, `"name":`: the attribute quotes it at
    /// compile time.
    pub fn add<T: Input + ?Sized>(&mut self, member: &'static str, value: &T) {
        self.member(member);
        value.record_input(&mut ValueWriter::new(self.writer));
    }

    /// Adds an argument that is checked already.
    pub fn add_argument(&mut self, member: &'static str, value: &dyn Recorded) {
        self.member(member);
        value.record(&mut ValueWriter::new(self.writer));
    }

    /// Adds what an expression of the attribute gives. It is evaluated only while the call is recorded, so a panic in
    /// it must not reach the program.
    pub fn add_with(&mut self, member: &'static str, value: impl FnOnce(&mut Inputs<'_>)) {
        self.member(member);
        let from = self.writer.out.len();
        if guarded(|| value(self)).is_none() {
            self.writer.out.truncate(from);
            self.writer.marker(EXPRESSION_PANICKED);
        }
    }

    /// The value of an [`add_with`](Self::add_with).
    pub fn put<T: Input + ?Sized>(&mut self, value: &T) {
        value.record_input(&mut ValueWriter::new(self.writer));
    }

    /// Adds an argument by its `Debug` text.
    pub fn debug<T: Debug + ?Sized>(&mut self, member: &'static str, value: &T) {
        self.member(member);
        self.writer.formatted(&format_args!("{value:?}"));
    }

    /// Adds an argument by its `Display` text.
    pub fn display<T: Display + ?Sized>(&mut self, member: &'static str, value: &T) {
        self.member(member);
        self.writer.formatted(&format_args!("{value}"));
    }

    /// Adds files that travel beside the inputs.
    pub fn attachment<A: Attachments + ?Sized>(&mut self, key: &'static str, value: &A) {
        value.each(key, &mut |name, file| self.attachments.push((name, file.clone())));
    }

    /// Lets a function change the inputs collected so far. What it leaves as it was stays as it was written: numbers that
    /// no `Value` holds are exact there. If it panics, the inputs are dropped: what it was to take out must not be sent.
    pub fn process(&mut self, hook: impl FnOnce(&mut Map<String, Value>)) {
        self.writer.out.push(b'}');
        let collected = JsonObject::read(&self.writer.payload(), "inputs");
        self.writer.out.clear();
        self.writer.out.push(b'{');
        let (mut exact, mut inputs) = (Map::new(), Map::new());
        for (key, written) in collected.iter() {
            let (value, is_more_exact) = read_and_compare(written.as_str());
            if is_more_exact {
                exact.insert(key.to_owned(), value.clone());
            }
            inputs.insert(key.to_owned(), value);
        }
        if guarded(|| hook(&mut inputs)).is_none() {
            self.key("inputs");
            return self.writer.marker(PROCESS_INPUTS_PANICKED);
        }
        for (key, value) in &inputs {
            self.key(key);
            match collected.get(key).filter(|_| exact.get(key) == Some(value)) {
                Some(written) => self.writer.out.extend_from_slice(written.as_bytes()),
                None => self.writer.json(value),
            }
        }
    }

    #[inline]
    fn member(&mut self, member: &str) {
        self.separate();
        self.writer.out.extend_from_slice(member.as_bytes());
    }

    fn key(&mut self, key: &str) {
        self.separate();
        self.writer.text(key);
        self.writer.out.push(b':');
    }

    fn separate(&mut self) {
        if self.writer.out.len() > 1 {
            self.writer.out.push(b',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(f: impl FnOnce(&mut Inputs<'_>)) -> String {
        Writer::lend(|w| Inputs::collect(w, f).0.as_str().to_owned())
    }

    #[test]
    fn arguments_are_keyed_by_name() {
        assert_eq!(collected(|_| ()), "{}");
        assert_eq!(
            collected(|i| {
                i.add("\"a\":", "x");
                i.debug("\"b\":", &Some(1));
                i.display("\"c\":", &1.5);
            }),
            r#"{"a":"x","b":"Some(1)","c":"1.5"}"#
        );
    }

    #[test]
    fn what_is_lost_is_said() {
        assert_eq!(Inputs::lost().as_str(), r#"{"inputs":"[not recorded: its thread was ending]"}"#);
    }

    #[test]
    fn a_hook_changes_them_and_a_failing_hook_drops_them() {
        let hidden = collected(|i| {
            i.add("\"key\":", "secret");
            i.add("\"n\":", &{ 1 });
            i.process(|inputs| drop(inputs.remove("key")));
        });
        assert_eq!(hidden, r#"{"n":1}"#);
        let exact = collected(|i| {
            i.add("\"changed\":", &[u128::MAX]);
            i.add("\"left\":", &u128::MAX);
            i.process(|inputs| drop(inputs["changed"][0].take()));
        });
        assert_eq!(exact, format!(r#"{{"changed":[null],"left":{}}}"#, u128::MAX));
        let failed = collected(|i| {
            i.add("\"key\":", "secret");
            i.process(|_| panic!("on purpose"));
        });
        assert_eq!(failed, r#"{"inputs":"[not recorded: process_inputs panicked]"}"#);
    }
}
