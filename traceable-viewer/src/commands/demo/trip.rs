//! The example: an agent that plans a trip, 12 runs in one trace.

use base64::Engine;
use serde_json::{Value, json};
use traceable_core::{DottedOrder, Timestamp, new_run_id};
use uuid::Uuid;

use super::multipart::Part;

/// The project it is in.
const PROJECT: &str = "demo";

/// A map of 16 by 16 pixels.
const MAP_PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAYUlEQVR42o3SwQ3AIAwDQI+TcToi43SUPvpgBJCQWgTYseQ87+MYc\
                       ZWetz5mMIBv0I+ZO2LOD5hR4GgSsJscLMYCogMKtAHrmxmIHx0N9F93g3QLi4Gzn9nA3Nxn4A97gAZGbE1rjJuWRwAAAABJRU5ErkJggg==";

/// How long the whole takes, in milliseconds.
const LENGTH_MS: i64 = 4_200;

/// A run; parents stand before their children, times are milliseconds after the start of the trace.
struct Step {
    name: &'static str,
    run_type: &'static str,
    parent: Option<usize>,
    from_ms: i64,
    to_ms: i64,
    /// Its other fields.
    fields: Value,
}

/// The trace's id and all parts of the request, for a trace that ends now.
pub(crate) fn parts(now: Timestamp) -> (Uuid, Vec<Part>) {
    let start_us = now.signed_micros() - LENGTH_MS * 1_000;
    let mut parts = Vec::new();
    let mut known: Vec<(Uuid, String)> = Vec::new();
    for step in steps(start_us) {
        let start = Timestamp::from_signed_micros(start_us + step.from_ms * 1_000);
        let end = Timestamp::from_signed_micros(start_us + step.to_ms * 1_000);
        let id = new_run_id(start);
        let parent = step.parent.and_then(|parent| known.get(parent));
        let mut order = DottedOrder::root(start, id).to_string();
        if let Some((_, above)) = parent {
            order = format!("{above}.{order}");
        }
        let mut run = json!({
            "id": id, "name": step.name, "run_type": step.run_type, "session_name": PROJECT,
            "trace_id": known.first().map_or(id, |(root, _)| *root), "parent_run_id": parent.map(|(id, _)| *id),
            "dotted_order": order, "start_time": start.to_string(), "end_time": end.to_string(),
        });
        if let (Value::Object(run), Value::Object(fields)) = (&mut run, step.fields) {
            run.extend(fields);
        }
        parts.push(part(format!("post.{id}"), &run));
        known.push((id, order));
    }
    let root = known.first().map(|(id, _)| *id).unwrap_or_default();
    let file = |name: &str, mime, bytes| Part { name: format!("attachment.{root}.{name}"), mime, bytes };
    // the text is a constant of this file, so it decodes
    let map = base64::engine::general_purpose::STANDARD.decode(MAP_PNG).unwrap_or_default();
    parts.push(file("map", "image/png", map));
    parts.push(file(
        "itinerary",
        "text/plain",
        b"Day 1: Hamburg - Copenhagen, 4h40 by train.\nDay 2: harbour.\n".to_vec(),
    ));
    for (key, score, comment) in
        [("helpful", 1.0, Some("It found the direct train.")), ("latency_ok", 0.5, None)]
    {
        let id = new_run_id(now);
        let feedback = json!({"id": id, "run_id": root, "trace_id": root, "key": key, "score": score, "comment": comment});
        parts.push(part(format!("feedback.{id}"), &feedback));
    }
    (root, parts)
}

fn part(name: String, json: &Value) -> Part {
    Part { name, mime: "application/json", bytes: json.to_string().into_bytes() }
}

fn steps(start_us: i64) -> Vec<Step> {
    const QUESTION: &str = "Plan a weekend in Copenhagen, by train from Hamburg.";
    let extra = |mut metadata: Value| {
        if let Value::Object(metadata) = &mut metadata {
            metadata.insert("thread_id".to_owned(), json!("trip-to-copenhagen"));
        }
        json!({"metadata": metadata, "runtime": {"sdk": "traceable-demo"}})
    };
    let model = |metadata: Value| {
        let mut all =
            json!({"ls_provider": "example", "ls_model_name": "example-chat-1", "ls_temperature": 0.2});
        if let (Value::Object(all), Value::Object(metadata)) = (&mut all, metadata) {
            all.extend(metadata);
        }
        extra(all)
    };
    let tokens = |at_ms: &[i64], words: &[&str]| -> Value {
        let event = |(at, word): (&i64, &&str)| {
            let time = Timestamp::from_signed_micros(start_us + at * 1_000).to_string();
            json!({"name": "new_token", "time": time, "kwargs": {"token": word}})
        };
        at_ms.iter().zip(words).map(event).collect()
    };
    let step = |name, run_type, parent, from_ms, to_ms, fields| Step {
        name,
        run_type,
        parent,
        from_ms,
        to_ms,
        fields,
    };
    vec![
        step(
            "plan_trip",
            "chain",
            None,
            0,
            LENGTH_MS,
            json!({
                "inputs": {"question": QUESTION},
                "outputs": {"answer": "Take the 07:53 direct train. Saturday is dry: start at the harbour."},
                "tags": ["demo", "travel"],
                "extra": extra(json!({"user": "ada"})),
            }),
        ),
        step(
            "decide",
            "llm",
            Some(0),
            20,
            900,
            json!({
                "inputs": {"messages": [
                    {"role": "system", "content": "You plan trips. Use the tools."},
                    {"role": "user", "content": QUESTION},
                ]},
                "outputs": {
                    "messages": [{"role": "assistant", "content": "", "tool_calls": [
                        {"id": "call_1", "type": "function", "function":
                            {"name": "find_trains", "arguments": "{\"from\":\"Hamburg\",\"to\":\"Copenhagen\"}"}},
                        {"id": "call_2", "type": "function", "function":
                            {"name": "forecast", "arguments": "{\"place\":\"Copenhagen\"}"}},
                    ]}],
                    "usage_metadata": {"input_tokens": 212, "output_tokens": 48, "total_tokens": 260,
                        "input_cost": 0.000212, "output_cost": 0.000192, "total_cost": 0.000404},
                },
                "extra": model(json!({})),
            }),
        ),
        step("use_tools", "chain", Some(0), 910, 2_300, json!({"extra": extra(json!({"round": 1}))})),
        step(
            "find_trains",
            "tool",
            Some(2),
            915,
            1_400,
            json!({
                "inputs": {"from": "Hamburg", "to": "Copenhagen"},
                "outputs": {"trains": [{"departs": "07:53", "arrives": "12:33", "changes": 0}]},
                "extra": extra(json!({})),
            }),
        ),
        step(
            "forecast",
            "tool",
            Some(2),
            916,
            1_916,
            json!({
                "inputs": {"place": "Copenhagen", "attempt": 1},
                "error": "TimeoutError: the weather service did not answer in 1 s\n  at forecast (tools/weather.rs:41)",
                "extra": extra(json!({"attempt": 1})),
                "tags": ["retried"],
            }),
        ),
        step(
            "forecast",
            "tool",
            Some(2),
            1_920,
            2_280,
            json!({
                "inputs": {"place": "Copenhagen", "attempt": 2},
                "outputs": {"saturday": "dry, 9 °C", "sunday": "rain, 8 °C"},
                "extra": extra(json!({"attempt": 2})),
            }),
        ),
        step(
            "read_guide",
            "chain",
            Some(0),
            2_310,
            2_700,
            json!({
                "inputs": {"topic": "harbour"}, "outputs": {"passages": 2}, "extra": extra(json!({})),
            }),
        ),
        step(
            "embed",
            "embedding",
            Some(6),
            2_315,
            2_400,
            json!({
                "inputs": {"texts": ["harbour"]},
                "outputs": {"dimensions": 3, "vectors": [[0.12, -0.5, 0.33]],
                    "usage_metadata": {"input_tokens": 3, "output_tokens": 0, "total_tokens": 3}},
                "extra": extra(json!({"ls_model_name": "example-embed-1"})),
            }),
        ),
        step(
            "search_guide",
            "retriever",
            Some(6),
            2_405,
            2_690,
            json!({
                "inputs": {"query": "harbour"},
                "outputs": {"documents": [
                    {"page_content": "The harbour baths are free of charge.", "metadata": {"source": "guide.md"}},
                    {"page_content": "Boats leave every 20 minutes.", "metadata": {"source": "boats.md"}},
                ]},
                "extra": extra(json!({"k": 2})),
            }),
        ),
        step(
            "fill_template",
            "prompt",
            Some(0),
            2_710,
            2_712,
            json!({
                "inputs": {"template": "answer", "passages": 2}, "outputs": {"characters": 812}, "extra": extra(json!({})),
            }),
        ),
        step(
            "write_answer",
            "llm",
            Some(0),
            2_720,
            3_900,
            json!({
                "inputs": {"messages": [{"role": "user", "content": "Write the plan."}]},
                "outputs": {
                    "messages": [{"role": "assistant",
                        "content": "Take the 07:53 direct train. Saturday is dry: start at the harbour."}],
                    "usage_metadata": {"input_tokens": 641, "output_tokens": 103, "total_tokens": 744,
                        "input_cost": 0.000641, "output_cost": 0.000412, "total_cost": 0.001053},
                },
                "events": tokens(&[2_960, 3_010, 3_050], &["Take", " the", " 07:53"]),
                "extra": model(json!({})),
            }),
        ),
        step(
            "suggest_more",
            "llm",
            Some(0),
            3_905,
            4_190,
            json!({
                "inputs": {"messages": [{"role": "user", "content": "What else?"}]},
                "outputs": {"output": ["Visit", " the"]},
                "events": tokens(&[4_020, 4_100], &["Visit", " the"]),
                "extra": model(json!({"stream_dropped": true})),
            }),
        ),
    ]
}
