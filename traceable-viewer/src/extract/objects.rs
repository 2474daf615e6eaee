//! Facts of inputs and outputs.

use crate::extract::{
    members::{for_each_member, member, scalar},
    usage::{of_generations, of_message, of_messages, usage},
    words::WordList,
};
use crate::model::facts::{Attribute, ObjectFacts, OutputFacts};

/// Longer values are no attributes: nobody looks for a run by the whole of a long text.
const MAX_VALUE: usize = 256;

/// An object with more members is a table, not a set of arguments: the others are looked for in its text.
pub(crate) const MAX_ATTRIBUTES: usize = 100;

/// How long a preview is, in bytes: a line of a list. Each run has two of them on disk.
const MAX_PREVIEW: usize = 80;

/// Attributes while they are collected.
#[derive(Default)]
pub(crate) struct Attributes(Vec<Attribute>);

impl Attributes {
    /// Adds a member if its value is a short text, a number or a truth value, and if there is room.
    pub(crate) fn add(&mut self, key: &str, json: &str) {
        if self.0.len() < MAX_ATTRIBUTES {
            self.add_always(key, json);
        }
    }

    /// Adds a member though there are many: one that runs are found by in any case.
    pub(crate) fn add_always(&mut self, key: &str, json: &str) {
        // escapes make a text longer, six bytes for one at most
        if key.len() <= MAX_VALUE
            && json.len() <= 6 * MAX_VALUE + 2
            && let Some(value) = scalar(json)
            && value.len() <= MAX_VALUE
        {
            self.0.push((key.to_owned(), value));
        }
    }

    pub(crate) fn finish(self) -> Vec<Attribute> {
        self.0
    }
}

/// All attributes of an object, however many, as a JSON object of texts.
pub(crate) fn all_attributes(json: &str) -> serde_json::Value {
    let mut attributes = Attributes::default();
    for_each_member(json, |key, value| attributes.add_always(key, value.get()));
    attributes.finish().into_iter().map(|(key, value)| (key, serde_json::Value::from(value))).collect()
}

/// Facts of inputs, a JSON object.
pub(crate) fn inputs(json: &str) -> ObjectFacts {
    object(json, |_, _| {})
}

/// Facts of outputs, a JSON object.
pub(crate) fn outputs(json: &str) -> OutputFacts {
    let mut facts = OutputFacts::default();
    // by rank
    let mut usages = [None; 4];
    let mut models = [None, None];
    let object = object(json, |key, value| match key {
        "usage_metadata" => facts.usage = usage(value),
        "llm_output" => {
            usages[0] = ["token_usage", "usage"].iter().find_map(|key| member(value, key).and_then(usage));
            models[0] = ["model_name", "model"].iter().find_map(|key| member(value, key).and_then(scalar));
        }
        "generations" => usages[1] = of_generations(value),
        "messages" => usages[2] = of_messages(value),
        "message" | "output" if value.starts_with('{') => usages[2] = of_message(value),
        "kwargs" => usages[2] = member(value, "usage_metadata").and_then(usage),
        "usage" => usages[3] = usage(value),
        "model" => models[1] = scalar(value),
        _ => {}
    });
    facts.object = object;
    facts.model_usage = usages.into_iter().flatten().next();
    facts.model = models.into_iter().flatten().find(|model| !model.is_empty());
    facts
}

fn object<'a>(json: &'a str, mut each: impl FnMut(&str, &'a str)) -> ObjectFacts {
    let (mut attributes, mut words) = (Attributes::default(), WordList::default());
    let (mut members, mut only) = (0, None);
    for_each_member(json, |key, value| {
        let value = value.get();
        attributes.add(key, value);
        words.add_json(value);
        (members, only) = (members + 1, Some(value));
        each(key, value);
    });
    let preview = match only {
        // a text alone is easier to read without its key and quotes
        Some(value) if members == 1 && value.starts_with('"') => scalar_start(value),
        _ => None,
    };
    ObjectFacts {
        preview: preview.unwrap_or_else(|| one_line(json)),
        attributes: attributes.finish(),
        words: words.finish(),
    }
}

fn scalar_start(json: &str) -> Option<String> {
    serde_json::from_str::<String>(json).ok().map(|text| one_line(&text))
}

/// The begin of a text, on one line.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(MAX_PREVIEW);
    for sign in text.chars() {
        let sign = if sign.is_whitespace() || sign.is_control() { ' ' } else { sign };
        if sign == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if line.len() + sign.len_utf8() > MAX_PREVIEW - '\u{2026}'.len_utf8() {
            line.push('\u{2026}');
            return line;
        }
        line.push(sign);
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews() {
        assert_eq!(inputs(r#"{"question":"Where \n  is it?"}"#).preview, "Where is it?");
        assert_eq!(inputs("{\"a\": 1,\n \"b\":[]}").preview, r#"{"a": 1, "b":[]}"#);
        let long = inputs(&format!(r#"{{"text":"{}"}}"#, "\u{e4}".repeat(500))).preview;
        assert!(long.len() <= MAX_PREVIEW && long.ends_with("\u{e4}\u{2026}"), "{long}");
    }

    #[test]
    fn attributes_are_short_scalars_of_the_top_level() {
        let long = "x".repeat(257);
        let json = format!(r#"{{"a":"\u0041","n":1.50,"t":true,"z":null,"o":{{"in":1}},"l":"{long}"}}"#);
        let pairs = inputs(&json).attributes;
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(pairs, [("a", "A"), ("n", "1.5"), ("t", "true")]);
        let many = (0..200).map(|n| format!("\"k{n}\":{n}")).collect::<Vec<_>>().join(",");
        assert_eq!(inputs(&format!("{{{many}}}")).attributes.len(), MAX_ATTRIBUTES);
    }

    #[test]
    fn usage_in_every_place() {
        let usage = r#"{"input_tokens":1,"output_tokens":2}"#;
        let direct = outputs(&format!(r#"{{"usage_metadata":{usage}}}"#));
        assert_eq!(direct.usage.unwrap().total_tokens, 3);
        for json in [
            format!(r#"{{"llm_output":{{"token_usage":{usage},"model_name":"m"}}}}"#),
            format!(
                r#"{{"generations":[[{{"message":{{"kwargs":{{"usage_metadata":{usage}}}}}}}]],"model":"m"}}"#
            ),
            format!(r#"{{"messages":[{{"usage_metadata":{usage}}}],"model":"m"}}"#),
            format!(r#"{{"output":{{"usage_metadata":{usage}}},"model":"m"}}"#),
            format!(r#"{{"usage":{usage},"model":"m"}}"#),
        ] {
            let facts = outputs(&json);
            assert_eq!(facts.usage, None, "{json}");
            assert_eq!(facts.model_usage.map(|usage| usage.total_tokens), Some(3), "{json}");
            assert_eq!(facts.model.as_deref(), Some("m"), "{json}");
        }
    }

    #[test]
    fn what_is_no_object_has_no_facts() {
        for json in ["[1]", "nonsense", ""] {
            assert_eq!(outputs(json).object.attributes, [], "{json}");
        }
    }
}
