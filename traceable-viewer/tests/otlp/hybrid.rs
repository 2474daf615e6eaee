//! LangSmith's Python SDK in its hybrid mode: every run comes by LangSmith's protocol and as a span, captured from 0.15.

use base64::Engine;
use serde_json::{Value, json};
use traceable_viewer::{StoredRun, render_tree};

use crate::common::{A, B, Server, order, server};
use crate::spans::{PROTOBUF, json as parsed, metadata, request, send, send_spans, span};

const AGENT: &str = "01a2039f-1828-75ad-a8fd-2924fa95476f";
const LLM: &str = "01a2039f-1831-7146-8a54-0a0350b37566";
const OTEL_TRACE: &str = "a8ed486bcdefa4ca27d49b1191e53d8d";
const OTEL_AGENT: &str = "41e6ba79be698ba5";
const OTEL_LLM: &str = "aade96e5b4895399";

fn capture() -> Value {
    serde_json::from_str(include_str!("hybrid.json")).unwrap()
}

fn send_multipart(server: &Server) {
    let capture = capture();
    let parts: Vec<(String, String)> = capture["multipart"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part[0].as_str().unwrap().to_owned(), part[1].to_string()))
        .collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, body)| (name.as_str(), body.as_str())).collect();
    assert_eq!(server.multipart(&parts).status, 202);
}

fn send_otlp(server: &Server) {
    let body = capture()["otlp_base64"].as_str().unwrap().to_owned();
    let body = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    let reply = server.send("POST", "/otel/v1/traces", &[PROTOBUF, ("Langsmith-Project", "demo")], &body);
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
}

/// What is stored, but for the counter of changes and what the metadata says of the span.
fn stored(server: &Server) -> Vec<StoredRun> {
    let traces = server.store().traces(10).unwrap();
    assert_eq!(traces.len(), 1, "{traces:?}");
    assert_eq!(traces[0].runs, 2);
    let mut runs = server.store().trace(traces[0].trace_id).unwrap();
    for run in &mut runs {
        (run.seq, run.received_us) = (0, 0);
        let mut extra = parsed(&run.extra);
        for key in ["otel_trace_id", "otel_span_id"] {
            extra["metadata"].as_object_mut().unwrap().remove(key);
        }
        run.extra = Some(extra.to_string());
    }
    runs
}

#[test]
fn both_orders_of_arrival_are_one_trace() {
    let alone = server();
    send_multipart(&alone);
    let expected = stored(&alone);
    let orders: [&[fn(&Server)]; 6] = [
        &[send_multipart, send_otlp],
        &[send_otlp, send_multipart],
        &[send_otlp, send_otlp, send_multipart, send_multipart],
        &[send_otlp, send_multipart, send_otlp],
        &[send_multipart, send_otlp, send_otlp, send_multipart],
        &[send_multipart, send_otlp, send_multipart],
    ];
    for (at, steps) in orders.into_iter().enumerate() {
        let server = server();
        steps.iter().for_each(|step| step(&server));
        for (id, span) in [(AGENT, OTEL_AGENT), (LLM, OTEL_LLM)] {
            let noted = metadata(&server.run(id));
            assert_eq!(
                (&noted["otel_trace_id"], &noted["otel_span_id"]),
                (&json!(OTEL_TRACE), &json!(span)),
                "{at}"
            );
        }
        assert_eq!(stored(&server), expected, "{at}");
    }
}

/// In the mode `otel` the spans are all there is.
#[test]
fn spans_alone_are_the_same_tree() {
    let (multipart, otlp) = (server(), server());
    send_multipart(&multipart);
    send_otlp(&otlp);
    let (expected, runs) = (stored(&multipart), stored(&otlp));
    assert_eq!(render_tree(&runs), render_tree(&expected));
    for (run, expected) in runs.iter().zip(&expected) {
        assert_eq!(run.name, expected.name);
        assert_eq!((run.start_us, run.end_us), (expected.start_us, expected.end_us));
        assert_eq!((&run.run_type, &run.project), (&expected.run_type, &expected.project));
        assert_eq!(
            (parsed(&run.inputs), parsed(&run.outputs)),
            (parsed(&expected.inputs), parsed(&expected.outputs))
        );
        assert_eq!(metadata(run)["ls_method"], "traceable");
    }
}

/// Spans of other libraries below those of LangSmith's find their parent, whenever they come.
#[test]
fn children_of_a_span_are_children_of_its_run() {
    let foreign = || {
        let mut span = span(&json!({"id": 77, "name": "http"}));
        let hex = |text: &str| {
            (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
        };
        (span.trace_id, span.parent_span_id) = (hex(OTEL_TRACE), hex(OTEL_LLM));
        request(&Value::Null, vec![span])
    };
    let send_foreign = |server: &Server| assert_eq!(send(server, &foreign()).status, 200);
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let server = server();
        for step in order {
            match step {
                0 => send_multipart(&server),
                1 => send_otlp(&server),
                _ => send_foreign(&server),
            }
        }
        let runs = server.store().trace(AGENT.parse().unwrap()).unwrap();
        let found = runs
            .iter()
            .find(|run| run.name == "http")
            .unwrap_or_else(|| panic!("{order:?}: {}", render_tree(&runs)));
        assert_eq!(found.parent_id.unwrap().to_string(), LLM, "{order:?}");
        assert_eq!((runs.len(), found.dotted_order.split('.').count()), (3, 3), "{order:?}");
        assert_eq!(server.store().traces(10).unwrap().len(), 1, "{order:?}");
    }
}

/// The rule is about LangSmith's own spans, and about runs that agree.
#[test]
fn other_spans_are_runs_of_their_own() {
    let server = server();
    send_multipart(&server);
    let same = json!({"id": 1, "name": "agent", "start": 1_795_357_087_784_420_000_u64,
        "attributes": {"langsmith.trace.session_name": "demo"}});
    send_spans(&server, &[same]);
    assert_eq!(server.store().traces(10).unwrap().len(), 2, "not from LangSmith's SDK");
    let langsmith = json!({"langsmith.internal_provider": true});
    for (trace, name, start, project) in [
        (3, "agent2", 1_795_357_087_784_420_000_u64, "demo"),
        (4, "agent", 1_795_357_087_784_422_000, "demo"),
        (5, "agent", 1_795_357_087_784_420_000, "other"),
    ] {
        let span = span(&json!({"id": 1, "trace": trace, "name": name, "start": start,
            "attributes": {"langsmith.trace.session_name": project}}));
        assert_eq!(send(&server, &request(&langsmith, vec![span])).status, 200);
    }
    assert_eq!(server.store().traces(10).unwrap().len(), 5);
}

/// LangSmith's SDK for JavaScript names the run in its span. Spans of other libraries below it do not.
#[test]
fn spans_that_name_their_run() {
    let named = |id: u64, parent: Option<u64>, run: &str, order: String| {
        json!({"id": id, "parent": parent, "name": "by OTLP", "attributes": {"langsmith.span.id": run,
            "langsmith.trace.id": A, "langsmith.span.dotted_order": order, "langsmith.metadata.from": "otlp"}})
    };
    let otlp = |server: &Server| {
        send_spans(server, &[named(1, None, A, order(&[A])), named(2, Some(1), B, order(&[A, B]))]);
    };
    let foreign = |server: &Server| send_spans(server, &[json!({"id": 3, "parent": 2, "name": "http"})]);
    let multipart = |server: &Server| {
        for (id, order) in [(A, order(&[A])), (B, order(&[A, B]))] {
            let post = json!({"name": "by multipart", "trace_id": A, "dotted_order": order}).to_string();
            let patch =
                json!({"trace_id": A, "dotted_order": order, "end_time": 1_795_357_087_799_u64}).to_string();
            let parts = [(format!("post.{id}"), post), (format!("patch.{id}"), patch)];
            let parts = parts.each_ref().map(|(name, body)| (name.as_str(), body.as_str()));
            assert_eq!(server.multipart(&parts).status, 202);
        }
    };
    let steps: [&dyn Fn(&Server); 3] = [&otlp, &foreign, &multipart];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let server = server();
        order.iter().for_each(|step| steps[*step](&server));
        let runs = server.store().trace(A.parse().unwrap()).unwrap();
        let names: Vec<_> = runs.iter().map(|run| run.name.as_str()).collect();
        assert_eq!(names, ["by multipart", "by multipart", "http"], "{order:?}");
        assert_eq!(runs[2].parent_id, Some(B.parse().unwrap()), "{order:?}");
        assert_eq!(runs[0].end_us, Some(1_795_357_087_799_000), "{order:?}");
        assert_eq!(metadata(&runs[1])["otel_span_id"], "0000000000000002", "{order:?}");
        assert_eq!(server.store().traces(10).unwrap().len(), 1, "{order:?}");
    }
}

/// Runs of a parallel batch may have one name and start in the same microsecond.
#[test]
fn each_of_several_runs_alike_has_a_span_of_its_own() {
    let server = server();
    let post = |id: &str| json!({"id": id, "name": "one", "session_name": "demo", "start_time": "2026-11-22T13:24:33Z"});
    assert_eq!(server.json("POST", "/runs/batch", &json!({"post": [post(A), post(B)]})).status, 202);
    let start = u64::try_from(server.run(A).start_us.unwrap()).unwrap() * 1000;
    let alike = |id: u64| {
        span(&json!({"id": id, "trace": id, "name": "one", "start": start,
            "attributes": {"langsmith.trace.session_name": "demo"}}))
    };
    let langsmith = json!({"langsmith.internal_provider": true});
    for _ in 0..2 {
        assert_eq!(send(&server, &request(&langsmith, vec![alike(1), alike(2)])).status, 200);
        let traces = server.store().traces(10).unwrap();
        assert_eq!(traces.iter().map(|trace| trace.runs).collect::<Vec<_>>(), [1, 1]);
    }
    let child = |id: u64, parent: u64| json!({"id": id, "trace": parent, "parent": parent, "name": "http"});
    send_spans(&server, &[child(3, 1), child(4, 2)]);
    let traces = server.store().traces(10).unwrap();
    assert_eq!(traces.iter().map(|trace| trace.runs).collect::<Vec<_>>(), [2, 2], "a child below each");
}
