//! The fields of a run, from JSON to a [`RunChange`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::extract;
use crate::ingest::{lenient_json, request_limits::RequestLimits};
use crate::model::{
    change::{NewAttachment, ProjectRef, RunChange},
    dotted_order,
    encoded_text::EncodedText,
    time,
    validation_error::ValidationReason,
};

/// The members of a JSON object, not read further.
pub(crate) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Splits an object into its members.
pub(crate) fn members(json: &str) -> Result<Members<'_>, ValidationReason> {
    /// Stops keeping members at the limit: each takes many times the bytes of its text.
    struct Bounded;
    impl<'de> Visitor<'de> for Bounded {
        type Value = Members<'de>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
            let mut members = Members::new();
            while members.len() <= RequestLimits::MAX_KEYS
                && let Some((key, raw)) = map.next_entry::<String, &'de RawValue>()?
            {
                members.insert(key, raw);
            }
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(members)
        }
    }
    let members = serde_json::Deserializer::from_str(json).deserialize_map(Bounded);
    let members = members.map_err(|_| ValidationReason::RunNotAnObject)?;
    match members.len() {
        0..=RequestLimits::MAX_KEYS => Ok(members),
        _ => Err(ValidationReason::TooMany(RequestLimits::MAX_KEYS, "keys")),
    }
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
    (change.has_main, change.has_fields) = (true, true);
    check_place(change)
}

/// Reads one field, a member of a run or a part of its own.
pub(crate) fn field(change: &mut RunChange, key: &str, raw: &RawValue) -> Result<(), ValidationReason> {
    change.has_fields = true;
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
        "error" => {
            let error = lenient_json::text(raw).filter(|error| !error.is_empty());
            change.facts.error = error.as_deref().map(extract::text);
            change.error = error.as_deref().map(EncodedText::new);
        }
        "tags" => change.tags = Some(tags(raw)?),
        "inputs" => {
            let inputs = object(raw, "input");
            change.facts.inputs = Some(extract::inputs(&inputs));
            change.inputs = Some(EncodedText::new(&inputs));
        }
        "outputs" => {
            let outputs = object(raw, "output");
            change.facts.outputs = Some(extract::outputs(&outputs));
            change.outputs = Some(EncodedText::new(&outputs));
        }
        "extra" => {
            let extra = object(raw, "extra").into_owned();
            change.facts.extra = Some(extract::extra(&extra));
            change.encoded_extra = Some(EncodedText::new(&extra));
            change.extra = Some(extra);
        }
        "events" => {
            let events = array(raw);
            change.facts.events = Some(extract::events(&events));
            change.events = Some(EncodedText::new(&events));
        }
        "serialized" => change.serialized = Some(EncodedText::new(raw.get())),
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

fn tags(raw: &RawValue) -> Result<Vec<String>, ValidationReason> {
    if !raw.get().starts_with('[') {
        return Ok(lenient_json::text(raw).into_iter().collect());
    }
    match lenient_json::list(raw.get(), RequestLimits::MAX_TAGS) {
        Ok((_, 1..)) => Err(ValidationReason::TooMany(RequestLimits::MAX_TAGS, "tags")),
        Ok((list, 0)) => Ok(list.into_iter().filter_map(lenient_json::text).collect()),
        Err(_) => Ok(Vec::new()),
    }
}

/// Clients read inputs and outputs as objects and fail on anything else, so a value that is none is put into one.
fn object<'a>(raw: &'a RawValue, key: &str) -> Cow<'a, str> {
    match raw.get().as_bytes().first() {
        Some(b'{') if lenient_json::is_nothing(raw) => "{}".into(),
        Some(b'{') => raw.get().into(),
        _ => format!("{{\"{key}\":{}}}", raw.get()).into(),
    }
}

fn array(raw: &RawValue) -> Cow<'_, str> {
    if raw.get().starts_with('[') { raw.get().into() } else { format!("[{}]", raw.get()).into() }
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
    let files = members(raw.get()).map_err(|reason| match reason {
        ValidationReason::TooMany(max, _) => ValidationReason::TooMany(max, "attachments"),
        _ => ValidationReason::Attachments,
    })?;
    for (name, file) in files {
        let (mime, data): (String, &RawValue) =
            serde_json::from_str(file.get()).map_err(|_| ValidationReason::Attachments)?;
        // one text at a time, for it is as large as the file
        let data = lenient_json::text(data).filter(|_| data.get().starts_with('"'));
        let data = data.and_then(|data| base64::engine::general_purpose::STANDARD.decode(data).ok());
        let data = data.ok_or(ValidationReason::Attachments)?;
        change.attachments.push(NewAttachment::new(name, mime, data.into()));
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
        assert_eq!(run.inputs, Some(EncodedText::new(r#"{"input":[1]}"#)));
        assert_eq!(run.outputs, Some(EncodedText::new(r#"{"output":"x"}"#)));
        assert_eq!(run.events, Some(EncodedText::new(r#"[{"name":"e"}]"#)));
        assert_eq!(run.tags, Some(vec!["a".to_owned(), "1".to_owned()]));
        assert_eq!(run.unknown.keys().collect::<Vec<_>>(), ["custom"]);
        assert_eq!(run.error, Some(EncodedText::new(r#"{"code":5}"#)));
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
    fn small_things_in_great_number() {
        let many = |count: usize, item: &str| vec![item; count].join(",");
        let keys = |count: usize| (0..count).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",");
        let most = RequestLimits::MAX_KEYS;
        assert_eq!(read_run(&format!("{{{}}}", keys(most))).unwrap().unknown.len(), most);
        assert_eq!(
            read_run(&format!("{{\"tags\":[{}]}}", many(most, "1"))).unwrap().tags.unwrap().len(),
            most
        );
        for wrong in [
            format!("{{{}}}", keys(most + 1)),
            format!("{{\"tags\":[{}]}}", many(most + 1, "1")),
            format!("{{\"attachments\":{{{}}}}}", keys(most + 1)),
        ] {
            assert_eq!(read_run(&wrong).unwrap_err().kind(), "too_long");
        }
        // inside a value, which is one text, there may be any number
        assert!(read_run(&format!("{{\"inputs\":{{{}}}}}", keys(2 * most))).unwrap().inputs.is_some());
    }

    #[test]
    fn attachments_in_base64() {
        let run = read_run(r#"{"attachments":{"img":["image/png","AAEC"]}}"#).unwrap();
        assert_eq!(&run.attachments[0].data[..], [0, 1, 2]);
        assert_eq!(read_run(r#"{"attachments":{"img":"AAEC"}}"#).unwrap_err().kind(), "attachment");
        assert_eq!(read_run(r#"{"attachments":{"img":["a/b","!"]}}"#).unwrap_err().kind(), "attachment");
    }
}
