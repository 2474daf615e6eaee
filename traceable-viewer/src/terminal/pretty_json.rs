//! JSON on several lines, with every number and text as it was written.

/// Lays JSON out: two spaces for each level. A text that is no JSON comes out as some text, never as an error.
///
/// It works on the text, for a parsed number may lose digits.
pub(crate) fn pretty_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let mut level: usize = 0;
    let mut letters = json.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                text.push('"');
                let mut escaped = false;
                for letter in letters.by_ref() {
                    text.push(letter);
                    match letter {
                        '"' if !escaped => break,
                        _ => escaped = letter == '\\' && !escaped,
                    }
                }
            }
            '{' | '[' => {
                text.push(letter);
                while letters.next_if(|letter| letter.is_ascii_whitespace()).is_some() {}
                match letters.next_if(|letter| matches!(letter, '}' | ']')) {
                    Some(end) => text.push(end),
                    None => {
                        level += 1;
                        new_line(&mut text, level);
                    }
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                new_line(&mut text, level);
                text.push(letter);
            }
            ',' => {
                text.push(letter);
                new_line(&mut text, level);
            }
            ':' => text.push_str(": "),
            _ if letter.is_ascii_whitespace() => {}
            _ => text.push(letter),
        }
    }
    text
}

/// Deeper levels are indented no further, or a text of brackets would become as long as its square.
const MAX_INDENTED: usize = 100;

fn new_line(text: &mut String, level: usize) {
    text.push('\n');
    for _ in 0..level.min(MAX_INDENTED) {
        text.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn every_digit_and_escape_stays() {
        let json = r#" {"a":1.500,"b" : [ ],"c":{ },"d":["x, {\"}\\",-1e400, null]} "#;
        assert_eq!(
            pretty_json(json),
            "{\n  \"a\": 1.500,\n  \"b\": [],\n  \"c\": {},\n  \"d\": [\n    \"x, {\\\"}\\\\\",\n    -1e400,\n    null\n  ]\n}"
        );
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "plain", "}}}]", "\"open", "{\"a", "\"\\"] {
            let _ = pretty_json(text);
        }
        assert!(pretty_json(&"[".repeat(10_000)).len() < 3_000_000);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(".{0,6}", inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        /// Against serde_json's own layout.
        #[test]
        fn laid_out_as_serde_json_does(value in value()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(pretty_json(&value.to_string()), pretty.clone());
            prop_assert_eq!(pretty_json(&pretty), pretty);
        }
    }
}
