//! A trace as the parts of a request. Ids are made of the time and of names, so the same time gives the same bytes.

use serde_json::{Value, json};
use traceable_core::{DottedOrder, Timestamp};
use uuid::Uuid;

use super::multipart::Part;

/// The project of all traces but the hostile one.
pub(crate) const PROJECT: &str = "demo";

/// A run; parents stand before their children, times are milliseconds after the start of the trace.
pub(crate) struct Step {
    name: String,
    run_type: String,
    parent: Option<usize>,
    from_ms: i64,
    /// `None`: it has not ended.
    to_ms: Option<i64>,
    /// Its other fields.
    fields: Value,
}

impl Step {
    pub(crate) fn new(
        name: impl Into<String>,
        run_type: impl Into<String>,
        parent: Option<usize>,
        from_ms: i64,
        to_ms: i64,
        fields: Value,
    ) -> Step {
        Step { name: name.into(), run_type: run_type.into(), parent, from_ms, to_ms: Some(to_ms), fields }
    }

    /// It has not ended yet.
    pub(crate) fn in_flight(mut self) -> Step {
        self.to_ms = None;
        self
    }
}

/// A run of the trace, as others refer to it.
struct Known {
    id: Uuid,
    order: String,
}

pub(crate) struct Trace {
    /// What the traces of one demo have in common.
    at: Timestamp,
    name: &'static str,
    project: String,
    start_us: i64,
    runs: Vec<Known>,
    parts: Vec<Part>,
}

impl Trace {
    /// A trace that starts so many milliseconds before the time of the demo.
    pub(crate) fn new(at: Timestamp, name: &'static str, before_ms: i64) -> Trace {
        Trace {
            at,
            name,
            project: PROJECT.to_owned(),
            start_us: at.signed_micros() - before_ms * 1_000,
            runs: Vec::new(),
            parts: Vec::new(),
        }
    }

    pub(crate) fn in_project(mut self, project: &str) -> Trace {
        self.project = project.to_owned();
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The id of a run; that of run 0 is the trace's.
    pub(crate) fn id(&self, run: usize) -> Uuid {
        self.runs.get(run).map_or(Uuid::nil(), |run| run.id)
    }

    /// The moment so many milliseconds after the start.
    pub(crate) fn time(&self, ms: i64) -> String {
        self.timestamp(ms).to_string()
    }

    /// Adds a run, and returns its number.
    pub(crate) fn run(&mut self, step: Step) -> usize {
        self.add(step, true)
    }

    /// Adds a run that is never sent; its children are.
    pub(crate) fn run_that_never_arrives(&mut self, step: Step) -> usize {
        self.add(step, false)
    }

    fn add(&mut self, step: Step, is_sent: bool) -> usize {
        let number = self.runs.len();
        let id = self.new_id(&format!("run {number}"));
        let start = self.timestamp(step.from_ms);
        let parent = step.parent.and_then(|parent| self.runs.get(parent));
        let mut order = DottedOrder::root(start, id).to_string();
        if let Some(parent) = parent {
            order = format!("{}.{order}", parent.order);
        }
        let mut run = json!({
            "id": id, "name": step.name, "run_type": step.run_type, "session_name": self.project,
            "trace_id": self.runs.first().map_or(id, |root| root.id),
            "parent_run_id": parent.map(|parent| parent.id), "dotted_order": order,
            "start_time": start.to_string(), "end_time": step.to_ms.map(|ms| self.time(ms)),
        });
        join(&mut run, step.fields);
        if is_sent {
            self.parts.push(part(format!("post.{id}"), &run));
        }
        self.runs.push(Known { id, order });
        number
    }

    pub(crate) fn file(&mut self, run: usize, name: &str, mime: &'static str, bytes: Vec<u8>) {
        let name = format!("attachment.{}.{name}", self.id(run));
        self.parts.push(Part { name, mime, bytes });
    }

    pub(crate) fn feedback(&mut self, run: usize, key: &str, score: f64, comment: Option<&str>) {
        let id = self.new_id(&format!("feedback {run} {key}"));
        let feedback = json!({
            "id": id, "run_id": self.id(run), "trace_id": self.id(0), "key": key, "score": score, "comment": comment,
            "created_at": self.at.to_string(), "modified_at": self.at.to_string(),
        });
        self.parts.push(part(format!("feedback.{id}"), &feedback));
    }

    /// `new_token` events, one each `step_ms` from `from_ms` on.
    pub(crate) fn tokens(&self, from_ms: i64, step_ms: i64, words: &[&str]) -> Value {
        let event = |(at, word): (i64, &&str)| json!({"name": "new_token", "time": self.time(at), "kwargs": {"token": word}});
        (0..).map(|number| from_ms + number * step_ms).zip(words).map(event).collect()
    }

    fn timestamp(&self, ms: i64) -> Timestamp {
        Timestamp::from_signed_micros(self.start_us + ms * 1_000)
    }

    fn new_id(&self, what: &str) -> Uuid {
        let name = format!("traceable demo/{}/{}/{what}", self.at.signed_micros(), self.name);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }
}

fn part(name: String, json: &Value) -> Part {
    Part { name, mime: "application/json", bytes: json.to_string().into_bytes() }
}

/// The field `extra` of a run, with these metadata.
pub(crate) fn extra(metadata: Value) -> Value {
    json!({"metadata": metadata, "runtime": {"sdk": "traceable-demo"}})
}

/// The same for a run of a model.
pub(crate) fn model(provider: &str, name: &str, metadata: Value) -> Value {
    let mut all = json!({"ls_provider": provider, "ls_model_name": name, "ls_temperature": 0.2});
    join(&mut all, metadata);
    extra(all)
}

/// Adds the members of one object to another.
pub(crate) fn join(to: &mut Value, more: Value) {
    if let (Value::Object(to), Value::Object(more)) = (to, more) {
        to.extend(more);
    }
}

/// Tokens of a call of a model, and what they cost in dollars.
pub(crate) fn usage(input: u32, output: u32, input_cost: f64, output_cost: f64) -> Value {
    // sums of decimal fractions are not to end in ..0001
    let total_cost = ((input_cost + output_cost) * 1e9).round() / 1e9;
    json!({"input_tokens": input, "output_tokens": output, "total_tokens": input + output,
        "input_cost": input_cost, "output_cost": output_cost, "total_cost": total_cost})
}
