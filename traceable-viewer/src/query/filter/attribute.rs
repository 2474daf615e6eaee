//! The attributes that filters name, and which values each is compared with.

use rusqlite::types::Value;
use uuid::Uuid;

use crate::model::time;
use crate::query::filter::literal::Literal;

/// What a filter speaks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// One value of a run; the name is that of the list below.
    Scalar(&'static str, Kind),
    Tags,
    /// The whole of a JSON object.
    Object(Object),
    /// A value inside a JSON object, by the names of its keys from the outside in.
    Path(Object, Vec<String>),
    /// One part of a pair that a run has any number of.
    Pair(Family, Part),
}

/// What values an attribute has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Status,
    RunType,
    /// The text is in the payload; whether there is one is in the row.
    Error,
    Id,
    Time,
    Latency,
    Number,
    Bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Inputs,
    Outputs,
    Extra,
    Metadata,
}

/// Keys with values, of which a run has many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Metadata,
    Input,
    Output,
    Feedback,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Key,
    Value,
    Score,
    Comment,
}

const SCALARS: [(&str, Kind); 25] = [
    ("id", Kind::Id),
    ("name", Kind::Text),
    ("run_type", Kind::RunType),
    ("status", Kind::Status),
    ("error", Kind::Error),
    ("start_time", Kind::Time),
    ("end_time", Kind::Time),
    ("first_token_time", Kind::Time),
    ("latency", Kind::Latency),
    ("total_tokens", Kind::Number),
    ("prompt_tokens", Kind::Number),
    ("completion_tokens", Kind::Number),
    ("total_cost", Kind::Number),
    ("prompt_cost", Kind::Number),
    ("completion_cost", Kind::Number),
    ("is_root", Kind::Bool),
    ("trace_id", Kind::Id),
    ("parent_run_id", Kind::Id),
    ("thread_id", Kind::Text),
    ("session_id", Kind::Id),
    ("reference_example_id", Kind::Id),
    ("execution_order", Kind::Number),
    ("model", Kind::Text),
    ("dotted_order", Kind::Text),
    ("project_id", Kind::Id),
];

const PAIRS: [(&str, Family, Part); 10] = [
    ("metadata_key", Family::Metadata, Part::Key),
    ("metadata_value", Family::Metadata, Part::Value),
    ("input_key", Family::Input, Part::Key),
    ("input_value", Family::Input, Part::Value),
    ("output_key", Family::Output, Part::Key),
    ("output_value", Family::Output, Part::Value),
    ("feedback_key", Family::Feedback, Part::Key),
    ("feedback_score", Family::Feedback, Part::Score),
    ("feedback_value", Family::Feedback, Part::Value),
    ("feedback_comment", Family::Feedback, Part::Comment),
];

const OBJECTS: [(&str, Object); 4] = [
    ("inputs", Object::Inputs),
    ("outputs", Object::Outputs),
    ("extra", Object::Extra),
    ("metadata", Object::Metadata),
];

impl Attribute {
    /// All names, for suggestions.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let scalars = SCALARS.iter().map(|(name, _)| *name);
        let pairs = PAIRS.iter().map(|(name, ..)| *name);
        scalars.chain(pairs).chain(OBJECTS.iter().map(|(name, _)| *name)).chain(["tags"])
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        if let Some((name, kind)) = SCALARS.iter().find(|(known, _)| *known == name) {
            return Some(Attribute::Scalar(name, *kind));
        }
        if let Some((_, family, part)) = PAIRS.iter().find(|(known, ..)| *known == name) {
            return Some(Attribute::Pair(*family, *part));
        }
        if name == "tags" {
            return Some(Attribute::Tags);
        }
        let mut keys = name.split('.');
        let first = keys.next()?;
        let mut object = OBJECTS.iter().find(|(known, _)| *known == first)?.1;
        let mut keys: Vec<String> = keys.map(str::to_owned).collect();
        if object == Object::Extra && keys.first().is_some_and(|key| key == "metadata") {
            object = Object::Metadata;
            keys.remove(0);
        }
        match keys.as_slice() {
            [] => Some(Attribute::Object(object)),
            keys if keys.iter().all(|key| !key.is_empty()) => Some(Attribute::Path(object, keys.to_vec())),
            _ => None,
        }
    }

    /// As filters write it.
    pub(crate) fn name(&self) -> String {
        match self {
            Attribute::Scalar(name, _) => (*name).to_owned(),
            Attribute::Tags => "tags".to_owned(),
            Attribute::Object(object) => object.name().to_owned(),
            Attribute::Path(object, keys) => format!("{}.{}", object.name(), keys.join(".")),
            Attribute::Pair(family, part) => PAIRS
                .iter()
                .find(|(_, of, known)| of == family && known == part)
                .map_or_else(String::new, |(name, ..)| (*name).to_owned()),
        }
    }

    /// The value of a literal as the attribute's column holds it; an error says what would do.
    pub(crate) fn read(&self, literal: &Literal) -> Result<Value, &'static str> {
        match self {
            Attribute::Scalar(_, kind) => kind.read(literal),
            Attribute::Tags | Attribute::Object(_) => text(literal).ok_or("a text in quotes"),
            Attribute::Path(..) => Ok(any(literal)),
            Attribute::Pair(_, Part::Score) => match literal {
                Literal::Number(number) => Ok(Value::Real(*number)),
                _ => Err("a number"),
            },
            Attribute::Pair(_, Part::Value) if *literal != Literal::Null => Ok(any(literal)),
            Attribute::Pair(..) => text(literal).ok_or("a text in quotes"),
        }
    }
}

impl Object {
    fn name(self) -> &'static str {
        OBJECTS.iter().find(|(_, object)| *object == self).map_or("", |(name, _)| name)
    }
}

impl Kind {
    fn read(self, literal: &Literal) -> Result<Value, &'static str> {
        if *literal == Literal::Null {
            return Ok(Value::Null);
        }
        match self {
            Kind::Text | Kind::Error => text(literal).ok_or("a text in quotes or null"),
            Kind::RunType => match literal {
                Literal::Text(text) => Ok(Value::Text(text.to_ascii_lowercase())),
                _ => Err("a text in quotes, such as \"llm\""),
            },
            Kind::Status => {
                let Literal::Text(text) = literal else { return Err(STATUS) };
                let known = ["pending", "success", "error"];
                let found = known.iter().position(|known| text.eq_ignore_ascii_case(known)).ok_or(STATUS)?;
                Ok(Value::Integer(i64::try_from(found).map_err(|_| STATUS)?))
            }
            Kind::Id => match literal {
                Literal::Text(text) => match Uuid::try_parse(text) {
                    Ok(id) => Ok(Value::Blob(id.as_bytes().to_vec())),
                    Err(_) => Err("a UUID in quotes or null"),
                },
                _ => Err("a UUID in quotes or null"),
            },
            Kind::Time => match literal {
                Literal::Text(text) => time::parse_iso(text).map(Value::Integer).ok_or(TIME),
                Literal::Number(ms) => time::from_epoch_ms(*ms).map(Value::Integer).ok_or(TIME),
                _ => Err(TIME),
            },
            Kind::Latency => match literal {
                Literal::Number(seconds) => Ok(Value::Real(seconds * 1e6)),
                Literal::Text(text) => duration_us(text).map(Value::Real).ok_or(LATENCY),
                _ => Err(LATENCY),
            },
            Kind::Number => match literal {
                Literal::Number(number) => Ok(Value::Real(*number)),
                Literal::Text(text) => match text.trim().parse::<f64>() {
                    Ok(number) if number.is_finite() => Ok(Value::Real(number)),
                    _ => Err("a number"),
                },
                _ => Err("a number"),
            },
            Kind::Bool => match literal {
                Literal::Bool(value) => Ok(Value::Integer(i64::from(*value))),
                _ => Err("true or false"),
            },
        }
    }
}

const STATUS: &str = "\"pending\", \"success\" or \"error\"";
const TIME: &str = "a time such as \"2026-01-31T12:00:00Z\"";
const LATENCY: &str = "seconds, or a text with a unit such as \"300ms\", \"5s\", \"2m\" or \"1h\"";

fn text(literal: &Literal) -> Option<Value> {
    match literal {
        Literal::Text(text) => Some(Value::Text(text.clone())),
        _ => None,
    }
}

fn any(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Number(number) => Value::Real(*number),
        Literal::Bool(value) => Value::Text(value.to_string()),
        Literal::Null => Value::Null,
    }
}

/// `5s`, `300 ms`, `2m`, `1.5h`; without a unit: seconds. In microseconds.
fn duration_us(text: &str) -> Option<f64> {
    let text = text.trim();
    let at = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let us = match unit.to_ascii_lowercase().as_str() {
        "us" => 1.0,
        "ms" => 1e3,
        "" | "s" | "sec" => 1e6,
        "m" | "min" => 60e6,
        "h" => 3600e6,
        "d" => 86_400e6,
        _ => return None,
    };
    let number: f64 = number.trim().parse().ok()?;
    number.is_finite().then_some(number * us)
}
