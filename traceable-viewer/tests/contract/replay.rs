//! Replays what clients sent, in order and from an empty store, and compares the answers with those that they accepted.
//!
//! `data/` has one file for each client. Ids are the clients' own; those of projects are made by the server, so they are
//! exchanged for ours. Cursors and the tokens of shared runs are made by the server: they are compared in kind.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::common::{Server, server};

/// The ids of projects in the files.
const PROJECTS: [(&str, &str); 2] = [
    ("966aaed4-cfe6-5120-89f0-64d6c459770b", "demo"),
    ("655ba7cf-bdfe-5ee0-9a8b-183f4960633a", "ag (LOCAL)"),
];

/// The address in the files.
const HOST: &str = "127.0.0.1:1984";

/// A place in an answer where a file says something that does not follow from the calls before.
struct Correction {
    command: &'static str,
    at: &'static str,
    theirs: Value,
    ours: Value,
}

/// The files' totals of threads and traces, their costs and their previews are examples that clients accepted. They give
/// each trace the tokens of the one model call, the thread of that call none, and costs to a model without a price.
/// Feedback that was sent for the root of the thread is missing. Previews are JSON there; here the only value of an object
/// is shown alone if it is a text.
fn thread_example(at: &'static str, theirs: Value, ours: Value) -> Correction {
    Correction { command: "v2 threads.query", at, theirs, ours }
}

fn python_examples() -> Vec<Correction> {
    let one = |command, at, theirs, ours| Correction { command, at, theirs, ours };
    let feedback = json!({ "score": { "n": 1, "avg": 1.0, "values": {} } });
    vec![
        thread_example("/body/items/0/first_inputs", json!(r#"{"q": "hi"}"#), json!("hi")),
        thread_example("/body/items/0/feedback_stats", json!({}), feedback),
        thread_example("/body/items/0/total_tokens", json!(0), json!(7)),
        one("v2 threads.stats", "/body/total_tokens", json!(0), json!(7)),
        one("v2 traces.query", "/body/items/0/trace_aggregates/total_tokens", json!(7), json!(0)),
        one("v2 traces.query", "/body/items/1/trace_aggregates/total_tokens", json!(7), json!(0)),
        one("v2 runs.query, two pages", "/body/items/1/total_cost", json!(0.0003), Value::Null),
    ]
}

#[test]
fn python_0_15() {
    replay(include_str!("data/python-0.15.0.json"), 78, python_examples());
}

#[test]
fn python_0_11() {
    replay(include_str!("data/python-0.11.1.json"), 63, python_examples());
}

#[test]
fn python_0_4() {
    replay(include_str!("data/python-0.4.60.json"), 48, Vec::new());
}

#[test]
fn python_by_both_protocols() {
    replay(include_str!("data/python-0.15.0-otel-hybrid.json"), 3, Vec::new());
}

#[test]
fn javascript() {
    let feedback = json!({ "k": { "n": 1, "avg": 1.0, "values": {} } });
    let corrections = vec![
        thread_example("/body/items/0/first_inputs", json!(r#"{"input": "hi"}"#), json!("hi")),
        thread_example("/body/items/0/last_outputs", json!(r#"{"outputs": "done"}"#), json!("done")),
        thread_example("/body/items/0/feedback_stats", json!({}), feedback),
    ];
    replay(include_str!("data/js-0.12.0.json"), 34, corrections);
}

#[test]
fn command_line() {
    replay(include_str!("data/langsmith-cli.json"), 38, Vec::new());
}

#[test]
fn fetch() {
    replay(include_str!("data/langsmith-fetch-0.3.1.json"), 15, Vec::new());
}

#[test]
fn mcp_server() {
    // asks for model calls below roots with a tag, and the file has no root with tags
    let command = r#"mcp fetch_runs {"project_name": "demo", "limit": 20, "run_type": "llm", "error": "false", "trace_filter": "has(tags, \"a\")", "order_by": "-start_time"}"#;
    let answer = |names: &[&str]| json!({ "rows": names.len(), "names": names, "has_next": false });
    let corrections = vec![Correction { command, at: "/check", theirs: answer(&["llm"]), ours: answer(&[]) }];
    replay(include_str!("data/langsmith-mcp-server-0.1.1.json"), 23, corrections);
}

/// Replays a file, which has so many calls, and tells all differences at once. Each correction has to find its place.
fn replay(file: &str, calls: usize, corrections: Vec<Correction>) {
    let file: Value = serde_json::from_str(file).unwrap();
    let shapes: Value = serde_json::from_str(include_str!("data/shapes.json")).unwrap();
    let mut replay = Replay { server: server(), file: &file, shapes, cursor: None, share_token: None };
    let (mut seen, mut corrected, mut wrong) = (0, vec![false; corrections.len()], Vec::new());
    for command in array(&file["commands"]) {
        for call in array(&command["calls"]) {
            seen += 1;
            let mut call = call.clone();
            for (correction, corrected) in corrections.iter().zip(&mut corrected) {
                if correction.command == command["command"]
                    && let Some(place) = call["response"].pointer_mut(correction.at)
                    && *place == correction.theirs
                {
                    *place = correction.ours.clone();
                    *corrected = true;
                }
            }
            if let Err(difference) = replay.call(&call) {
                let (method, path) = (text(&call["method"]), text(&call["path"]));
                wrong.push(format!("{}: {method} {path} {}: {difference}", command["command"], call["body"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {seen} calls differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(seen, calls);
    let idle: Vec<_> = corrections.iter().zip(corrected).filter(|(_, found)| !found).collect();
    let idle: Vec<_> = idle.iter().map(|(correction, _)| (correction.command, correction.at)).collect();
    assert!(idle.is_empty(), "corrections of nothing: {idle:?}");
}

struct Replay<'a> {
    server: Server,
    file: &'a Value,
    shapes: Value,
    cursor: Option<String>,
    share_token: Option<String>,
}

impl Replay<'_> {
    fn call(&mut self, call: &Value) -> Result<(), String> {
        let expected = &call["response"];
        let mut headers = vec![("Host", HOST)];
        let sent = call["headers"].as_object();
        let header = |name: &str| sent.and_then(|sent| sent.get(name)).and_then(Value::as_str);
        if let Some(accept) = header("accept") {
            headers.push(("Accept", accept));
        }
        // bodies are shown decoded, so they are sent as they are
        let body = if call["parts"].is_array() {
            headers.push(("Content-Type", "multipart/form-data; boundary=BOUNDARY"));
            self.parts(array(&call["parts"]))
        } else if let Some(base64) = call["body_base64"].as_str() {
            headers.extend(header("content-type").map(|media| ("Content-Type", media)));
            STANDARD.decode(base64).unwrap()
        } else if call["body"].is_null() {
            Vec::new()
        } else {
            headers.push(("Content-Type", header("content-type").unwrap_or("application/json")));
            self.ours(&call["body"]).to_string().into_bytes()
        };
        let path = self.path(call);
        let (status, _, bytes) = self.server.raw_bytes(text(&call["method"]), &path, &headers, &body);
        let got = String::from_utf8_lossy(&bytes).into_owned();
        if Some(u64::from(status)) != expected["status"].as_u64() {
            return Err(format!("status {status} and not {}: {got}", expected["status"]));
        }
        if expected["body"].as_str().is_some_and(|body| body.starts_with('<')) {
            let same = expected["body"] == format!("<{} bytes>", bytes.len());
            return if same {
                Ok(())
            } else {
                Err(format!("{} and not {} bytes", expected["body"], bytes.len()))
            };
        }
        let json = serde_json::from_str(&got).unwrap_or(Value::String(got));
        let json = events(&json).unwrap_or(json);
        // an answer of events has the page in the first operation of its data
        let page = json.pointer("/0/data/0/value").unwrap_or(&json).clone();
        self.remember(&page);
        if status == 404 {
            return if json["detail"].is_string() { Ok(()) } else { Err(format!("no detail: {json}")) };
        }
        if let Some(body) = expected.get("body") {
            let body = self.ours(body);
            same(&json, &events(&body).unwrap_or(body), "")?;
        }
        let shape = text(&expected["shape"]);
        let example = &self.shapes[shape]["example"];
        match shape {
            "sessions_v1" => {
                let stats = call["query"]["include_stats"]
                    .as_str()
                    .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
                let example = if stats { &example[0] } else { &self.shapes["session_v1"]["example"] };
                for project in array(&json) {
                    has_keys(project, example)?;
                }
            }
            "runs_page_v1" => {
                has_keys(&json, &json!({ "runs": [], "cursors": { "next": null, "prev": null } }))?;
                for run in array(&json["runs"]) {
                    has_keys(run, &self.shapes["run_v1"]["example"])?;
                }
            }
            "feedback_list_v1" => {
                for feedback in array(&json) {
                    has_keys(feedback, &example[1])?;
                }
            }
            "run_v1" | "session_v1" | "feedback_v1" | "share_v1" | "settings" | "info" => {
                has_keys(&json, example)?
            }
            _ => {}
        }
        check(&page, &expected["check"])
    }

    fn path(&self, call: &Value) -> String {
        let mut path = self.ours(&call["path"]).as_str().unwrap().to_owned();
        if let Some(token) = &self.share_token {
            path = path.replace("@share_token", token);
        }
        let mut separator = '?';
        for (key, value) in call["query"].as_object().into_iter().flatten() {
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            for value in values {
                let value = self.ours(&value).as_str().unwrap().to_owned();
                let bytes = value.bytes().map(|byte| match byte.is_ascii_alphanumeric() {
                    true => char::from(byte).to_string(),
                    false => format!("%{byte:02X}"),
                });
                path += &format!("{separator}{key}={}", bytes.collect::<String>());
                separator = '&';
            }
        }
        path
    }

    /// A value with our ids, and with what its names stand for.
    fn ours(&self, value: &Value) -> Value {
        match value {
            Value::String(name) if name == "@next_cursor" => Value::from(self.cursor.clone()),
            Value::String(name) if self.file["lists"].get(name).is_some() => self.file["lists"][name].clone(),
            Value::String(text) => {
                let mut text = text.clone();
                for (theirs, project) in PROJECTS {
                    if text.contains(theirs) {
                        text = text.replace(theirs, &self.project(project).unwrap_or(theirs.to_owned()));
                    }
                }
                Value::String(text)
            }
            Value::Array(values) => values.iter().map(|value| self.ours(value)).collect(),
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), self.ours(value))).collect(),
            other => other.clone(),
        }
    }

    /// The id of one of our projects.
    fn project(&self, name: &str) -> Option<String> {
        let projects = self.server.send("GET", "/sessions?limit=1000", &[], b"").json();
        let found = array(&projects).iter().find(|project| project["name"] == name)?.clone();
        found["id"].as_str().map(str::to_owned)
    }

    fn parts(&self, parts: &[Value]) -> Vec<u8> {
        let mut body = Vec::new();
        for part in parts {
            let bytes = match part["body_base64"].as_str() {
                Some(base64) => STANDARD.decode(base64).unwrap(),
                None => self.ours(&part["body"]).to_string().into_bytes(),
            };
            let media = text(&part["content_type"]).replace("length=N", &format!("length={}", bytes.len()));
            let name = text(&part["name"]);
            let mut head = format!(
                "--BOUNDARY\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {media}\r\n"
            );
            if part["content_length_header"] == true {
                head += &format!("Content-Length: {}\r\n", bytes.len());
            }
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n");
            body.extend_from_slice(&bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--BOUNDARY--\r\n");
        body
    }

    /// What later calls name.
    fn remember(&mut self, json: &Value) {
        for cursor in [&json["cursors"]["next"], &json["next_cursor"]] {
            if let Some(cursor) = cursor.as_str() {
                self.cursor = Some(cursor.to_owned());
            }
        }
        if let Some(token) = json["share_token"].as_str() {
            self.share_token = Some(token.to_owned());
        }
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The events of an answer, each with its name and its data, which are operations of JSON Patch or nothing.
fn events(json: &Value) -> Option<Value> {
    let text = json.as_str().filter(|text| text.starts_with("event: "))?;
    let event = |lines: &str| {
        let field = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let data = field("data: ").map(|data| serde_json::from_str(&data).unwrap_or(Value::String(data)));
        json!({ "event": field("event: "), "data": data })
    };
    Some(text.split("\n\n").filter(|lines| !lines.is_empty()).map(event).collect())
}

/// Whether an answer is the expected one, but for cursors and tokens, which the server chooses. Texts that are JSON, or a
/// conversation of messages in JSON, are the same with other spaces and another order of keys.
fn same(got: &Value, expected: &Value, at: &str) -> Result<(), String> {
    match (got, expected) {
        (Value::String(_), Value::String(_)) if matches!(at, "next_cursor" | "share_token") => Ok(()),
        (Value::String(one), Value::String(other)) => match (objects(one), objects(other)) {
            (Some(one), Some(other)) if one == other => Ok(()),
            _ if one == other => Ok(()),
            _ => Err(format!("at `{at}` {got} and not {expected}")),
        },
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).try_for_each(|(got, expected)| same(got, expected, at))
        }
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            one.iter().zip(other.values()).try_for_each(|((key, got), expected)| same(got, expected, key))
        }
        (got, expected) if got == expected => Ok(()),
        (got, expected) => Err(format!("at `{at}` {got} and not {expected}")),
    }
}

/// The objects of JSON in a text, with empty lines between them.
fn objects(text: &str) -> Option<Vec<Value>> {
    let object = |text| serde_json::from_str(text).ok().filter(Value::is_object);
    text.split("\n\n").map(object).collect()
}

/// Whether an answer has the keys of an example, with values of the same kind or null.
fn has_keys(got: &Value, example: &Value) -> Result<(), String> {
    for (key, wanted) in example.as_object().into_iter().flatten() {
        // these may be left out
        if matches!(key.as_str(), "messages" | "extend_trace_retention") {
            continue;
        }
        let Some(value) = got.get(key) else { return Err(format!("no `{key}` in {got}")) };
        let kind = |value: &Value| std::mem::discriminant(value);
        if !value.is_null() && !wanted.is_null() && kind(value) != kind(wanted) {
            return Err(format!("`{key}` is {value}, and was {wanted}"));
        }
    }
    Ok(())
}

/// Whether an answer has what a call's `check` says.
fn check(got: &Value, check: &Value) -> Result<(), String> {
    let rows = if got.is_array() {
        got
    } else if got["runs"].is_array() {
        &got["runs"]
    } else {
        &got["items"]
    };
    let column = |key: &str| -> Value { array(rows).iter().map(|row| row[key].clone()).collect() };
    for (key, expected) in check.as_object().into_iter().flatten() {
        let found = match key.as_str() {
            "rows" => Value::from(array(rows).len()),
            "names" => column("name"),
            "keys" => column("key"),
            "has_next" => Value::from(got["cursors"]["next"].is_string() || got["next_cursor"].is_string()),
            key => got[key].clone(),
        };
        if found != *expected {
            return Err(format!("{key} is {found} and not {expected}"));
        }
    }
    Ok(())
}
