//! Runs as a program might send them, made at random from few names and values, so that filters find some of them.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::common::Server;

/// The project of all runs.
pub(crate) const PROJECT: &str = "world";

/// Every run starts within some seconds after it; in microseconds since 1970.
pub(crate) const EPOCH_US: i64 = 1_767_607_200_000_000;

pub(crate) const NAMES: [&str; 6] = ["agent", "Agent-2", "50%_done", "say \"hi\" \\o/", "größe", "search"];
pub(crate) const RUN_TYPES: [&str; 3] = ["chain", "llm", "tool"];
pub(crate) const ERRORS: [&str; 2] = ["ValueError('bad')", "boom: refund at 100%"];
pub(crate) const TAGS: [&str; 4] = ["prod", "v1", "it's", "a,b \"c\""];
pub(crate) const KEYS: [&str; 3] = ["env", "stage", "user id"];
pub(crate) const VALUES: [&str; 4] = ["dev", "Prod", "3", "it's 100%"];
pub(crate) const WORDS: [&str; 4] = ["refund", "Order", "заказ", "my_order"];
pub(crate) const SCORES: [&str; 2] = ["correct", "speed"];
pub(crate) const THREADS: [&str; 2] = ["t1", "t\"2"];
pub(crate) const MODELS: [&str; 2] = ["m-small", "m-large"];

/// One run. Its number is its id.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) number: usize,
    /// The number of its trace's root.
    pub(crate) trace: usize,
    pub(crate) parent: Option<usize>,
    pub(crate) name: &'static str,
    pub(crate) run_type: &'static str,
    pub(crate) error: Option<&'static str>,
    pub(crate) start_us: Option<i64>,
    pub(crate) end_us: Option<i64>,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) inputs: Map<String, Value>,
    pub(crate) outputs: Map<String, Value>,
    pub(crate) tokens: Option<u64>,
    pub(crate) model: Option<&'static str>,
    pub(crate) thread: Option<&'static str>,
    pub(crate) feedback: Vec<(&'static str, Option<f64>)>,
}

/// What is drawn for one run; where it stands is decided when all are drawn.
#[derive(Clone, Debug)]
struct Draft {
    /// A root, or below the run that many before it.
    below: Option<usize>,
    start_ms: Option<i64>,
    latency_ms: Option<i64>,
    run: Run,
}

impl Run {
    pub(crate) fn status(&self) -> &'static str {
        match (self.error, self.end_us) {
            (Some(_), _) => "error",
            (None, Some(_)) => "success",
            (None, None) => "pending",
        }
    }

    pub(crate) fn latency_us(&self) -> Option<i64> {
        Some(self.end_us? - self.start_us?)
    }

    /// As it is sent.
    pub(crate) fn json(&self, runs: &[Run]) -> Value {
        let mut run = json!({
            "id": id(self.number), "trace_id": id(self.trace), "name": self.name, "run_type": self.run_type,
            "session_name": PROJECT, "tags": self.tags, "inputs": self.inputs, "outputs": self.outputs,
            "extra": {"metadata": self.metadata},
        });
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                run[key] = value;
            }
        };
        set("parent_run_id", self.parent.map(|parent| id(parent).into()));
        set("error", self.error.map(Value::from));
        set("start_time", self.start_us.map(|us| iso(us).into()));
        set("end_time", self.end_us.map(|us| iso(us).into()));
        set("dotted_order", self.dotted_order(runs).map(Value::from));
        if let Some(tokens) = self.tokens {
            run["outputs"]["usage_metadata"] =
                json!({"input_tokens": tokens, "output_tokens": 0, "total_tokens": tokens});
        }
        if let Some(model) = self.model {
            run["extra"]["metadata"]["ls_model_name"] = model.into();
        }
        if let Some(thread) = self.thread {
            // each of three names will do
            let key = ["thread_id", "session_id", "conversation_id"][self.number % 3];
            run["extra"]["metadata"][key] = thread.into();
        }
        run
    }

    /// Without a start of its own, or of one above it, a run has none.
    fn dotted_order(&self, runs: &[Run]) -> Option<String> {
        let start = jiff::Timestamp::from_microsecond(self.start_us?).unwrap();
        let segment = format!("{}{}", start.strftime("%Y%m%dT%H%M%S%6fZ"), id(self.number));
        match self.parent {
            Some(parent) => Some(format!("{}.{segment}", runs[parent].dotted_order(runs)?)),
            None => Some(segment),
        }
    }
}

/// The id of a run by its number.
pub(crate) fn id(number: usize) -> String {
    format!("{:08x}-0000-4000-8000-000000000000", number + 1)
}

/// The number of a run by its id.
pub(crate) fn number(id: uuid::Uuid) -> usize {
    usize::try_from(id.as_fields().0).unwrap() - 1
}

/// A time as ISO 8601 text.
pub(crate) fn iso(us: i64) -> String {
    jiff::Timestamp::from_microsecond(us).unwrap().to_string()
}

/// Sends all runs, and the feedback.
pub(crate) fn send(server: &Server, runs: &[Run]) {
    let post: Vec<Value> = runs.iter().map(|run| run.json(runs)).collect();
    let reply = server.json("POST", "/runs/batch", &json!({"post": post, "patch": []}));
    assert_eq!((reply.status, reply.body.contains("rejected\":[{")), (202, false), "{}", reply.body);
    let mut feedback = Vec::new();
    for run in runs {
        for (key, score) in &run.feedback {
            let id = format!("{:08x}-0000-4000-9000-000000000000", feedback.len());
            let text = json!({"id": id, "run_id": self::id(run.number), "trace_id": self::id(run.trace),
                "key": key, "score": score})
            .to_string();
            feedback.push((format!("feedback.{id}"), text));
        }
    }
    if !feedback.is_empty() {
        let parts: Vec<_> = feedback.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let reply = server.multipart(&parts);
        assert_eq!(reply.status, 202, "{}", reply.body);
    }
}

/// Some runs in some traces.
pub(crate) fn runs(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Run>> {
    prop::collection::vec(draft(), count).prop_map(|drafts| {
        let mut runs: Vec<Run> = Vec::new();
        for (number, draft) in drafts.into_iter().enumerate() {
            let parent = draft.below.and_then(|back| number.checked_sub(back));
            let start_us = draft.start_ms.map(|ms| EPOCH_US + 1000 * ms);
            let end_us = match (start_us, draft.run.error) {
                (Some(start), Some(_)) => Some(start + 1000 * draft.latency_ms.unwrap_or(0)),
                (Some(start), None) => draft.latency_ms.map(|ms| start + 1000 * ms),
                // it has an end alone
                (None, _) => draft.latency_ms.map(|ms| EPOCH_US + 1000 * ms),
            };
            let trace = parent.map_or(number, |parent| runs[parent].trace);
            // the place of a run below one without a start is not known by its dotted order
            let start_us = match parent {
                Some(parent) if runs[parent].start_us.is_none() => None,
                _ => start_us,
            };
            runs.push(Run { number, trace, parent, start_us, end_us, ..draft.run });
        }
        runs
    })
}

fn draft() -> impl Strategy<Value = Draft> {
    let place = (prop::option::of(1..4_usize), often(0..9_000_i64, 250), often(0..9_000_i64, 250));
    let names = (
        prop::sample::select(&NAMES),
        prop::sample::select(&RUN_TYPES),
        prop::option::weighted(0.25, prop::sample::select(&ERRORS)),
        prop::sample::subsequence(&TAGS, 0..3),
    );
    let objects = (object(), object(), object());
    let taken = (
        prop::option::weighted(0.3, 0..4_u64),
        prop::option::weighted(0.3, prop::sample::select(&MODELS)),
        prop::option::weighted(0.4, prop::sample::select(&THREADS)),
    );
    let score = prop::sample::select(&[None, Some(0.0), Some(0.5), Some(1.0)][..]);
    let feedback = prop::collection::vec((prop::sample::select(&SCORES), score), 0..3);
    (place, names, objects, taken, feedback).prop_map(
        |(
            (below, start_ms, latency_ms),
            (name, run_type, error, tags),
            (metadata, inputs, outputs),
            taken,
            feedback,
        )| {
            let (tokens, model, thread) = taken;
            let run = Run {
                number: 0,
                trace: 0,
                parent: None,
                name,
                run_type,
                error,
                start_us: None,
                end_us: None,
                tags,
                metadata,
                inputs,
                outputs,
                tokens,
                model,
                thread,
                feedback,
            };
            Draft { below, start_ms, latency_ms, run }
        },
    )
}

/// Mostly a value, and one of few: starts that are equal are the hard ones.
fn often(range: std::ops::Range<i64>, step: i64) -> impl Strategy<Value = Option<i64>> {
    prop::option::weighted(0.9, range.prop_map(move |value| value / step * step))
}

/// An object of texts, numbers and deeper objects.
fn object() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![
        4 => prop::sample::select(&VALUES).prop_map(Value::from),
        1 => (1..5_i64).prop_map(Value::from),
        1 => prop::sample::select(&[0.5, 2.5, 1e16, 1e-7][..]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
    ];
    let pairs = prop::collection::vec((prop::sample::select(&KEYS), value), 0..3);
    let words = prop::collection::vec(prop::sample::select(&WORDS), 0..3);
    let deep = prop::option::weighted(0.3, prop::sample::select(&VALUES));
    // more than are kept apart; they come before the others
    let many = prop::bool::weighted(0.1);
    (pairs, words, deep, many).prop_map(|(pairs, words, deep, many)| {
        let mut object: Map<String, Value> =
            pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        if many {
            object.extend((0..110).map(|number| (format!("a{number:03}"), "one of many".into())));
        }
        if !words.is_empty() {
            object.insert("said".to_owned(), words.join(", ").into());
        }
        if let Some(deep) = deep {
            object.insert("deep".to_owned(), json!({"a": {"b": deep, "n": [1, 2]}}));
        }
        object
    })
}
