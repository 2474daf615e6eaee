//! Spans as the SDKs of each family send them, and the runs that they become.

use serde_json::json;
use traceable_viewer::RunStatus;

use crate::spans::{json as parsed, metadata, run_of};

#[test]
fn genai_of_today() {
    let run = run_of(json!({"id": 1, "name": "chat gpt-4o", "attributes": {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.request.temperature": 0.5, "gen_ai.request.max_tokens": 100,
        "gen_ai.conversation.id": "conv-1", "gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 8, "gen_ai.response.finish_reasons": ["stop"], "gen_ai.response.id": "r1",
        "gen_ai.system_instructions": r#"[{"type":"text","content":"Be brief."}]"#,
        "gen_ai.input.messages": r#"[{"role":"user","parts":[{"type":"text","content":"Weather?"}]},
            {"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Oslo"}}]},
            {"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"rain"}]}]"#,
        "gen_ai.output.messages": r#"[{"role":"assistant","parts":[{"type":"text","content":"Rain."}],"finish_reason":"stop"}]"#,
        "server.address": "api.openai.com"}}));
    assert_eq!(
        (run.run_type.as_str(), run.name.as_str(), run.status),
        ("llm", "chat gpt-4o", RunStatus::Success)
    );
    assert_eq!(
        parsed(&run.inputs)["messages"],
        json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "type": "function",
                "function": {"name": "weather", "arguments": "{\"city\":\"Oslo\"}"}}]},
            {"role": "tool", "content": "rain", "tool_call_id": "c1"}])
    );
    assert_eq!(
        parsed(&run.outputs),
        json!({"messages": [{"role": "assistant", "content": "Rain.", "finish_reason": "stop"}]})
    );
    let metadata = metadata(&run);
    assert_eq!(metadata["ls_model_name"], "gpt-4o");
    assert_eq!((&metadata["ls_provider"], &metadata["thread_id"]), (&json!("openai"), &json!("conv-1")));
    assert_eq!((&metadata["ls_temperature"], &metadata["ls_max_tokens"]), (&json!(0.5), &json!(100)));
    assert_eq!(
        metadata["usage_metadata"],
        json!({"input_tokens": 12, "output_tokens": 5, "total_tokens": 17, "input_token_details": {"cache_read": 8}})
    );
    assert_eq!(metadata["server.address"], "api.openai.com", "what nobody knows is kept");
    assert_eq!(parsed(&run.extra)["invocation_params"], json!({"temperature": 0.5, "max_tokens": 100}));
}

#[test]
fn genai_in_events() {
    let run = run_of(
        json!({"id": 1, "name": "chat", "attributes": {"gen_ai.operation.name": "chat", "gen_ai.system": "anthropic",
            "gen_ai.request.model": "claude", "gen_ai.usage.prompt_tokens": 3, "gen_ai.usage.completion_tokens": 4},
        "events": [{"name": "gen_ai.system.message", "attributes": {"gen_ai.system": "anthropic", "content": "S"}},
            {"name": "gen_ai.user.message", "attributes": {"content": "Q"}},
            {"name": "gen_ai.choice", "attributes": {"index": 0, "finish_reason": "stop", "message": "{\"content\":\"A\"}"}},
            {"name": "first_byte", "attributes": {"ms": 5}}]}),
    );
    assert_eq!(
        parsed(&run.inputs),
        json!({"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]})
    );
    assert_eq!(
        parsed(&run.outputs),
        json!({"messages": [{"role": "assistant", "content": "A", "finish_reason": "stop"}]})
    );
    assert_eq!(
        metadata(&run)["usage_metadata"],
        json!({"input_tokens": 3, "output_tokens": 4, "total_tokens": 7})
    );
    assert_eq!(
        parsed(&run.events),
        json!([{"name": "first_byte", "time": "2026-11-22T14:18:07.785421+00:00", "kwargs": {"ms": 5}}]),
        "messages are no events any more"
    );
    let all = run_of(
        json!({"id": 1, "name": "chat", "events": [{"name": "gen_ai.client.inference.operation.details",
        "attributes": {"gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Q"}]}],
            "gen_ai.output.messages": "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"A\"}]}]"}}]}),
    );
    assert_eq!(parsed(&all.inputs), json!({"messages": [{"role": "user", "content": "Q"}]}));
    assert_eq!(parsed(&all.outputs), json!({"messages": [{"role": "assistant", "content": "A"}]}));
}

#[test]
fn genai_tools_agents_and_embeddings() {
    let tool = run_of(
        json!({"id": 1, "name": "execute_tool weather", "attributes": {"gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "weather", "gen_ai.tool.call.id": "c1", "gen_ai.tool.call.arguments": "{\"city\":\"Oslo\"}",
        "gen_ai.tool.call.result": "rain"}}),
    );
    assert_eq!((tool.run_type.as_str(), tool.name.as_str()), ("tool", "weather"));
    assert_eq!(
        (parsed(&tool.inputs), parsed(&tool.outputs)),
        (json!({"city": "Oslo"}), json!({"output": "rain"}))
    );
    for (operation, run_type) in [
        ("text_completion", "llm"),
        ("generate_content", "llm"),
        ("embeddings", "embedding"),
        ("retrieval", "retriever"),
        ("invoke_agent", "chain"),
        ("invoke_workflow", "chain"),
    ] {
        let run = run_of(json!({"id": 1, "attributes": {"gen_ai.operation.name": operation}}));
        assert_eq!(run.run_type, run_type, "{operation}");
    }
}

#[test]
fn openinference() {
    let run = run_of(json!({"id": 1, "name": "ChatCompletion", "attributes": {
        "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "llm.provider": "openai", "llm.system": "openai",
        "llm.invocation_parameters": "{\"temperature\": 0.1}", "session.id": "s-1", "user.id": "u-1",
        "metadata": "{\"team\": \"a\"}", "tag.tags": ["blue", "green"],
        "input.value": "{\"messages\": []}", "input.mime_type": "application/json", "output.value": "It rains.",
        "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "Be brief.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.contents.0.message_content.type": "text",
        "llm.input_messages.1.message.contents.0.message_content.text": "What is this?",
        "llm.input_messages.1.message.contents.1.message_content.type": "image",
        "llm.input_messages.1.message.contents.1.message_content.image.image.url": "data:image/png;base64,AAEC",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{\"x\": 1}",
        "llm.tools.0.tool.json_schema": "{\"type\": \"function\"}",
        "llm.token_count.prompt": 20, "llm.token_count.completion": 7, "llm.token_count.total": 27,
        "llm.token_count.prompt_details.cache_read": 4, "llm.token_count.completion_details.reasoning": 2,
        "llm.cost.total": 0.25}}));
    assert_eq!(run.run_type, "llm");
    assert_eq!(
        parsed(&run.inputs)["messages"],
        json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAEC"}}]}])
    );
    assert_eq!(
        parsed(&run.outputs)["messages"][0]["tool_calls"],
        json!([{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"x\": 1}"}}])
    );
    let metadata = metadata(&run);
    assert_eq!((&metadata["thread_id"], &metadata["user_id"]), (&json!("s-1"), &json!("u-1")));
    assert_eq!((&metadata["team"], &metadata["ls_model_name"]), (&json!("a"), &json!("gpt-4o-mini")));
    assert_eq!(
        metadata["usage_metadata"],
        json!({"input_tokens": 20, "output_tokens": 7, "total_tokens": 27, "total_cost": 0.25,
            "input_token_details": {"cache_read": 4}, "output_token_details": {"reasoning": 2}})
    );
    assert_eq!(run.tags, ["blue", "green"]);
    assert_eq!(
        parsed(&run.extra)["invocation_params"],
        json!({"temperature": 0.1, "tools": [{"type": "function"}]})
    );
}

#[test]
fn openinference_retrievers_and_chains() {
    let run = run_of(
        json!({"id": 1, "name": "retrieve", "attributes": {"openinference.span.kind": "RETRIEVER",
        "input.value": "what?", "retrieval.documents.0.document.content": "first",
        "retrieval.documents.0.document.id": "d0", "retrieval.documents.0.document.score": 0.5,
        "retrieval.documents.0.document.metadata": "{\"source\": \"a.md\"}",
        "retrieval.documents.10.document.content": "third", "retrieval.documents.2.document.content": "second"}}),
    );
    assert_eq!(run.run_type, "retriever");
    assert_eq!(parsed(&run.inputs), json!({"input": "what?"}));
    let documents = parsed(&run.outputs)["documents"].clone();
    assert_eq!(
        documents[0],
        json!({"page_content": "first", "type": "Document", "metadata": {"source": "a.md"}, "id": "d0", "score": 0.5})
    );
    assert_eq!(
        (&documents[1]["page_content"], &documents[2]["page_content"]),
        (&json!("second"), &json!("third")),
        "in the order of their numbers"
    );
    for (kind, run_type) in [
        ("CHAIN", "chain"),
        ("agent", "chain"),
        ("TOOL", "tool"),
        ("RERANKER", "retriever"),
        ("EMBEDDING", "embedding"),
        ("new kind", "chain"),
    ] {
        let run = run_of(
            json!({"id": 1, "attributes": {"openinference.span.kind": kind, "output.value": "{\"a\": 1}",
            "output.mime_type": "application/json"}}),
        );
        assert_eq!((run.run_type.as_str(), parsed(&run.outputs)), (run_type, json!({"a": 1})), "{kind}");
    }
    let plain =
        run_of(json!({"id": 1, "attributes": {"openinference.span.kind": "CHAIN", "input.value": "[1]",
        "input.mime_type": "text/plain"}}));
    assert_eq!(parsed(&plain.inputs), json!({"input": "[1]"}));
}

#[test]
fn traceloop() {
    let run = run_of(
        json!({"id": 1, "name": "openai.chat", "attributes": {"llm.request.type": "chat", "gen_ai.system": "OpenAI",
        "gen_ai.request.model": "gpt-4o", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Tell a joke",
        "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.id": "c1", "gen_ai.completion.0.tool_calls.0.name": "joke",
        "gen_ai.completion.0.tool_calls.0.arguments": "{}", "gen_ai.usage.prompt_tokens": 10,
        "gen_ai.usage.completion_tokens": 2, "llm.usage.total_tokens": 12, "llm.is_streaming": false,
        "traceloop.association.properties.session_id": "s-7", "traceloop.workflow.name": "jokes"}}),
    );
    assert_eq!(run.run_type, "llm");
    assert_eq!(parsed(&run.inputs), json!({"messages": [{"role": "user", "content": "Tell a joke"}]}));
    assert_eq!(
        parsed(&run.outputs)["messages"][0],
        json!({"role": "assistant", "finish_reason": "tool_calls",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "joke", "arguments": "{}"}}]})
    );
    let metadata = metadata(&run);
    assert_eq!((&metadata["session_id"], &metadata["ls_model_name"]), (&json!("s-7"), &json!("gpt-4o")));
    assert_eq!(metadata["usage_metadata"]["total_tokens"], 12);
    let workflow = run_of(
        json!({"id": 1, "name": "joke.workflow", "attributes": {"traceloop.span.kind": "workflow",
        "traceloop.entity.name": "joke", "traceloop.entity.input": "{\"args\": [], \"kwargs\": {\"topic\": 1.50}}",
        "traceloop.entity.output": "\"ha\""}}),
    );
    assert_eq!((workflow.run_type.as_str(), workflow.name.as_str()), ("chain", "joke"));
    assert_eq!(workflow.inputs.as_deref(), Some(r#"{"topic": 1.50}"#));
    assert_eq!(parsed(&workflow.outputs), json!({"output": "ha"}));
    let tool = run_of(json!({"id": 1, "name": "t.tool", "attributes": {"traceloop.span.kind": "tool",
        "traceloop.entity.input": "{\"args\": [1], \"kwargs\": {}}"}}));
    assert_eq!((tool.run_type.as_str(), parsed(&tool.inputs)), ("tool", json!({"args": [1], "kwargs": {}})));
}

#[test]
fn logfire() {
    let run = run_of(json!({"id": 1, "name": "Chat Completion with {request_data[model]!r}", "attributes": {
        "logfire.msg": "Chat Completion with 'gpt-4o'", "logfire.msg_template": "t", "logfire.span_type": "span",
        "logfire.json_schema": "{}", "logfire.tags": ["LLM"], "async": false, "gen_ai.system": "openai",
        "request_data": "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"model\":\"gpt-4o\"}",
        "response_data": "{\"message\":{\"role\":\"assistant\",\"content\":\"hello\"},\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}"}}));
    assert_eq!((run.run_type.as_str(), &run.tags[..]), ("llm", &["LLM".to_owned()][..]));
    assert_eq!(parsed(&run.inputs)["messages"], json!([{"role": "user", "content": "hi"}]));
    assert_eq!(parsed(&run.outputs), json!({"messages": [{"role": "assistant", "content": "hello"}]}));
    let metadata = metadata(&run);
    assert_eq!((&metadata["ls_model_name"], &metadata["ls_provider"]), (&json!("gpt-4o"), &json!("openai")));
    assert_eq!(metadata["usage_metadata"]["total_tokens"], 11);
    let agent = run_of(
        json!({"id": 1, "name": "agent run", "attributes": {"logfire.msg": "agent run", "agent_name": "a",
        "model_name": "m", "all_messages_events": "[{\"content\":\"Q\",\"role\":\"user\",\"event.name\":\"gen_ai.user.message\"},{\"role\":\"assistant\",\"content\":\"A\",\"event.name\":\"gen_ai.assistant.message\"}]",
        "final_result": "A"}}),
    );
    assert_eq!(parsed(&agent.inputs), json!({"messages": [{"role": "user", "content": "Q"}]}));
    assert_eq!(parsed(&agent.outputs), json!({"output": "A"}));
    let tool = run_of(
        json!({"id": 1, "name": "running tool", "attributes": {"logfire.msg": "m", "gen_ai.tool.name": "look",
        "tool_arguments": "{\"x\":1}", "tool_response": "found"}}),
    );
    assert_eq!((tool.run_type.as_str(), tool.name.as_str()), ("tool", "look"));
    assert_eq!((parsed(&tool.inputs), parsed(&tool.outputs)), (json!({"x": 1}), json!({"output": "found"})));
}

#[test]
fn langsmith() {
    let run = run_of(
        json!({"id": 1, "name": "n", "attributes": {"langsmith.span.kind": "retriever", "langsmith.trace.name": "named",
        "langsmith.span.tags": "a, b,", "langsmith.metadata.k": "v", "langsmith.metadata.thread_id": "t",
        "langsmith.trace.session_name": "proj", "gen_ai.operation.name": "chat",
        "langsmith.usage_metadata": "{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}",
        "langsmith.reference_example_id": "01a2036e-0bea-710d-96ed-c3ae3327ba63",
        "gen_ai.prompt": "{\"n\":12345678901234567890.10}", "gen_ai.completion": "[1]"}}),
    );
    assert_eq!(
        (run.run_type.as_str(), run.name.as_str(), run.project.as_str()),
        ("retriever", "named", "proj")
    );
    assert_eq!(run.tags, ["a", "b"]);
    assert_eq!(run.inputs.as_deref(), Some(r#"{"n":12345678901234567890.10}"#), "no digit changes");
    assert_eq!(parsed(&run.outputs), json!({"output": [1]}));
    let metadata = metadata(&run);
    assert_eq!((&metadata["k"], &metadata["thread_id"]), (&json!("v"), &json!("t")));
    assert_eq!(metadata["usage_metadata"]["total_tokens"], 3);
    assert!(run.reference_example_id.is_some());
}

#[test]
fn any_span() {
    let run = run_of(
        json!({"id": 1, "name": "GET /x", "status": 2, "message": "failed", "attributes": {"http.status": 500},
        "events": [{"name": "exception", "attributes": {"exception.type": "ValueError", "exception.message": "bad",
            "exception.stacktrace": "Traceback"}}, {"name": "retry"}]}),
    );
    assert_eq!((run.run_type.as_str(), run.name.as_str(), run.status), ("chain", "GET /x", RunStatus::Error));
    assert_eq!(run.error.as_deref(), Some("ValueError: bad\n\nTraceback"));
    assert_eq!(parsed(&run.events)[0]["name"], "retry");
    assert_eq!(metadata(&run)["http.status"], 500);
    assert_eq!(run.duration().unwrap().as_micros(), 500);
    let failed = |span| run_of(span).error;
    assert_eq!(failed(json!({"id": 1, "status": 2, "message": "m"})).as_deref(), Some("m"));
    assert_eq!(
        failed(json!({"id": 1, "status": 2, "attributes": {"error.type": "Timeout"}})).as_deref(),
        Some("Timeout")
    );
    assert!(failed(json!({"id": 1, "status": 2})).is_some());
    let caught = json!({"id": 1, "status": 1, "events": [{"name": "exception", "attributes": {"exception.message": "x"}}]});
    assert_eq!(failed(caught), None, "the status says that all went well");
}
