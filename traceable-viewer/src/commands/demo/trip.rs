//! An agent that plans a trip, 12 runs: chats with tool calls, a tool that fails and is tried again, streams, one that is
//! left early, a file, feedback.

use base64::Engine;
use serde_json::{Value, json};
use traceable_core::Timestamp;

use super::trace::{Step, Trace};

/// A map of 16 by 16 pixels.
const MAP_PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAYUlEQVR42o3SwQ3AIAwDQI+TcToi43SUPvpgBJCQWgTYseQ87+MYc\
                       ZWetz5mMIBv0I+ZO2LOD5hR4GgSsJscLMYCogMKtAHrmxmIHx0N9F93g3QLi4Gzn9nA3Nxn4A97gAZGbE1rjJuWRwAAAABJRU5ErkJggg==";

/// How long the whole takes, in milliseconds.
const LENGTH_MS: i64 = 4_200;

/// A trace that ends at the time of the demo.
pub(crate) fn plan_trip(at: Timestamp) -> Trace {
    let mut trace = Trace::new(at, "plan_trip", LENGTH_MS);
    for step in steps(&trace) {
        trace.run(step);
    }
    // the text is a constant of this file, so it decodes
    let map = base64::engine::general_purpose::STANDARD.decode(MAP_PNG).unwrap_or_default();
    trace.file(0, "map", "image/png", map);
    trace.file(
        0,
        "itinerary",
        "text/plain",
        b"Day 1: Hamburg - Copenhagen, 4h40 by train.\nDay 2: harbour.\n".to_vec(),
    );
    trace.feedback(0, "helpful", 1.0, Some("It found the direct train."));
    trace.feedback(0, "latency_ok", 0.5, None);
    trace
}

fn steps(trace: &Trace) -> Vec<Step> {
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
    vec![
        Step::new(
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
        Step::new(
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
        Step::new("use_tools", "chain", Some(0), 910, 2_300, json!({"extra": extra(json!({"round": 1}))})),
        Step::new(
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
        Step::new(
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
        Step::new(
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
        Step::new(
            "read_guide",
            "chain",
            Some(0),
            2_310,
            2_700,
            json!({
                "inputs": {"topic": "harbour"}, "outputs": {"passages": 2}, "extra": extra(json!({})),
            }),
        ),
        Step::new(
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
        Step::new(
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
        Step::new(
            "fill_template",
            "prompt",
            Some(0),
            2_710,
            2_712,
            json!({
                "inputs": {"template": "answer", "passages": 2}, "outputs": {"characters": 812}, "extra": extra(json!({})),
            }),
        ),
        Step::new(
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
                "events": trace.tokens(2_960, 45, &["Take", " the", " 07:53"]),
                "extra": model(json!({})),
            }),
        ),
        Step::new(
            "suggest_more",
            "llm",
            Some(0),
            3_905,
            4_190,
            json!({
                "inputs": {"messages": [{"role": "user", "content": "What else?"}]},
                "outputs": {"output": ["Visit", " the"]},
                "events": trace.tokens(4_020, 80, &["Visit", " the"]),
                "extra": model(json!({"stream_dropped": true})),
            }),
        ),
    ]
}
