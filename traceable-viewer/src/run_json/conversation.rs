//! The messages of a run, and those of a conversation, in the forms that chat models and LangChain give them.

use serde_json::{Value, json};

use crate::model::stored_run::StoredRun;

/// The messages of a run's inputs and outputs, in order, each once.
pub(crate) fn messages(run: &StoredRun) -> Vec<Value> {
    let mut all = Vec::new();
    append(&mut all, read(run.inputs.as_deref(), "user"));
    append(&mut all, read(run.outputs.as_deref(), "assistant"));
    all
}

/// The messages of the traces of a thread.
#[derive(Debug)]
pub(crate) struct Conversation {
    messages: Vec<Value>,
    bytes: usize,
    max_bytes: usize,
}

impl Conversation {
    /// An empty one, which takes no more after so many bytes of JSON.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Conversation { messages: Vec::new(), bytes: 0, max_bytes }
    }

    /// Adds what the root of the next trace brings. It may repeat what was said before.
    pub(crate) fn add(&mut self, root: &StoredRun) {
        let before = self.messages.len();
        append(&mut self.messages, messages(root));
        let new = self.messages.get(before..).unwrap_or_default();
        self.bytes += new.iter().map(|message| message.to_string().len()).sum::<usize>();
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= self.max_bytes
    }

    /// All messages as JSON, with an empty line between two.
    pub(crate) fn text(&self) -> String {
        self.messages.iter().map(Value::to_string).collect::<Vec<_>>().join("\n\n")
    }
}

/// Adds messages of which the first may be the last that are there: chat models are sent all that was said so far.
fn append(all: &mut Vec<Value>, more: Vec<Value>) {
    let repeated = overlap(all, &more);
    all.extend(more.into_iter().skip(repeated));
}

/// How many messages at the end of a list are those at the beginning of another, at most. The algorithm of Knuth, Morris
/// and Pratt: conversations have thousands of messages, and to try each length would take the square of them.
fn overlap(all: &[Value], more: &[Value]) -> usize {
    let same = |a: &Value, b: &Value| a["role"] == b["role"] && a["content"] == b["content"];
    // for each beginning of `more`: how many messages at its end are those at the beginning of `more` again
    let mut again = vec![0; more.len()];
    let mut matched = 0;
    for (at, message) in more.iter().enumerate().skip(1) {
        while matched > 0 && !same(&more[matched], message) {
            matched = again[matched - 1];
        }
        matched += usize::from(same(&more[matched], message));
        again[at] = matched;
    }
    let mut matched = 0;
    // no more than `more` has, so that all of it can only match at the end
    for message in &all[all.len() - all.len().min(more.len())..] {
        while matched > 0 && !same(&more[matched], message) {
            matched = again[matched - 1];
        }
        matched += usize::from(same(&more[matched], message));
    }
    matched
}

/// Messages in the inputs or outputs of a run: a list of them, the choices of a chat model, or the only text that is
/// there.
fn read(json: Option<&str>, role: &str) -> Vec<Value> {
    let Some(Ok(Value::Object(object))) = json.map(serde_json::from_str) else { return Vec::new() };
    if let Some(Value::Array(list)) = object.get("messages") {
        // LangChain puts the messages of each prompt of a batch into a list of their own
        let flat =
            list.iter().flat_map(|entry| entry.as_array().map_or(std::slice::from_ref(entry), Vec::as_slice));
        return flat.filter_map(message).collect();
    }
    if let Some(Value::Array(choices)) = object.get("choices") {
        return choices.iter().filter_map(|choice| message(choice.get("message")?)).collect();
    }
    let mut texts = object.values().filter_map(Value::as_str);
    match (texts.next(), texts.next()) {
        (Some(text), None) => vec![json!({ "role": role, "content": text })],
        _ => Vec::new(),
    }
}

/// A message with its role; of LangChain's the type, or the name of its class, tells it.
fn message(value: &Value) -> Option<Value> {
    let object = value.as_object()?;
    if object.contains_key("role") {
        return Some(value.clone());
    }
    let (fields, kind) = match (object.get("kwargs"), object.get("id")) {
        (Some(Value::Object(fields)), Some(Value::Array(path))) => (fields, path.last()?.as_str()?),
        _ => (object, object.get("type")?.as_str()?),
    };
    let role = match kind {
        "human" | "HumanMessage" | "HumanMessageChunk" => "user",
        "ai" | "AIMessage" | "AIMessageChunk" => "assistant",
        "system" | "SystemMessage" => "system",
        "tool" | "ToolMessage" => "tool",
        other => other,
    };
    let mut message = json!({ "role": role, "content": fields.get("content")? });
    for key in ["tool_calls", "tool_call_id", "name"] {
        if let Some(more) = fields.get(key).filter(|more| !more.is_null()) {
            message[key] = more.clone();
        }
    }
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(by: &str, text: &str) -> Value {
        json!({ "role": by, "content": text })
    }

    #[test]
    fn forms_of_messages() {
        for (inputs, wanted) in [
            (json!({ "messages": [said("user", "hi")] }), vec![said("user", "hi")]),
            (json!({ "messages": [[{ "type": "human", "content": "hi" }]] }), vec![said("user", "hi")]),
            (
                json!({ "messages": [{ "lc": 1, "type": "constructor", "id": ["langchain", "AIMessage"],
                        "kwargs": { "content": "hello" } }] }),
                vec![said("assistant", "hello")],
            ),
            (
                json!({ "choices": [{ "message": said("assistant", "hello") }] }),
                vec![said("assistant", "hello")],
            ),
            (json!({ "q": "hi", "n": 1 }), vec![said("user", "hi")]),
            (json!({ "a": "two", "b": "texts" }), vec![]),
            (json!({ "messages": [1, null, { "content": "nobody" }] }), vec![]),
        ] {
            assert_eq!(read(Some(&inputs.to_string()), "user"), wanted, "{inputs}");
        }
        assert!(
            read(Some("[1]"), "user").is_empty()
                && read(Some("{"), "user").is_empty()
                && read(None, "user").is_empty()
        );
    }

    #[test]
    fn what_is_repeated_is_there_once() {
        let (one, two, three) = (said("user", "1"), said("assistant", "2"), said("user", "3"));
        let mut all = vec![one.clone(), two.clone()];
        append(&mut all, vec![one.clone(), two.clone(), three.clone()]);
        assert_eq!(all, [one.clone(), two.clone(), three.clone()]);
        append(&mut all, vec![three.clone(), two.clone()]);
        assert_eq!(all, [one.clone(), two.clone(), three.clone(), two.clone()]);
        append(&mut all, vec![one.clone()]);
        assert_eq!(all.len(), 5);
    }

    proptest::proptest! {
        #[test]
        fn overlap_is_the_longest(all in "[ab]{0,12}", more in "[ab]{0,12}") {
            let messages = |text: &str| text.chars().map(|one| said("user", &one.to_string())).collect::<Vec<_>>();
            let longest = (0..=more.len()).rev().find(|count| all.ends_with(&more[..*count])).unwrap();
            proptest::prop_assert_eq!(overlap(&messages(&all), &messages(&more)), longest);
        }
    }

    /// With the square of them this would take minutes.
    #[test]
    fn many_equal_messages() {
        let many = vec![said("user", "again"); 100_000];
        let mut last = many.clone();
        last.push(said("user", "new"));
        assert_eq!(overlap(&many, &last), many.len());
        assert_eq!(overlap(&last, &many), 0);
    }
}
