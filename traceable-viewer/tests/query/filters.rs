//! Filters made at random, and as text.

use std::fmt;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::world::{self, EPOCH_US};

#[derive(Clone, Debug)]
pub(crate) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// `name`, `error`, `thread_id` or `model`, with a text or null.
    Text(&'static str, Operator, Option<&'static str>),
    TextIn(&'static str, Vec<&'static str>),
    RunType(Operator, &'static str),
    Status(Operator, &'static str),
    IsRoot(Operator, bool),
    /// `start_time` or `end_time`, as text or milliseconds since 1970.
    Time(&'static str, Operator, i64, bool),
    /// In milliseconds, with its unit.
    Latency(Operator, i64, &'static str),
    Tokens(Operator, u64),
    /// `id`, `trace_id` or `parent_run_id`, with the number of a run or null.
    Id(&'static str, Operator, Option<usize>),
    IdIn(&'static str, Vec<usize>),
    Tag(&'static str),
    Contains(Object, Map<String, Value>),
    /// A part of `name`, `error` or a tag.
    Part(&'static str, &'static str),
    Words(Vec<&'static str>),
    Pair(Family, PairTest),
    /// A value inside an object.
    Path(Object, &'static str, Operator, Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Metadata,
    Inputs,
    Outputs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Metadata,
    Input,
    Output,
    Feedback,
}

#[derive(Clone, Debug)]
pub(crate) enum PairTest {
    Key(Operator, &'static str),
    KeyIn(Vec<&'static str>),
    Value(Operator, Value),
    ValueIn(Vec<Value>),
    Score(Operator, f64),
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::And(all) => write!(f, "and({})", list(all)),
            Filter::Or(all) => write!(f, "or( {} )", list(all)),
            Filter::Not(one) => write!(f, "not({one})"),
            Filter::Text(name, operator, text) => {
                write!(f, "{operator}({name}, {})", or_null(text.map(quoted)))
            }
            Filter::TextIn(name, texts) => {
                write!(f, "in({name}, [{}])", list(texts.iter().map(|text| quoted(text))))
            }
            Filter::RunType(operator, run_type) => write!(f, "{operator}(run_type,{})", quoted(run_type)),
            Filter::Status(operator, status) => write!(f, "{operator}(\"status\", {})", quoted(status)),
            Filter::IsRoot(operator, value) => write!(f, "{operator}(is_root, {value})"),
            Filter::Time(name, operator, us, true) => {
                write!(f, "{operator}({name}, {})", quoted(&world::iso(*us)))
            }
            Filter::Time(name, operator, us, false) => write!(f, "{operator}({name}, {})", us / 1000),
            Filter::Latency(operator, ms, "ms") => write!(f, "{operator}(latency, \"{ms}ms\")"),
            Filter::Latency(operator, ms, "m") => {
                write!(f, "{operator}(latency, '{}m')", *ms as f64 / 60_000.0)
            }
            Filter::Latency(operator, ms, "s") => {
                write!(f, "{operator}(latency, '{} s')", *ms as f64 / 1000.0)
            }
            Filter::Latency(operator, ms, _) => write!(f, "{operator}(latency, {})", *ms as f64 / 1000.0),
            Filter::Tokens(operator, tokens) => write!(f, "{operator}(total_tokens, {tokens})"),
            Filter::Id(name, operator, number) => {
                write!(f, "{operator}({name}, {})", or_null(number.map(|number| quoted(&world::id(number)))))
            }
            Filter::IdIn(name, numbers) => {
                write!(f, "in({name}, [{}])", list(numbers.iter().map(|number| quoted(&world::id(*number)))))
            }
            Filter::Tag(tag) => write!(f, "has(tags, {})", quoted(tag)),
            Filter::Contains(object, part) => {
                write!(f, "has({}, {})", object.name(), quoted(&Value::from(part.clone()).to_string()))
            }
            Filter::Part(name, text) => write!(f, "search({name}, {})", quoted(text)),
            Filter::Words(words) => write!(f, "search({})", quoted(&words.join(" "))),
            Filter::Pair(family, test) => test.write(family.name(), f),
            Filter::Path(object, path, operator, value) => {
                write!(f, "{operator}({}.{path}, {})", object.name(), literal(value))
            }
        }
    }
}

impl PairTest {
    fn write(&self, family: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PairTest::Key(operator, key) => write!(f, "{operator}({family}_key, {})", quoted(key)),
            PairTest::KeyIn(keys) => {
                write!(f, "in({family}_key, [{}])", list(keys.iter().map(|key| quoted(key))))
            }
            PairTest::Value(operator, value) => write!(f, "{operator}({family}_value, {})", literal(value)),
            PairTest::ValueIn(values) => {
                write!(f, "in({family}_value, [{}])", list(values.iter().map(literal)))
            }
            PairTest::Score(operator, score) => write!(f, "{operator}({family}_score, {score})"),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operator::Eq => "eq",
            Operator::Neq => "neq",
            Operator::Gt => "gt",
            Operator::Gte => "gte",
            Operator::Lt => "lt",
            Operator::Lte => "lte",
        })
    }
}

impl Object {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Object::Metadata => "extra.metadata",
            Object::Inputs => "inputs",
            Object::Outputs => "outputs",
        }
    }
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Family::Metadata => "metadata",
            Family::Input => "input",
            Family::Output => "output",
            Family::Feedback => "feedback",
        }
    }
}

fn list<T: fmt::Display>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(", ")
}

fn or_null(text: Option<String>) -> String {
    text.unwrap_or_else(|| "null".to_owned())
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A text in those quotes of which it has none.
fn quoted(text: &str) -> String {
    let quote = if text.contains('"') { '\'' } else { '"' };
    let mut quoted = String::from(quote);
    for letter in text.chars() {
        if letter == quote || letter == '\\' {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push(quote);
    quoted
}

/// Filters about the runs of [`world::runs`].
pub(crate) fn filters() -> impl Strategy<Value = Filter> {
    one_condition().prop_recursive(3, 12, 4, |inner| {
        let pairs = any_pair();
        prop_oneof![
            2 => prop::collection::vec(prop_oneof![inner.clone(), pairs.clone()], 1..4).prop_map(Filter::And),
            // what pairs of one family say together
            2 => prop::sample::select(&FAMILIES[..]).prop_flat_map(|family| {
                prop::collection::vec(pair(family), 1..4).prop_map(Filter::And)
            }),
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::Or),
            1 => inner.prop_map(|one| Filter::Not(Box::new(one))),
        ]
    })
}

const FAMILIES: [Family; 4] = [Family::Metadata, Family::Input, Family::Output, Family::Feedback];

fn one_condition() -> impl Strategy<Value = Filter> {
    prop_oneof![
        scalar(),
        scalar(),
        any_pair(),
        object_condition(),
        prop::sample::select(&world::TAGS).prop_map(Filter::Tag),
        (prop::sample::select(&["name", "error", "tags"][..]), prop::sample::select(&PARTS[..]))
            .prop_map(|(name, part)| Filter::Part(name, part)),
        prop::collection::vec(prop::sample::select(&WORDS[..]), 1..3).prop_map(Filter::Words),
    ]
}

const PARTS: [&str; 9] = ["agent", "AGENT", "0%", "_", "\"", "\\", "größ", "'", "nobody"];

const WORDS: [&str; 5] = ["refund", "ORDER", "Заказ", "my_order", "nobody"];

const IDS: [&str; 3] = ["id", "trace_id", "parent_run_id"];

fn scalar() -> impl Strategy<Value = Filter> {
    let texts: Vec<(&'static str, Option<&'static str>)> = [
        ("name", &world::NAMES[..]),
        ("error", &world::ERRORS[..]),
        ("thread_id", &world::THREADS[..]),
        ("model", &world::MODELS[..]),
    ]
    .into_iter()
    .flat_map(|(name, texts)| texts.iter().map(move |text| (name, Some(*text))))
    .collect();
    prop_oneof![
        (prop::sample::select(texts), operator()).prop_map(|((name, text), op)| Filter::Text(name, op, text)),
        (prop::sample::select(&["error", "thread_id", "model"][..]), equality())
            .prop_map(|(name, op)| Filter::Text(name, op, None)),
        prop::collection::vec(prop::sample::select(&world::NAMES), 0..3)
            .prop_map(|names| Filter::TextIn("name", names)),
        (equality(), prop::sample::select(&["llm", "LLM", "tool", "chain", "parser"][..]))
            .prop_map(|(op, run_type)| Filter::RunType(op, run_type)),
        (equality(), prop::sample::select(&["success", "error", "pending"][..]))
            .prop_map(|(op, status)| Filter::Status(op, status)),
        (equality(), any::<bool>()).prop_map(|(op, value)| Filter::IsRoot(op, value)),
        (prop::sample::select(&["start_time", "end_time"][..]), operator(), 0..72_i64, any::<bool>())
            .prop_map(|(name, op, at, text)| Filter::Time(name, op, EPOCH_US + 250_000 * at, text)),
        (operator(), 0..36_i64, prop::sample::select(&["ms", "s", ""][..]))
            .prop_map(|(op, at, unit)| Filter::Latency(op, 250 * at, unit)),
        (operator(), 0..3_i64).prop_map(|(op, at)| Filter::Latency(op, 3000 * at, "m")),
        (operator(), 0..5_u64).prop_map(|(op, tokens)| Filter::Tokens(op, tokens)),
        (prop::sample::select(&IDS[..]), equality(), 0..12_usize).prop_map(|(name, op, number)| Filter::Id(
            name,
            op,
            Some(number)
        )),
        equality().prop_map(|op| Filter::Id("parent_run_id", op, None)),
        (prop::sample::select(&IDS[..]), prop::collection::vec(0..12_usize, 0..4))
            .prop_map(|(name, numbers)| Filter::IdIn(name, numbers)),
    ]
}

fn any_pair() -> impl Strategy<Value = Filter> + Clone {
    prop::sample::select(&FAMILIES[..]).prop_flat_map(pair)
}

fn pair(family: Family) -> BoxedStrategy<Filter> {
    let keys = if family == Family::Feedback { &world::SCORES[..] } else { &world::KEYS[..] };
    let key = prop_oneof![
        3 => (equality(), prop::sample::select(keys)).prop_map(|(op, key)| PairTest::Key(op, key)),
        1 => prop::collection::vec(prop::sample::select(keys), 0..3).prop_map(PairTest::KeyIn),
    ];
    let test = if family == Family::Feedback {
        let score = prop::sample::select(&[0.0, 0.5, 1.0][..]);
        prop_oneof![key, (operator(), score).prop_map(|(op, score)| PairTest::Score(op, score))].boxed()
    } else {
        let by_size = (operator(), 1..4_i64).prop_map(|(op, number)| PairTest::Value(op, number.into()));
        prop_oneof![
            4 => key,
            3 => (equality(), value()).prop_map(|(op, value)| PairTest::Value(op, value)),
            1 => by_size,
            1 => prop::collection::vec(value(), 0..3).prop_map(PairTest::ValueIn),
        ]
        .boxed()
    };
    test.prop_map(move |test| Filter::Pair(family, test)).boxed()
}

fn object_condition() -> impl Strategy<Value = Filter> {
    let object = || prop::sample::select(&[Object::Metadata, Object::Inputs, Object::Outputs][..]);
    // a key with a space is no part of a path
    let path = prop::sample::select(&["env", "stage", "deep.a.b", "said"][..]);
    let compared = prop_oneof![
        (equality(), value()),
        (equality(), Just(Value::Null)),
        (operator(), (1..4_i64).prop_map(Value::from)),
    ];
    let scalars = prop::collection::btree_map(prop::sample::select(&world::KEYS), value(), 0..3);
    let part = prop_oneof![
        scalars.prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        value().prop_map(|value| Map::from_iter([("deep".to_owned(), json!({"a": {"b": value}}))])),
        Just(Map::from_iter([("deep".to_owned(), json!({"a": {"n": [2]}}))])),
    ];
    prop_oneof![
        (object(), path, compared)
            .prop_map(|(object, path, (op, value))| Filter::Path(object, path, op, value)),
        (object(), part).prop_map(|(object, part)| Filter::Contains(object, part)),
    ]
}

fn value() -> impl Strategy<Value = Value> + Clone {
    prop_oneof![
        4 => prop::sample::select(&world::VALUES).prop_map(Value::from),
        1 => (1..5_i64).prop_map(Value::from),
        1 => prop::sample::select(&[2.5, 1e16, 1e-7][..]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
    ]
}

fn operator() -> impl Strategy<Value = Operator> + Clone {
    use Operator::{Eq, Gt, Gte, Lt, Lte, Neq};
    prop::sample::select(&[Eq, Neq, Gt, Gte, Lt, Lte][..])
}

fn equality() -> impl Strategy<Value = Operator> + Clone {
    prop::sample::select(&[Operator::Eq, Operator::Neq][..])
}
