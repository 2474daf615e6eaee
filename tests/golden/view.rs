//! What was sent, in a form that can be compared: ids become `#1`, `#2` in order of appearance, times
//! `(time)`.
//!
//! Before they are replaced, ids and times are checked: their form, and that they fit together.

use serde_json::{Map, Value, json};

use crate::operation::Operation;

/// Which side sent it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Side {
    Python,
    Rust,
}

/// Run by run, with start and end laid together as LangSmith does it, whether they were sent apart or not.
pub(crate) fn merged(operations: &[Operation], side: Side) -> Value {
    let mut whole: Vec<Operation> = Vec::new();
    for operation in operations {
        match whole.iter_mut().find(|known| known.id == operation.id) {
            Some(known) => lay_over(&mut known.fields, &operation.fields),
            None => whole.push(operation.clone()),
        }
    }
    let ids = Ids::of(operations);
    Value::Object(
        whole.into_iter().map(|run| (ids.label(&run.id), Value::Object(ids.fields(run, side)))).collect(),
    )
}

/// Run by run, and in each what was sent at its start and at its end.
pub(crate) fn apart(operations: &[Operation], side: Side) -> Value {
    let ids = Ids::of(operations);
    let mut runs = json!({});
    for operation in operations {
        let (label, kind) = (ids.label(&operation.id), operation.kind.clone());
        assert!(runs[&label].get(&kind).is_none(), "{label} has two of {kind}");
        runs[label][kind] = Value::Object(ids.fields(operation.clone(), side));
    }
    runs
}

/// The rule of the reference: of the main part, what is not null replaces what was there; other parts are
/// replaced as a whole; attachments are added.
fn lay_over(known: &mut Map<String, Value>, newer: &Map<String, Value>) {
    for (part, value) in newer {
        match part.as_str() {
            "main" | "attachments" => {
                let base = known.entry(part).or_insert_with(|| json!({})).as_object_mut().unwrap();
                let fields = value.as_object().unwrap().clone();
                base.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
            }
            _ => drop(known.insert(part.clone(), value.clone())),
        }
    }
}

struct Ids(Vec<String>);

impl Ids {
    fn of(operations: &[Operation]) -> Ids {
        let mut ids: Vec<String> = Vec::new();
        for operation in operations {
            if !ids.contains(&operation.id) {
                ids.push(operation.id.clone());
            }
        }
        Ids(ids)
    }

    fn label(&self, id: &str) -> String {
        let place = self.0.iter().position(|known| known == id);
        format!("#{}", place.unwrap_or_else(|| panic!("{id} was never sent")) + 1)
    }

    fn fields(&self, operation: Operation, side: Side) -> Map<String, Value> {
        let Operation { id, mut fields, .. } = operation;
        self.main(&id, fields["main"].as_object_mut().unwrap(), side);
        for event in fields.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten() {
            if micros(&event["time"]).is_some() {
                event["time"] = "(time)".into();
            }
        }
        if side == Side::Rust
            && let Some(metadata) =
                fields.get_mut("extra").and_then(|extra| extra["metadata"].as_object_mut())
        {
            // a run that has lost its context names the only trace that is open, which may be another test's
            metadata.remove("suspected_parent");
        }
        if let Some(error) = fields.get_mut("error") {
            // Python's traceback names files and lines of another program
            let text = error.as_str().unwrap();
            *error = text.split("\n\nTraceback").next().unwrap().replace("\n\nNoneType: None\n", "").into();
        }
        fields
    }

    fn main(&self, id: &str, main: &mut Map<String, Value>, side: Side) {
        assert_eq!(main["id"], id);
        let start = micros(&main["start_time"]).unwrap();
        let order = main["dotted_order"].as_str().unwrap().to_owned();
        let way: Vec<(&str, &str)> = order.split('.').map(|segment| segment.split_at(22)).collect();
        let (own_time, own_id) = way[way.len() - 1];
        let parent = way.len().checked_sub(2).map(|above| way[above].1);
        assert_eq!(own_id, id);
        assert_eq!(own_time.replace(['T', 'Z'], ""), start);
        assert_eq!(main["trace_id"], way[0].1);
        assert_eq!(main.get("parent_run_id").and_then(Value::as_str), parent);
        assert!(way.is_sorted_by_key(|(time, _)| time), "a child starts before its parent: {order}");
        assert_eq!(&id[14..15], "7", "{id} is no UUIDv7");

        if let Some(end) = main.get("end_time").filter(|end| !end.is_null()) {
            let end = micros(end).unwrap();
            // Python: a run whose end time was taken before it was made ends before it starts
            assert!(end >= start || side == Side::Python, "{id} ends before it starts");
        }
        for time in ["start_time", "end_time"] {
            if let Some(value) = main.get_mut(time).filter(|value| !value.is_null()) {
                *value = "(time)".into();
            }
        }
        let labels: Vec<String> = way.iter().map(|(_, id)| self.label(id)).collect();
        main.insert("dotted_order".to_owned(), labels.join(".").into());
        for id in ["id", "trace_id", "parent_run_id"] {
            if let Some(value) = main.get_mut(id).filter(|value| value.is_string()) {
                *value = self.label(value.as_str().unwrap()).into();
            }
        }
    }
}

/// The digits of a time in the one form that both sides write, `YYYY-MM-DDTHH:MM:SS.ffffff+00:00`.
fn micros(time: &Value) -> Option<String> {
    let text = time.as_str()?.strip_suffix("+00:00")?;
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    (form == "0000-00-00T00:00:00.000000").then(|| text.chars().filter(char::is_ascii_digit).collect())
}
