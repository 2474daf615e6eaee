//! Property: no secret leaves the process, whatever text or JSON surrounds it.
#![cfg(feature = "anonymizer")]

use std::sync::Arc;

use crate::support::secrets::samples;
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use traceable_core::testing::Recorder;
use traceable_core::{RunSink, RunTree};
use traceable_exporter::{Anonymizer, RedactingSink, Redaction};

/// Texts before and after a secret: words, and every kind of character that JSON escapes.
fn around() -> impl Strategy<Value = String> {
    let word = prop_oneof!["[a-zA-Z0-9]{0,9}", "[ -~]{0,20}", any::<String>()];
    let seam = prop::sample::select(vec![
        " ", "\n", "\t", "\r\n", "\u{1}", "\u{8}", "(", "é", "\"", "\\", "/ ", "🔑",
    ]);
    (prop::collection::vec(word, 0..6), seam).prop_map(|(words, seam)| words.join(" ") + seam)
}

/// JSON that holds the text somewhere, as a value or a name.
fn json_with(text: String) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    });
    let step = prop_oneof![Just(None), "[a-z_\"\\\\\n]{0,8}".prop_map(Some)];
    (tree, prop::collection::vec(step, 0..40), any::<bool>()).prop_map(move |(tree, way, is_name)| {
        let mut value = match is_name {
            true => Value::Object(Map::from_iter([(text.clone(), tree.clone())])),
            false => Value::from(text.clone()),
        };
        for step in way {
            value = match step {
                None => Value::from(vec![tree.clone(), value]),
                Some(name) => {
                    Value::Object(Map::from_iter([("other".to_owned(), tree.clone()), (name, value)]))
                }
            };
        }
        Value::Object(Map::from_iter([("input".to_owned(), value)]))
    })
}

/// The same JSON with every `every`-th letter escaped.
fn escaped(json: &str, every: usize) -> String {
    let mut out = String::new();
    // `taken`: characters left of the current escape
    let (mut in_string, mut taken) = (false, 0);
    let mut before = ' ';
    for (i, c) in json.chars().enumerate() {
        if taken > 0 && before == '\\' && c == 'u' {
            taken += 4;
        }
        before = c;
        match c {
            _ if taken > 0 => {
                taken -= 1;
                out.push(c);
            }
            '\\' => {
                taken = 1;
                out.push(c);
            }
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '/' if in_string => out.push_str("\\/"),
            c if in_string && c.is_ascii_alphanumeric() && i % every == 0 => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// All texts in it, one below the other.
fn texts(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => *out += &format!("{text}\n"),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(entries) => entries.iter().for_each(|(name, item)| {
            *out += &format!("{name}\n");
            texts(item, out);
        }),
        _ => {}
    }
}

fn seen_by_a_sink(inputs: &RawValue, sink_of: &Recorder) -> String {
    let redaction = Redaction::new().anonymizer(Anonymizer::secrets());
    let sink: Arc<dyn RunSink> = Arc::new(RedactingSink::new(redaction, sink_of.sink()));
    RunTree::builder("run").inputs(inputs).sink(sink).build().post();
    let mut seen = String::new();
    texts(&sink_of.run("run").inputs, &mut seen);
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_leaks(
        (secret, inputs) in (0..samples().len(), around(), around()).prop_flat_map(|(which, before, after)| {
            let sample = samples().swap_remove(which);
            // the pattern may match text after the secret; a space keeps that apart
            let after = format!(" {after}");
            json_with(format!("{before}{}{after}", sample.text)).prop_map(move |json| (sample.secret.clone(), json))
        }),
        every in 1..9_usize,
    ) {
        let plain = inputs.to_string();
        for json in [escaped(&plain, every), plain] {
            let raw: Box<RawValue> = serde_json::from_str(&json).unwrap();
            let seen = seen_by_a_sink(&raw, &Recorder::new());
            prop_assert!(!seen.contains(&secret), "{secret:?} of {json} in {seen}");
            prop_assert!(seen.contains("[SECRET_DETECTED]") || seen.contains("[not recorded"), "{json} became {seen}");
        }
    }

    #[test]
    fn texts_without_secrets_stay(words in prop::collection::vec("[a-z]{1,12}|[0-9a-f]{8,64}|[A-Z]{1,6}", 0..40)) {
        let text = words.join(" ");
        let inputs: Box<RawValue> = serde_json::value::to_raw_value(&serde_json::json!({"input": text})).unwrap();
        let seen = seen_by_a_sink(&inputs, &Recorder::new());
        prop_assert_eq!(seen, format!("input\n{}\n", text));
    }
}
