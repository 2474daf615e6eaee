use super::*;

const ID: &str = "01a2036e-0bea-710d-96ed-c3ae3327ba63";
const OTHER: &str = "01a2036e-0beb-710d-96ed-c3ae3327ba64";

fn gather(parts: &[(String, &str)]) -> Batch {
    let mut gathering = Gathering::default();
    for (name, body) in parts {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let part = Part { name: name.clone(), content_type: "application/json".to_owned(), body };
        if let Err(fault) = gathering.add(part) {
            gathering.batch.rejected.push(fault.at(name.as_str()));
        }
    }
    gathering.finish()
}

#[test]
fn fields_may_come_before_their_main_part() {
    let batch = gather(&[
        (format!("attachment.{ID}.a.b"), "data"),
        (format!("post.{ID}.outputs"), r#"{"b":2}"#),
        (format!("post.{ID}"), r#"{"name":"n"}"#),
        (format!("post.{ID}.inputs"), r#"{"a":1}"#),
        (format!("patch.{ID}.error"), r#""boom""#),
    ]);
    assert!(batch.rejected.is_empty());
    let [post, patch] = &batch.changes[..] else { panic!("{batch:?}") };
    assert!(post.has_main && !patch.has_main);
    assert_eq!(post.inputs.as_deref(), Some(r#"{"a":1}"#));
    assert_eq!(post.outputs.as_deref(), Some(r#"{"b":2}"#));
    assert_eq!(post.attachments[0].name, "a.b");
    assert_eq!(patch.error.as_deref(), Some("boom"));
}

#[test]
fn one_bad_part_drops_its_operation_only() {
    let batch = gather(&[
        (format!("post.{ID}"), "{}"),
        (format!("post.{ID}.inputs"), "{broken"),
        (format!("post.{ID}.outputs"), "{}"),
        (format!("attachment.{ID}.file"), "data"),
        (format!("post.{OTHER}"), "{}"),
        ("example.x".to_owned(), "{}"),
        ("post.12".to_owned(), "{}"),
        (format!("feedback.{ID}.x"), "{}"),
        (format!("attachment.{ID}"), "x"),
    ]);
    assert_eq!(batch.changes.len(), 1);
    assert_eq!(batch.changes[0].id.to_string(), OTHER);
    let kinds: Vec<_> = batch.rejected.iter().map(|rejection| rejection.kind).collect();
    assert_eq!(kinds, ["json_invalid", "unknown_part", "uuid_parsing", "unknown_part", "unknown_part"]);
    assert_eq!(batch.rejected[0].loc, [format!("post.{ID}.inputs")]);
}

#[test]
fn feedback_is_read_and_kept() {
    let json =
        format!(r#"{{"run_id":"{OTHER}","key":"good","score":true,"value":{{"a":1}},"comment":null}}"#);
    let batch = gather(&[(format!("feedback.{ID}"), &json)]);
    let feedback = &batch.feedback[0];
    assert_eq!(feedback.run_id.unwrap().to_string(), OTHER);
    assert_eq!((feedback.score, feedback.key.as_deref()), (Some(1.0), Some("good")));
    assert_eq!(feedback.value.as_deref(), Some(r#"{"a":1}"#));
    assert_eq!(feedback.document, json);
}
