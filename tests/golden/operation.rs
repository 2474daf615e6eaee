//! What both sides sent, as a list of operations: the start, the end or the whole of a run.

use serde_json::{Map, Value, json};

use traceable_test_server::multipart;
use traceable_test_server::server::Request;

/// The parts of an operation, in the order in which they must come; attachments follow.
const PARTS: [&str; 7] = ["main", "inputs", "outputs", "events", "extra", "error", "serialized"];

/// One operation on a run.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// `post` or `patch`.
    pub(crate) kind: String,
    /// By the name of the part; attachments are under `attachments`, by their own names.
    pub(crate) fields: Map<String, Value>,
}

struct Part {
    name: String,
    content_type: String,
    body: Value,
}

/// What a capture holds.
pub(crate) fn captured(json: &str) -> Vec<Operation> {
    let capture: Value = serde_json::from_str(json).unwrap();
    let requests = capture["requests"].as_array().unwrap().iter();
    let parts = requests.filter_map(|request| request["parts"].as_array()).flatten();
    operations(parts.map(|part| {
        let headers: Vec<(String, String)> = serde_json::from_value(part["headers"].clone()).unwrap();
        let content_type = headers.into_iter().find(|(name, _)| name == "Content-Type").unwrap().1;
        let body = part["body"].get("__latin1__").unwrap_or(&part["body"]).clone();
        Part { name: part["name"].as_str().unwrap().to_owned(), content_type, body }
    }))
}

/// What came in at the server.
pub(crate) fn received(requests: &[Request]) -> Vec<Operation> {
    let runs = requests.iter().filter(|request| request.path == "/runs/multipart");
    operations(runs.flat_map(|request| parts(request.header("content-type").unwrap(), &request.body)))
}

fn operations(parts: impl Iterator<Item = Part>) -> Vec<Operation> {
    let mut all: Vec<Operation> = Vec::new();
    for Part { name, content_type, body } in parts {
        let mut words = name.splitn(3, '.');
        let (kind, id, field) = (words.next().unwrap(), words.next().unwrap(), words.next());
        let Some(field) = field else {
            assert_eq!(content_type, "application/json");
            let fields = Map::from_iter([("main".to_owned(), body)]);
            all.push(Operation { id: id.to_owned(), kind: kind.to_owned(), fields });
            continue;
        };
        // the parts of an operation follow its main part
        let last = all.last_mut().filter(|last| last.id == id).unwrap_or_else(|| panic!("{name} is alone"));
        if kind == "attachment" {
            let files = last.fields.entry("attachments").or_insert_with(|| json!({}));
            files[field] = json!({"type": content_type, "content": body});
            continue;
        }
        assert_eq!((kind, content_type.as_str()), (last.kind.as_str(), "application/json"), "{name}");
        let place =
            PARTS.iter().position(|part| *part == field).unwrap_or_else(|| panic!("unknown part {name}"));
        for later in PARTS[place..].iter().chain(&["attachments"]) {
            assert!(!last.fields.contains_key(*later), "{name} comes after .{later}");
        }
        last.fields.insert(field.to_owned(), body);
    }
    all
}

/// The parts of a body; bytes of attachments as characters, as captures have them.
fn parts(content_type: &str, body: &[u8]) -> Vec<Part> {
    let parts = multipart::parts(content_type, body).into_iter().map(|part| {
        let body = match part.name.starts_with("attachment.") {
            true => part.body.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
            false => part.json(),
        };
        Part { name: part.name, content_type: part.content_type, body }
    });
    parts.collect()
}
