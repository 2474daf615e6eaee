//! The options of the attribute.

use std::future::Future;

use serde_json::{json, Map, Value};
use traceable::{assert_tree, traceable, Attachment, RunTree};

use crate::support::{only, record, record_async};

const TAG: &str = "constant";

#[traceable(
    run_type = "llm",
    name = "ChatModel",
    tags = ["demo", TAG],
    metadata(model = "tiny", "a.b" = x + 1),
    project = "elsewhere"
)]
fn described(x: u8) -> u8 {
    x
}

#[traceable(custom_run_type = "guardrail")]
fn custom() {}

#[traceable(root)]
fn rooted() {}

#[traceable(enabled = x > 0)]
fn sometimes(x: u8) -> u8 {
    described(x)
}

#[traceable(parent = parent, skip(parent))]
fn placed(parent: Option<&RunTree>, x: u8) -> u8 {
    x
}

#[traceable]
fn outer() {
    custom();
}

fn mask(inputs: &mut Map<String, Value>) {
    inputs.insert("key".to_owned(), json!("***"));
}

#[allow(clippy::ptr_arg, reason = "a hook is given what the function returns")]
fn length(text: &String) -> usize {
    text.len()
}

#[traceable(process_inputs = mask, process_outputs = length)]
fn hooked(key: &str) -> String {
    key.to_owned()
}

#[traceable(process_outputs = |items| items.len(), handled = |error| error.is_empty())]
async fn closures(fails: Option<&str>) -> Result<Vec<u8>, String> {
    fails.map_or(Ok(vec![1, 2]), |error| Err(error.to_owned()))
}

type Refusal = (u16, &'static str);

fn refusal((status, text): &Refusal) -> String {
    format!("{status}: {text}")
}

/// An error that has no text of its own, and cannot be given one.
#[traceable(process_error = refusal)]
async fn refuses(status: u16) -> Result<u8, Refusal> {
    if status == 200 {
        Ok(1)
    } else {
        Err((status, "no"))
    }
}

#[traceable(process_error = |()| "nothing found", handled = |()| false)]
fn finds(fine: bool) -> Option<Result<impl Iterator<Item = u8>, ()>> {
    Some(if fine { Ok(0..2) } else { Err(()) })
}

#[traceable(process_error = |error| error.0)]
fn items() -> impl Iterator<Item = Result<u8, Refusal>> {
    [Ok(1), Err((404, "gone"))].into_iter()
}

#[traceable(skip_output)]
fn silent() -> std::time::Instant {
    std::time::Instant::now()
}

#[traceable]
fn with_file(#[attachment] file: Attachment, name: &str) -> usize {
    let _ = &file;
    name.len()
}

#[traceable(crate = ::traceable)]
fn named_crate() {}

#[traceable(on_cancel = "ok")]
async fn pending() {
    std::future::pending::<()>().await;
}

#[test]
fn what_the_run_is() {
    let (_, recorder) = record(|| described(1));
    let run = recorder.run("ChatModel");
    assert_eq!(run.run_type, traceable::RunType::Llm);
    assert_eq!(run.tags, ["demo", "constant"]);
    assert_eq!(run.metadata["model"], "tiny");
    assert_eq!(run.metadata["a.b"], 2);
    assert_eq!(run.project.as_deref(), Some("elsewhere"));
    assert_eq!(record(custom).1.run("custom").run_type.to_string(), "guardrail");
    assert_eq!(record(named_crate).1.runs().len(), 1);
}

#[test]
fn where_it_hangs() {
    assert_tree!(record(outer).1.forest(), "outer > custom");
    assert_tree!(record(rooted).1.forest(), "rooted");
    assert_tree!(record(|| sometimes(0)).1.forest(), "ChatModel");
    assert_tree!(record(|| sometimes(1)).1.forest(), "sometimes > ChatModel");
    assert_eq!(only(&record(|| placed(None, 1)).1), r#"{"x":1} -> {"output":1}"#);
}

#[test]
fn hooks() {
    assert_eq!(only(&record(|| hooked("secret")).1), r#"{"key":"***"} -> {"output":6}"#);
    assert_eq!(only(&record_async(|| closures(None)).1), r#"{"fails":null} -> {"output":2}"#);
    assert_eq!(only(&record_async(|| closures(Some("x"))).1), r#"{"fails":"x"} -> error: x"#);
    assert!(record_async(|| closures(Some(""))).1.run("closures").error.is_none());
}

#[test]
fn errors_without_a_text() {
    assert_eq!(only(&record_async(|| refuses(200)).1), r#"{"status":200} -> {"output":1}"#);
    assert_eq!(only(&record_async(|| refuses(404)).1), r#"{"status":404} -> error: 404: no"#);
    let (found, recorder) = record(|| finds(true).map(|found| found.map(Iterator::count)));
    assert_eq!(found, Some(Ok(2)));
    assert_eq!(only(&recorder), r#"{"fine":true} -> {"output":[0,1]}"#);
    let (_, recorder) = record(|| finds(false).map(|found| found.map(Iterator::count)));
    assert_eq!(recorder.run("finds").error.as_deref(), Some("nothing found"));
    let (_, recorder) = record(|| items().count());
    assert_eq!(recorder.run("items").error.as_deref(), Some("404"));
}

#[test]
fn what_is_left_out() {
    let (_, recorder) = record(silent);
    assert!(!recorder.run("silent").outputs.to_string().contains("Instant"));
}

#[test]
fn files() {
    let (_, recorder) = record(|| with_file(Attachment::new("text/plain", b"abc".to_vec()), "a"));
    let run = recorder.run("with_file");
    assert_eq!(run.inputs, json!({"name": "a"}));
    assert_eq!(run.attachments.len(), 1);
    assert_eq!(run.attachments[0].0, "file");
}

#[test]
fn cancelled_without_error() {
    let (_, recorder) = record(|| {
        let mut future = std::pin::pin!(pending());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
    });
    assert_eq!(recorder.run("pending").error, None);
}

struct Request {
    model: String,
    temperature: Option<f64>,
    stop: Option<Vec<String>>,
}

#[traceable(
    run_type = "llm",
    skip_all,
    model(provider = "openai", name = request.model, type = "chat", temperature = request.temperature, stop = request.stop)
)]
async fn chat(request: Request) -> u32 {
    request.model.len() as u32
}

#[test]
fn a_model_is_metadata_without_what_is_not_set() {
    let request = Request { model: "tiny".to_owned(), temperature: None, stop: Some(vec!["END".to_owned()]) };
    let (_, recorder) = record_async(|| chat(request));
    let metadata = recorder.run("chat").metadata;
    assert_eq!(metadata["ls_provider"], "openai");
    assert_eq!(metadata["ls_model_name"], "tiny");
    assert_eq!(metadata["ls_model_type"], "chat");
    assert_eq!(metadata["ls_stop"], json!(["END"]));
    assert_eq!(metadata.get("ls_temperature"), None);
}
