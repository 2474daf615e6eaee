//! What may come in, in which order, and what becomes of it.

mod common;

use common::{A, B, C, MULTIPART, gzip, multipart, order, server};
use serde_json::{Value, json};
use traceable_viewer::RunStatus;

#[test]
fn patch_before_post() {
    let server = server();
    let patch = json!({"id": A, "dotted_order": order(&[A]), "outputs": {"y": 2}, "end_time": "2026-11-22T13:24:34Z"});
    assert_eq!(server.json("PATCH", &format!("/runs/{A}"), &patch).status, 202);
    let run = server.run(A);
    assert_eq!((run.status, run.name.as_str()), (RunStatus::Success, ""));
    assert_eq!(run.start_us, Some(1_795_353_873_000_000), "the dotted order knows the start");
    // the post was made earlier, so what it says of the outputs does not count
    let post = json!({"id": A, "name": "late", "inputs": {"x": 1}, "outputs": {"y": 0}, "end_time": null,
        "start_time": "2026-11-22T13:24:33.5Z", "dotted_order": order(&[A])});
    assert_eq!(server.json("POST", "/runs", &post).status, 202);
    let run = server.run(A);
    assert_eq!((run.status, run.name.as_str()), (RunStatus::Success, "late"));
    assert_eq!(run.outputs.as_deref(), Some(r#"{"y":2}"#));
    assert_eq!(run.inputs.as_deref(), Some(r#"{"x":1}"#));
    assert_eq!(run.duration().unwrap().as_millis(), 500);
}

#[test]
fn twice_is_once() {
    let server = server();
    let post =
        json!({"id": A, "name": "n", "inputs": {"x": 1}, "tags": ["t"], "extra": {"metadata": {"k": 1}}});
    assert_eq!(server.json("POST", "/runs", &post).status, 202);
    let first = server.run(A);
    assert_eq!(server.json("POST", "/runs", &post).status, 202);
    let mut second = server.run(A);
    second.seq = first.seq;
    assert_eq!(second, first);
    assert_eq!(server.store().traces(10).unwrap().len(), 1);
}

#[test]
fn nulls_and_empty_objects_erase_nothing() {
    let server = server();
    let post = json!({"id": A, "name": "n", "inputs": {"x": 1}, "outputs": {}, "tags": ["a"],
        "extra": {"metadata": {"k": {"a": 1}, "l": 2}, "runtime": {"sdk": "s"}}});
    let patch = json!({"name": null, "inputs": {}, "outputs": {"y": 1}, "error": null, "parent_run_id": null,
        "tags": ["b"], "session_id": null, "extra": {"metadata": {"k": {"b": 2}, "l": 3}}});
    server.json("POST", "/runs", &post);
    assert_eq!(server.json("PATCH", &format!("/runs/{A}"), &patch).status, 202);
    assert_eq!(server.json("PATCH", &format!("/runs/{A}"), &json!({"outputs": {}})).status, 202);
    let run = server.run(A);
    assert_eq!(run.inputs.as_deref(), Some(r#"{"x":1}"#));
    assert_eq!(run.outputs.as_deref(), Some(r#"{"y":1}"#));
    assert_eq!(run.tags, ["b"]);
    let extra: Value = serde_json::from_str(&run.extra.unwrap()).unwrap();
    assert_eq!(extra, json!({"metadata": {"k": {"a": 1, "b": 2}, "l": 3}, "runtime": {"sdk": "s"}}));
}

#[test]
fn plain_rest_without_orders() {
    let server = server();
    // the grandchild comes first; each finds its place when its parent comes
    for (id, parent) in [(C, Some(B)), (B, Some(A)), (A, None)] {
        let run = json!({"id": id, "name": "n", "run_type": "agent", "start_time": "2026-11-22 13:24:33", "parent_run_id": parent,
            "odd_key": {"kept": true}});
        assert_eq!(server.json("POST", "/v1/runs", &run).status, 202);
    }
    let runs = server.store().trace(A.parse().unwrap()).unwrap();
    let ids: Vec<_> = runs.iter().map(|run| run.id.to_string()).collect();
    assert_eq!(ids, [A, B, C]);
    assert_eq!(runs[2].dotted_order.split('.').count(), 3);
    assert_eq!(runs[0].run_type, "agent");
    assert_eq!(runs[0].extra.as_deref(), Some(r#"{"odd_key":{"kept":true}}"#));
    assert_eq!(server.store().traces(10).unwrap().len(), 1);
}

#[test]
fn parents_in_a_circle_end() {
    let server = server();
    let both = json!({"post": [{"id": A, "parent_run_id": B}, {"id": B, "parent_run_id": A}]});
    assert_eq!(server.json("POST", "/runs/batch", &both).status, 202);
    assert!(server.find(A).is_some() && server.find(B).is_some());
}

#[test]
fn epoch_milliseconds() {
    let server = server();
    let run =
        json!({"id": A, "name": "js", "start_time": 1_795_353_873_386_u64, "end_time": 1_795_353_873_486.5});
    assert_eq!(server.json("POST", "/runs", &run).status, 202);
    let run = server.run(A);
    assert_eq!((run.start_us, run.end_us), (Some(1_795_353_873_386_000), Some(1_795_353_873_486_500)));
}

#[test]
fn orphans_are_kept_and_shown() {
    let server = server();
    let patch = json!({"outputs": {"y": 1}, "end_time": 1_795_353_873_386_u64, "error": "boom", "trace_id": A,
        "parent_run_id": B, "dotted_order": order(&[A, B, C])});
    assert_eq!(server.json("PATCH", &format!("/runs/{C}"), &patch).status, 202);
    let traces = server.store().traces(10).unwrap();
    assert_eq!((traces[0].trace_id.to_string().as_str(), traces[0].runs, traces[0].errors), (A, 1, 1));
    assert_eq!((traces[0].name.as_str(), traces[0].status), ("", RunStatus::Pending));
    let tree = traceable_viewer::render_tree(&server.store().trace(traces[0].trace_id).unwrap());
    assert!(tree.contains("? not received") && tree.contains("err boom"), "{tree}");
    // when the missing run comes, only the root is still missed
    let parent = json!({"id": B, "name": "b", "dotted_order": order(&[A, B])});
    assert_eq!(server.json("POST", "/runs", &parent).status, 202);
    assert_eq!(server.store().latest_trace().unwrap().unwrap().runs, 2);
}

#[test]
fn gzip_and_zstd() {
    let server = server();
    let body = multipart(&[(&format!("post.{A}"), r#"{"name":"compressed"}"#)]);
    for (id, name, compressed) in
        [(A, "gzip", gzip(&body)), (B, "zstd", zstd::encode_all(&body[..], 1).unwrap())]
    {
        let reply = server.send(
            "POST",
            "/api/runs/multipart",
            &[("Content-Type", MULTIPART), ("Content-Encoding", name)],
            &compressed,
        );
        assert_eq!(reply.status, 202, "{id}: {}", reply.body);
    }
    assert_eq!(server.run(A).name, "compressed");
}

#[test]
fn one_bad_run_does_not_sink_the_others() {
    let server = server();
    let batch = json!({"post": [
        {"id": A, "name": "good"}, {"id": "nonsense"}, {"id": B, "dotted_order": "x"}, [], {"id": C, "start_time": "soon"}]});
    let reply = server.json("POST", "/runs/batch", &batch);
    assert_eq!(reply.status, 202);
    let kinds: Vec<_> =
        reply.json()["rejected"].as_array().unwrap().iter().map(|one| one["type"].clone()).collect();
    assert_eq!(kinds, ["uuid_parsing", "dotted_order", "object_type", "datetime_parsing"]);
    assert_eq!(server.run(A).name, "good");
    assert!(server.find(B).is_none() && server.find(C).is_none());

    let reply = server.json("POST", "/runs", &json!({"id": B, "dotted_order": "x"}));
    assert_eq!((reply.status, reply.error_type().as_str()), (422, "dotted_order"));
    assert_eq!(reply.json()["detail"][0]["loc"], json!([format!("post.{B}")]));
}

#[test]
fn parts_without_a_run() {
    let server = server();
    let reply = server.multipart(&[(&format!("post.{A}.inputs"), "{}"), (&format!("attachment.{B}.f"), "x")]);
    assert_eq!((reply.status, reply.error_type().as_str()), (422, "missing_run"));
    assert!(server.find(A).is_none() && server.find(B).is_none());
    // of a run that is known, they are taken
    server.json("POST", "/runs", &json!({"id": A, "name": "n"}));
    let reply = server
        .multipart(&[(&format!("patch.{A}.outputs"), r#"{"y":1}"#), (&format!("attachment.{A}.f"), "x")]);
    assert_eq!(reply.status, 202, "{}", reply.body);
    assert_eq!(server.run(A).attachments[0].name, "f");
    assert_eq!(server.run(A).outputs.as_deref(), Some(r#"{"y":1}"#));
}

#[test]
fn attachments_and_feedback() {
    let server = server();
    let feedback = format!(r#"{{"id":"{C}","run_id":"{A}","key":"good","score":0.5,"comment":"c"}}"#);
    let reply = server.multipart(&[
        (&format!("attachment.{A}.note"), "text"),
        (&format!("feedback.{C}"), &feedback),
        (&format!("post.{A}"), r#"{"name":"n"}"#),
        ("unknown", "{}"),
    ]);
    assert_eq!(reply.status, 202);
    assert_eq!(reply.error_type(), "unknown_part");
    let stored = server.store().feedback(A.parse().unwrap()).unwrap();
    assert_eq!((stored[0].score, stored[0].document.as_str()), (Some(0.5), feedback.as_str()));
    let data = server.store().attachment(A.parse().unwrap(), "note").unwrap();
    assert_eq!(data.as_deref(), Some(&b"text"[..]));
    server.json("POST", "/runs", &json!({"id": B, "attachments": {"img": ["image/png", "AAEC"]}}));
    assert_eq!(server.run(B).attachments[0].mime, "image/png");
}

#[test]
fn projects() {
    let server = server();
    server.json("POST", "/runs", &json!({"id": A, "session_name": "mine"}));
    let headers = [("Langsmith-Project", "from-header"), ("Content-Type", "application/json")];
    server.send("POST", "/runs", &headers, json!({"id": B}).to_string().as_bytes());
    server.json("POST", "/runs", &json!({"id": C, "parent_run_id": A}));
    assert_eq!(
        [server.run(A).project, server.run(B).project, server.run(C).project],
        ["mine", "from-header", "mine"]
    );
}

#[test]
fn writers_at_the_same_time() {
    let server = server();
    let ids: Vec<String> = (0..160).map(|n| uuid::Uuid::from_u128(0x7000_0000 + n).to_string()).collect();
    std::thread::scope(|scope| {
        for part in ids.chunks(10) {
            let server = &server;
            scope.spawn(move || {
                for id in part {
                    let post = json!({"id": id, "name": "n", "trace_id": id, "inputs": {"x": 1}});
                    let patch = json!({"outputs": {"y": 1}, "end_time": 1});
                    assert_eq!(server.json("POST", "/runs", &post).status, 202);
                    assert!(server.find(id).is_some(), "answered, so committed");
                    assert_eq!(server.json("PATCH", &format!("/runs/{id}"), &patch).status, 202);
                }
            });
        }
    });
    assert_eq!(server.store().traces(1000).unwrap().len(), 160);
    assert!(ids.iter().all(|id| server.run(id).status == RunStatus::Success));
    let mut seqs: Vec<_> = ids.iter().map(|id| server.run(id).seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    assert_eq!(seqs.len(), 160);
}
