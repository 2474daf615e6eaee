//! Conversations with models: tools, images and reasoning in the shapes of three clients, and a long stream.

use base64::Engine;
use serde_json::{Value, json};
use traceable_core::Timestamp;

use super::media;
use super::trace::{Step, Trace, extra, model, usage};

const COMPLAINT: &str = "My order 4711 arrived with a broken cup. Can I have my money back?";

/// An agent that answers a complaint: OpenAI's shape, then Anthropic's, then LangChain's.
pub(crate) fn support_chat(at: Timestamp) -> Trace {
    let mut trace = Trace::new(at, "support_chat", 180_000);
    let root = trace.run(Step::new(
        "support_chat",
        "chain",
        None,
        0,
        6_350,
        json!({
            "inputs": {"messages": [{"role": "user", "content": COMPLAINT}]},
            "outputs": {"reply": "Sorry about the cup! **9,90 €** are on their way to your card."},
            "tags": ["support", "refund"],
            "extra": extra(json!({"user": "grace", "channel": "web"})),
        }),
    ));
    trace.run(Step::new(
        "understand",
        "llm",
        Some(root),
        15,
        1_420,
        json!({
            "inputs": {"model": "gpt-4o-mini", "temperature": 0.2, "messages": openai_messages(), "tools": [tool()]},
            "outputs": {
                "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": null,
                    "tool_calls": [{"id": "call_order", "type": "function", "function":
                        {"name": "lookup_order", "arguments": "{\"order\": 4711, \"fields\": [\"items\", \"paid\"]}"}}]}}],
                "usage_metadata": usage(486, 24, 0.0000729, 0.0000144),
            },
            "extra": model("openai", "gpt-4o-mini", json!({"ls_model_type": "chat"})),
        }),
    ));
    trace.run(Step::new(
        "lookup_order",
        "tool",
        Some(root),
        1_430,
        1_655,
        json!({
            "inputs": {"order": 4711, "fields": ["items", "paid"]},
            "outputs": {"output": {"items": [{"sku": "CUP-3", "price_eur": 9.9}], "paid": true}},
            "extra": extra(json!({"table": "orders"})),
        }),
    ));
    trace.run(Step::new("decide", "llm", Some(root), 1_670, 4_205, anthropic(&trace)));
    trace.run(Step::new(
        "refund",
        "tool",
        Some(root),
        4_215,
        4_790,
        json!({
            "inputs": {"order": 4711, "cents": 990}, "outputs": {"output": "refund re_8812 accepted"},
            "extra": extra(json!({"idempotency_key": "refund-4711"})),
        }),
    ));
    trace.run(Step::new("word_reply", "llm", Some(root), 4_800, 6_340, langchain(&trace)));
    trace.feedback(root, "resolved", 1.0, Some("Solved in one turn."));
    trace
}

fn openai_messages() -> Value {
    let image = base64::engine::general_purpose::STANDARD.encode(media::png(48, 32));
    json!([
        {"role": "system", "content": "You are the support of a shop for tableware.\n\n- be brief\n- never promise what `refund` refused"},
        {"role": "user", "content": [
            {"type": "text", "text": COMPLAINT},
            {"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{image}")}},
        ]},
    ])
}

fn tool() -> Value {
    json!({"type": "function", "function": {"name": "lookup_order", "description": "What was ordered",
        "parameters": {"type": "object", "properties": {"order": {"type": "integer"}}}}})
}

fn anthropic(trace: &Trace) -> Value {
    json!({
        "inputs": {
            "model": "claude-example", "max_tokens": 1024, "system": "Decide about refunds. Below 20 EUR, be generous.",
            "messages": [
                {"role": "user", "content": COMPLAINT},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "lookup_order",
                    "input": {"order": 4711}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1",
                    "content": "1 x CUP-3, paid 9.90 EUR"}]},
            ],
        },
        "outputs": {
            "role": "assistant", "stop_reason": "tool_use",
            "content": [
                {"type": "thinking", "thinking": "One cup, 9.90 EUR, paid. That is below 20 EUR, so the whole amount goes back.",
                    "signature": "c2lnbmF0dXJl"},
                {"type": "text", "text": "I refund the cup."},
                {"type": "tool_use", "id": "toolu_2", "name": "refund", "input": {"order": 4711, "cents": 990}},
            ],
            "usage_metadata": usage(612, 88, 0.001836, 0.00132),
        },
        "events": trace.tokens(2_310, 110, &["I", " refund", " the", " cup", "."]),
        "extra": model("anthropic", "claude-example", json!({"ls_max_tokens": 1024})),
    })
}

fn langchain(trace: &Trace) -> Value {
    let message = |class: &str, kwargs: Value| {
        json!({"lc": 1, "type": "constructor",
            "id": ["langchain", "schema", "messages", class], "kwargs": kwargs})
    };
    let text = "Sorry about the cup! **9,90 €** are on their way to your card.\n\n1. No need to send it back.\n2. It takes *two days*.";
    json!({
        "inputs": {"messages": [[
            message("SystemMessage", json!({"type": "system", "content": "Answer in Markdown."})),
            message("HumanMessage", json!({"type": "human", "content": COMPLAINT})),
            message("ToolMessage", json!({"type": "tool", "name": "refund", "tool_call_id": "toolu_2", "content": "refund re_8812 accepted"})),
        ]]},
        "outputs": {
            "generations": [[{"text": text, "type": "ChatGeneration",
                "message": message("AIMessage", json!({"type": "ai", "content": text, "tool_calls": []}))}]],
            "usage_metadata": usage(341, 57, 0.000341, 0.000228),
        },
        "events": trace.tokens(5_180, 60, &["Sorry", " about", " the", " cup", "!"]),
        "extra": model("example", "example-chat-1", json!({"ls_model_type": "chat"})),
    })
}

/// One call whose answer comes token by token.
pub(crate) fn tell_story(at: Timestamp) -> Trace {
    const STORY: &str = "A lighthouse keeper counted ships. One night none came, so he counted stars, and wrote them \
                         down as ships: name, course, and the port they would never reach.";
    let words: Vec<&str> = STORY.split_inclusive(' ').collect();
    let mut trace = Trace::new(at, "tell_story", 420_000);
    let root = trace.run(Step::new(
        "tell_story",
        "chain",
        None,
        0,
        3_600,
        json!({
            "inputs": {"topic": "a lighthouse"}, "outputs": {"output": STORY}, "tags": ["streaming"],
            "extra": extra(json!({"route": "/stories"})),
        }),
    ));
    trace.run(Step::new(
        "write",
        "llm",
        Some(root),
        10,
        3_580,
        json!({
            "inputs": {"messages": [{"role": "user", "content": "Tell a story about a lighthouse, in two sentences."}]},
            "outputs": {
                "messages": [{"role": "assistant", "content": STORY}],
                "usage_metadata": usage(19, 38, 0.000019, 0.000152),
            },
            "events": trace.tokens(905, 90, &words),
            "extra": model("example", "example-chat-1", json!({"ls_model_type": "chat"})),
        }),
    ));
    trace
}
