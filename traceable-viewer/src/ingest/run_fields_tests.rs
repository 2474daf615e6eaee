use super::*;
use crate::model::change::Kind;

const ID: &str = "01a2036e-0bea-710d-96ed-c3ae3327ba63";
const OTHER: &str = "01a2036e-0beb-710d-96ed-c3ae3327ba64";

fn read_run(json: &str) -> Result<RunChange, Fault> {
    let mut change = RunChange::new(ID.parse().unwrap(), Kind::Post);
    read(&mut change, &members(json)?)?;
    Ok(change)
}

#[test]
fn times_of_both_kinds() {
    let run = read_run(r#"{"start_time":"2026-11-22T13:24:33.386589","end_time":1795353873387}"#).unwrap();
    assert_eq!(run.start_us, Some(1_795_353_873_386_589));
    assert_eq!(run.end_us, Some(1_795_353_873_387_000));
    assert_eq!(read_run(r#"{"end_time":"yesterday"}"#).unwrap_err().kind, "datetime_parsing");
    assert_eq!(read_run(r#"{"end_time":[]}"#).unwrap_err().kind, "datetime_parsing");
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
    assert!(read_run(&format!(r#"{{"dotted_order":"{other}.{root}","parent_run_id":"{OTHER}"}}"#)).is_ok());
    for wrong in [
        format!(r#"{{"dotted_order":"{other}"}}"#),
        format!(r#"{{"dotted_order":"{root}","trace_id":"{OTHER}"}}"#),
        format!(r#"{{"dotted_order":"{root}","parent_run_id":"{OTHER}"}}"#),
        format!(r#"{{"dotted_order":"{other}.{root}","parent_run_id":"{}"}}"#, Uuid::nil()),
        format!(r#"{{"parent_run_id":"{ID}"}}"#),
        r#"{"dotted_order":"nonsense"}"#.to_owned(),
    ] {
        assert_eq!(read_run(&wrong).unwrap_err().kind, "dotted_order", "{wrong}");
    }
    assert_eq!(read_run(&format!(r#"{{"id":"{OTHER}"}}"#)).unwrap_err().kind, "id_mismatch");
    assert_eq!(read_run(r#"{"trace_id":"12"}"#).unwrap_err().kind, "uuid_parsing");
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
    assert_eq!(read_run(r#"{"attachments":{"img":"AAEC"}}"#).unwrap_err().kind, "attachment");
    assert_eq!(read_run(r#"{"attachments":{"img":["a/b","!"]}}"#).unwrap_err().kind, "attachment");
}
