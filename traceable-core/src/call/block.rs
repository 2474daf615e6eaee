//! `trace`: runs for blocks without a function of their own.

use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Arc;

use serde::Serialize;

use super::ending::{finish, panic_message};
use super::recording::left_out_handle;
use super::start::{Started, reserve_with, start_now};
use super::traced_call::Call;
use super::wrappers::future::future;
use super::wrappers::sync::eager;
use crate::capture::attachment::Attachment;
use crate::capture::error_text::Failure;
use crate::capture::json_object::JsonObject;
use crate::capture::outcome::{Outcome, Report as _};
use crate::capture::payload::Payload;
use crate::context::ambient::enter;
use crate::context::extra::Extra;
use crate::context::parent::IntoParent;
use crate::process;
use crate::run::head::RunHead;
use crate::run::lifecycle;
use crate::run::node::{Context, Run};
use crate::run::run_tree::RunTree;
use crate::sink::run_type::RunType;
use crate::sink::text::Text;

/// Traces a block of code that has no function of its own.
///
/// ```
/// use traceable_core::{RunType, trace};
/// let answer = trace("retrieve").run_type(RunType::Retriever).input("query", "why?").scope(|run| {
///     run.add_outputs(serde_json::json!({"documents": 3}));
///     42
/// });
/// assert_eq!(answer, 42);
/// ```
#[track_caller]
pub fn trace(name: impl Into<Text>) -> Block {
    Block {
        name: name.into(),
        location: Location::caller(),
        run_type: RunType::Chain,
        inputs: JsonObject::default(),
        fields: JsonObject::default(),
        attachments: Vec::new(),
        extra: Extra::new(),
    }
}

/// A block to be traced; made by [`trace`].
#[must_use = "nothing runs until `.scope(|run| ..)` or `.future(|run| ..)`"]
pub struct Block {
    name: Text,
    /// Where in the user's code it was begun.
    location: &'static Location<'static>,
    run_type: RunType,
    inputs: JsonObject,
    fields: JsonObject,
    attachments: Vec<(String, Attachment)>,
    extra: Extra,
}

impl Block {
    /// What kind of work it is; [`RunType::Chain`] if not said.
    pub fn run_type(mut self, run_type: impl Into<RunType>) -> Block {
        self.run_type = run_type.into();
        self
    }

    /// One of the inputs.
    pub fn input<T: Serialize>(mut self, key: impl Into<String>, value: T) -> Block {
        if process::gate_is_open() {
            self.inputs.insert(key, Payload::of(&value));
        }
        self
    }

    /// Inputs that serialise to an object; anything else is put under `input`.
    pub fn inputs<T: Serialize>(mut self, inputs: T) -> Block {
        if process::gate_is_open() {
            self.inputs.extend(JsonObject::of(&inputs, "input"));
        }
        self
    }

    /// The parent, where it is not the ambient one.
    pub fn parent(mut self, parent: impl IntoParent) -> Block {
        self.extra = self.extra.parent(parent);
        self
    }

    /// A tag, for this run and those below.
    pub fn tag(mut self, tag: impl Into<Text>) -> Block {
        self.extra = self.extra.tag(tag);
        self
    }

    /// One entry of the metadata, for this run and those below.
    pub fn metadata<T: Serialize>(mut self, key: impl Into<String>, value: T) -> Block {
        self.extra = self.extra.metadata(key, value);
        self
    }

    /// A field of `extra` beside `metadata`, of this run alone; see [`RunTree::add_extra`].
    pub fn extra<T: Serialize>(mut self, key: impl Into<String>, value: T) -> Block {
        if process::gate_is_open() {
            self.fields.insert(key, Payload::of(&value));
        }
        self
    }

    /// The project, if the block begins a trace here: see [`Extra::project`].
    pub fn project(mut self, project: impl Into<Text>) -> Block {
        self.extra = self.extra.project(project);
        self
    }

    /// A file that travels with the inputs.
    pub fn attachment(mut self, name: impl Into<String>, attachment: Attachment) -> Block {
        self.attachments.push((name.into(), attachment));
        self
    }

    /// Runs the block. It records outputs by `run.add_outputs(..)`. While tracing is off, `run` is an inactive handle.
    pub fn scope<R>(self, f: impl FnOnce(&RunTree) -> R) -> R {
        self.run(f, |_, _| ())
    }

    /// As [`scope`](Self::scope), for a block that can fail: an `Err` is the run's error.
    pub fn try_scope<T, E: Failure>(self, f: impl FnOnce(&RunTree) -> Result<T, E>) -> Result<T, E> {
        self.run(f, |result, outcome| {
            if let Err(error) = result {
                outcome.report(error.error_text());
            }
        })
    }

    /// As [`scope`](Self::scope), for asynchronous code: the run is open until the future is done, or dropped.
    ///
    /// ```
    /// # async fn example() {
    /// use traceable_core::trace;
    /// let documents = trace("retrieve").input("query", "why?").future(|run| async move {
    ///     // .. awaits ..
    ///     run.add_outputs(serde_json::json!({"documents": 3}));
    ///     3
    /// });
    /// assert_eq!(documents.await, 3);
    /// # }
    /// # let mut example = std::pin::pin!(example());
    /// # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// # assert!(std::future::Future::poll(example.as_mut(), &mut cx).is_ready());
    /// ```
    pub fn future<F: Future>(self, f: impl FnOnce(RunTree) -> F) -> impl Future<Output = F::Output> {
        self.poll(f, |_, _| ())
    }

    /// As [`future`](Self::future), for a block that can fail: an `Err` is the run's error.
    pub fn try_future<T, E: Failure, F: Future<Output = Result<T, E>>>(
        self,
        f: impl FnOnce(RunTree) -> F,
    ) -> impl Future<Output = Result<T, E>> {
        self.poll(f, |result, outcome| {
            if let Err(error) = result {
                outcome.report(error.error_text());
            }
        })
    }

    fn poll<F: Future>(
        self,
        f: impl FnOnce(RunTree) -> F,
        record: impl Fn(&F::Output, &mut Outcome),
    ) -> impl Future<Output = F::Output> {
        let call = if process::gate_is_open() { self.reserve() } else { Call::off() };
        let handle = call.handle();
        let (call, body) = eager(call, || f(handle));
        future(call, body, move |call, value| {
            call.finish(value, |value, outcome| record_error(outcome, |outcome| record(value, outcome)))
        })
    }

    fn reserve(self) -> Call {
        let head = RunHead::new(self.name, self.run_type, Some("trace"), Some(self.location));
        let (parent, settings) = self.extra.into_parts();
        let started = reserve_with(head, parent, settings);
        if let Started::Run(run) = &started {
            give(run, &self.inputs, &self.fields, self.attachments);
        }
        Call::block(started)
    }

    fn run<R>(self, f: impl FnOnce(&RunTree) -> R, record: impl Fn(&R, &mut Outcome)) -> R {
        if !process::may_begin() {
            return f(&RunTree::inactive());
        }
        let (run, context) = self.start();
        let handle = match (&run, &context) {
            (Some(run), _) => RunTree::of(run.clone()),
            (None, around) => around.as_ref().map_or_else(RunTree::inactive, left_out_handle),
        };
        let result = {
            let _entered = enter(context);
            // unwinding goes on right after: no state of the program is looked at in between
            catch_unwind(AssertUnwindSafe(|| f(&handle)))
        };
        match (result, run) {
            (Ok(value), Some(run)) => {
                finish(
                    &run,
                    &mut |outcome: &mut Outcome| record_error(outcome, |outcome| record(&value, outcome)),
                    &|_| (),
                );
                value
            }
            (Ok(value), None) => value,
            (Err(panic), run) => {
                if let Some(run) = run {
                    let report = |outcome: &mut Outcome| outcome.report(panic_message(&*panic));
                    finish(&run, &mut |outcome: &mut Outcome| record_error(outcome, report), &|_| ());
                }
                resume_unwind(panic)
            }
        }
    }

    fn start(self) -> (Option<Arc<Run>>, Option<Context>) {
        let head = RunHead::new(self.name, self.run_type, Some("trace"), Some(self.location));
        let run = match self.extra.call(|| start_now(head)) {
            Started::Run(run) if run.is_recorded() => run,
            // not sampled: the root keeps its identity for headers, and nothing below it is recorded
            Started::Run(run) => return (None, Some(Context::Run(run))),
            Started::Passive(context) => return (None, Some(context)),
        };
        give(&run, &self.inputs, &self.fields, self.attachments);
        lifecycle::post(&run);
        (Some(run.clone()), Some(Context::Run(run)))
    }
}

fn give(run: &Run, inputs: &JsonObject, fields: &JsonObject, attachments: Vec<(String, Attachment)>) {
    let inputs = inputs.to_payload("inputs");
    let mut state = run.state();
    state.inputs = Some(inputs);
    if !fields.is_empty() {
        state.extra().add_fields(fields);
    }
    if !attachments.is_empty() {
        state.extra().attachments = attachments;
    }
}

/// A block's outputs are what it gave to its run: an error leaves no mark in them, as a function's does.
fn record_error(outcome: &mut Outcome, record: impl FnOnce(&mut Outcome)) {
    record(outcome);
    outcome.outputs = None;
}
