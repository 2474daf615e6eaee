//! A trace that tries to break the page: scripts in every field, signs that turn text round, a line of a megabyte, 100 000
//! keys. Whatever runs of it sets `window.__pwned`, or asks a host that does not exist.

use serde_json::{Map, Value, json};
use traceable_core::Timestamp;

use super::trace::{Step, Trace};

/// Markup that runs a script wherever text becomes HTML.
const SCRIPT: &str = "\"'></title></script></textarea><script>window.__pwned=1</script><img src=x onerror=\"window.__pwned=1\">";
/// What follows is shown from right to left; a zero-width sign, an end of line that is none, a bell.
const TURNED: &str = "\u{202e}gnp.exe\u{202c}\u{2066}\u{200b}\u{2028}\u{7}";
/// Markdown with links that are scripts, and an image of another host.
const MARKDOWN: &str = "[click](javascript:window.__pwned=1) ![see](https://evil.example/pixel.png) \
                        <https://evil.example/> <iframe src=\"https://evil.example/\"></iframe>\n\n<svg onload=window.__pwned=1>";
const LINE: usize = 1 << 20;
const KEYS: usize = 100_000;

pub(crate) fn hostile(at: Timestamp) -> Trace {
    let mut trace = Trace::new(at, "hostile", 2_400_000).in_project(&format!("demo hostile {SCRIPT}"));
    let name = format!("{SCRIPT}{TURNED}");
    let root = trace.run(Step::new(
        name.clone(),
        "chain",
        None,
        0,
        1_000,
        json!({
            "inputs": {"messages": messages(), SCRIPT: SCRIPT, "__proto__": {"polluted": true}, "constructor": "x"},
            "outputs": {"output": MARKDOWN},
            "error": format!("{SCRIPT}\n{TURNED}"),
            "tags": [SCRIPT, TURNED],
            "events": [
                {"name": SCRIPT, "time": trace.time(300), "kwargs": {"token": SCRIPT}},
                {"name": "new_token", "time": trace.time(400), "kwargs": {"token": TURNED}},
            ],
            "extra": metadata(),
        }),
    ));
    // a type that the page does not know; as a name of a class it would be two
    trace.run(Step::new(SCRIPT, SCRIPT, Some(root), 10, 90, json!({"extra": metadata()})));
    let line = "<b>x</b> ".repeat(LINE / 9);
    trace.run(Step::new(
        "a line of a megabyte",
        "llm",
        Some(root),
        100,
        400,
        json!({
            "inputs": {"messages": [{"role": "user", "content": line}]},
            "outputs": {"messages": [{"role": "assistant", "content": "x".repeat(LINE)}]},
        }),
    ));
    let many: Map<String, Value> = (0..KEYS).map(|number| (format!("key {number}"), json!(number))).collect();
    let fields = json!({"inputs": {"name": "no\u{0}thing"}, "outputs": many});
    trace.run(Step::new("100 000 attributes", "tool", Some(root), 410, 500, fields));
    let fields =
        json!({"inputs": deep(200), "outputs": {"numbers": [1e308, -0.0, 9_007_199_254_740_993_i64]}});
    trace.run(Step::new("n".repeat(5_000), "parser", Some(root), 510, 600, fields));
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>window.__pwned=1</script></svg>";
    trace.file(root, "drawing.svg", "image/svg+xml", svg.into());
    trace.file(root, "page.html", "text/html", b"<script>top.__pwned=1</script>".to_vec());
    // no picture, whatever it says
    trace.file(root, "picture.png", "image/png", b"<script>window.__pwned=1</script>".to_vec());
    trace.feedback(root, SCRIPT, 0.0, Some(SCRIPT));
    trace
}

fn messages() -> Value {
    json!([
        {"role": SCRIPT, "content": SCRIPT},
        {"role": "user", "content": MARKDOWN},
        {"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "https://evil.example/pixel.png"}},
            {"type": "image_url", "image_url": {"url": "data:image/svg+xml,<svg onload=window.__pwned=1>"}},
            {"type": "image_url", "image_url": {"url": "javascript:window.__pwned=1"}},
            {"type": SCRIPT},
            null,
        ]},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": SCRIPT, "type": "function", "function": {"name": SCRIPT, "arguments": "{not json"}},
            "no object",
        ]},
        {"role": "tool", "tool_call_id": SCRIPT, "content": TURNED},
        "no message", null, 7,
    ])
}

fn metadata() -> Value {
    json!({
        "metadata": {
            SCRIPT: SCRIPT, "turned": TURNED, "thread_id": SCRIPT, "ls_model_name": SCRIPT, "ls_provider": TURNED,
            "broken_trace_reason": "other_task", "broken_trace_site": format!("{SCRIPT} (src/{SCRIPT}.rs:1)"),
            "suspected_parent": SCRIPT,
        },
        "runtime": {"sdk": SCRIPT},
    })
}

/// An object within an object, so many times.
fn deep(levels: usize) -> Value {
    (0..levels).fold(json!("bottom"), |inner, _| json!({"in": inner}))
}
