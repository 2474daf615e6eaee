//! The fields of a run, from JSON to a [`RunChange`].

use std::collections::BTreeMap;

use base64::Engine;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::ingest::lenient_json;
use crate::model::{
    change::{NewAttachment, ProjectRef, RunChange},
    dotted_order, time,
    validation_error::ValidationReason,
};

/// The members of a JSON object, not read further.
pub(crate) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Splits an object into its members.
pub(crate) fn members(json: &str) -> Result<Members<'_>, ValidationReason> {
    serde_json::from_str(json).map_err(|_| ValidationReason::RunNotAnObject)
}

/// Reads all members of a run into the change. Fields that are null say nothing.
pub(crate) fn read(change: &mut RunChange, members: &Members<'_>) -> Result<(), ValidationReason> {
    let mut project = ProjectRef { id: None, name: None };
    let mut address = None;
    for (key, raw) in members {
        if lenient_json::is_null(raw) {
            continue;
        }
        match key.as_str() {
            "id" => {
                if uuid(raw, "id")? != change.id {
                    return Err(ValidationReason::OtherId);
                }
            }
            "session_id" => project.id = Some(uuid(raw, "session_id")?),
            "session_name" => project.name = lenient_json::text(raw).filter(|name| !name.is_empty()),
            "address" => address = self::address(raw),
            _ => field(change, key, raw)?,
        }
    }
    project.name = project.name.or(address);
    if project.id.is_some() || project.name.is_some() {
        change.project = Some(project);
    }
    change.has_main = true;
    check_place(change)
}

/// Reads one field, a member of a run or a part of its own.
pub(crate) fn field(change: &mut RunChange, key: &str, raw: &RawValue) -> Result<(), ValidationReason> {
    if lenient_json::is_null(raw) {
        return Ok(());
    }
    match key {
        "name" => change.name = lenient_json::text(raw),
        "run_type" => change.run_type = lenient_json::text(raw),
        "start_time" => change.start_us = Some(moment(raw, key)?),
        "end_time" => change.end_us = Some(moment(raw, key)?),
        "parent_run_id" => change.parent_id = Some(uuid(raw, key)?),
        "trace_id" => change.trace_id = Some(uuid(raw, key)?),
        "reference_example_id" => change.reference_example_id = Some(uuid(raw, key)?),
        "dotted_order" => {
            let text = lenient_json::text(raw).unwrap_or_default();
            change.dotted_order = Some(dotted_order::parse(&text)?);
        }
        // an empty text is no error to the SDKs
        "error" => change.error = lenient_json::text(raw).filter(|error| !error.is_empty()),
        "tags" => change.tags = Some(tags(raw)),
        "inputs" => change.inputs = Some(object(raw, "input")),
        "outputs" => change.outputs = Some(object(raw, "output")),
        "extra" => change.extra = Some(object(raw, "extra")),
        "events" => change.events = Some(array(raw)),
        "serialized" => change.serialized = Some(raw.get().to_owned()),
        "attachments" => attachments(change, raw)?,
        // follows from error and end
        "status" => {}
        _ if lenient_json::is_nothing(raw) => {}
        _ => {
            change.unknown.insert(key.to_owned(), raw.get().to_owned());
        }
    }
    Ok(())
}

/// Whether ids, parent and dotted order agree. LangSmith refuses runs in which they do not.
fn check_place(change: &RunChange) -> Result<(), ValidationReason> {
    if change.parent_id == Some(change.id) {
        return Err(ValidationReason::OwnParent);
    }
    let Some(order) = &change.dotted_order else { return Ok(()) };
    if order.run_id() != change.id {
        return Err(ValidationReason::OrderEnd);
    }
    if change.trace_id.is_some_and(|trace| trace != order.trace_id()) {
        return Err(ValidationReason::OrderBegin);
    }
    match (change.parent_id, order.parent_run_id()) {
        (Some(parent), Some(above)) if parent != above => Err(ValidationReason::OrderParent),
        (Some(_), None) => Err(ValidationReason::OrderWithoutParent),
        _ => Ok(()),
    }
}

fn uuid(raw: &RawValue, key: &str) -> Result<Uuid, ValidationReason> {
    let text = lenient_json::text(raw).unwrap_or_default();
    Uuid::try_parse(text.trim()).map_err(|_| ValidationReason::NotAUuid(key.to_owned()))
}

fn moment(raw: &RawValue, key: &str) -> Result<i64, ValidationReason> {
    let text = lenient_json::text(raw).unwrap_or_default();
    let us = match text.trim().parse::<f64>() {
        Ok(ms) => time::from_epoch_ms(ms),
        Err(_) => time::parse_iso(&text),
    };
    us.ok_or_else(|| ValidationReason::NotATime(key.to_owned()))
}

fn tags(raw: &RawValue) -> Vec<String> {
    match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        Ok(list) => list.into_iter().filter_map(lenient_json::text).collect(),
        Err(_) => lenient_json::text(raw).into_iter().collect(),
    }
}

/// Clients read inputs and outputs as objects and fail on anything else, so a value that is none is put into one.
fn object(raw: &RawValue, key: &str) -> String {
    match raw.get().as_bytes().first() {
        Some(b'{') if lenient_json::is_nothing(raw) => "{}".to_owned(),
        Some(b'{') => raw.get().to_owned(),
        _ => format!("{{\"{key}\":{}}}", raw.get()),
    }
}

fn array(raw: &RawValue) -> String {
    if raw.get().starts_with('[') { raw.get().to_owned() } else { format!("[{}]", raw.get()) }
}

/// The project that an agent's address stands for.
fn address(raw: &RawValue) -> Option<String> {
    let members: Members<'_> = serde_json::from_str(raw.get()).ok()?;
    let text = |key: &str| members.get(key).and_then(|raw| lenient_json::text(raw));
    let id = text("id")?;
    Some(match text("environment") {
        Some(environment) => format!("{id} ({environment})"),
        None => id,
    })
}

/// `{"name": ["media type", "base64"]}`, as single runs carry them.
fn attachments(change: &mut RunChange, raw: &RawValue) -> Result<(), ValidationReason> {
    let files: BTreeMap<String, (String, String)> =
        serde_json::from_str(raw.get()).map_err(|_| ValidationReason::Attachments)?;
    for (name, (mime, data)) in files {
        let data = base64::engine::general_purpose::STANDARD
            .decode(data)
            .map_err(|_| ValidationReason::Attachments)?;
        change.attachments.push(NewAttachment { name, mime, data: data.into() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::ChangeKind;

    const ID: &str = "01a2036e-0bea-710d-96ed-c3ae3327ba63";
    const OTHER: &str = "01a2036e-0beb-710d-96ed-c3ae3327ba64";

    fn read_run(json: &str) -> Result<RunChange, ValidationReason> {
        let mut change = RunChange::new(ID.parse().unwrap(), ChangeKind::Post);
        read(&mut change, &members(json)?)?;
        Ok(change)
    }

    #[test]
    fn times_of_both_kinds() {
        let run =
            read_run(r#"{"start_time":"2026-11-22T13:24:33.386589","end_time":1795353873387}"#).unwrap();
        assert_eq!(run.start_us, Some(1_795_353_873_386_589));
        assert_eq!(run.end_us, Some(1_795_353_873_387_000));
        assert_eq!(read_run(r#"{"end_time":"yesterday"}"#).unwrap_err().kind(), "datetime_parsing");
        assert_eq!(read_run(r#"{"end_time":[]}"#).unwrap_err().kind(), "datetime_parsing");
    }

    #[test]
    fn null_says_nothing() {
        let run =
            read_run(r#"{"name":null,"inputs":null,"error":null,"error2":null,"session_id":null}"#).unwrap();
        assert_eq!((run.name, run.inputs, run.error, run.project), (None, None, None, None));
        assert!(run.unknown.is_empty());
    }

    #[test]
    fn odd_values_are_put_in_shape() {
        let run = read_run(
            r#"{"inputs":[1],"outputs":"x","events":{"name":"e"},"tags":["a",1,null],"child_runs":[],"custom":{"a":1},
                "error":{"code":5},"name":7}"#,
        )
        .unwrap();
        assert_eq!(run.inputs.as_deref(), Some(r#"{"input":[1]}"#));
        assert_eq!(run.outputs.as_deref(), Some(r#"{"output":"x"}"#));
        assert_eq!(run.events.as_deref(), Some(r#"[{"name":"e"}]"#));
        assert_eq!(run.tags, Some(vec!["a".to_owned(), "1".to_owned()]));
        assert_eq!(run.unknown.keys().collect::<Vec<_>>(), ["custom"]);
        assert_eq!(run.error.as_deref(), Some(r#"{"code":5}"#));
        assert_eq!(run.name.as_deref(), Some("7"));
    }

    #[test]
    fn ids_and_order_have_to_agree() {
        let root = format!("20261122T132433386589Z{ID}");
        let other = format!("20261122T132433386589Z{OTHER}");
        assert!(
            read_run(&format!(r#"{{"dotted_order":"{other}.{root}","parent_run_id":"{OTHER}"}}"#)).is_ok()
        );
        for wrong in [
            format!(r#"{{"dotted_order":"{other}"}}"#),
            format!(r#"{{"dotted_order":"{root}","trace_id":"{OTHER}"}}"#),
            format!(r#"{{"dotted_order":"{root}","parent_run_id":"{OTHER}"}}"#),
            format!(r#"{{"dotted_order":"{other}.{root}","parent_run_id":"{}"}}"#, Uuid::nil()),
            format!(r#"{{"parent_run_id":"{ID}"}}"#),
            r#"{"dotted_order":"nonsense"}"#.to_owned(),
        ] {
            assert_eq!(read_run(&wrong).unwrap_err().kind(), "dotted_order", "{wrong}");
        }
        assert_eq!(read_run(&format!(r#"{{"id":"{OTHER}"}}"#)).unwrap_err().kind(), "id_mismatch");
        assert_eq!(read_run(r#"{"trace_id":"12"}"#).unwrap_err().kind(), "uuid_parsing");
    }

    #[test]
    fn projects_by_every_name() {
        let name = |json: &str| read_run(json).unwrap().project.unwrap().name;
        assert_eq!(name(r#"{"session_name":"p"}"#).as_deref(), Some("p"));
        assert_eq!(
            name(r#"{"address":{"kind":"agent","id":"bot","environment":"dev"}}"#).as_deref(),
            Some("bot (dev)")
        );
        assert_eq!(read_run(r#"{"session_name":""}"#).unwrap().project, None);
    }

    #[test]
    fn attachments_in_base64() {
        let run = read_run(r#"{"attachments":{"img":["image/png","AAEC"]}}"#).unwrap();
        assert_eq!(&run.attachments[0].data[..], [0, 1, 2]);
        assert_eq!(read_run(r#"{"attachments":{"img":"AAEC"}}"#).unwrap_err().kind(), "attachment");
        assert_eq!(read_run(r#"{"attachments":{"img":["a/b","!"]}}"#).unwrap_err().kind(), "attachment");
    }
}
