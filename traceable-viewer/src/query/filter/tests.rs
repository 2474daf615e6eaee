//! What is printed is read back as the same filter.

use proptest::prelude::*;

use super::{parse, read_and_print};

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        any::<String>().prop_map(|text| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))),
        any::<f64>()
            .prop_filter("JSON has finite numbers", |number| number.is_finite())
            .prop_map(|n| format!("{n:e}")),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("true".to_owned()),
        Just("False".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| serde_json::Value::from(text).to_string())
}

/// A key that a path can have, in quotes.
fn path() -> impl Strategy<Value = String> {
    (prop::sample::select(&["extra", "extra.metadata", "metadata", "inputs"][..]), "[^.]{1,6}")
        .prop_map(|(object, key)| serde_json::Value::from(format!("{object}.{key}")).to_string())
}

fn filter() -> impl Strategy<Value = String> {
    let operator = || prop::sample::select(&["eq", "neq", "gt", "gte", "lt", "lte"][..]);
    let one = prop_oneof![
        (operator(), path(), value())
            .prop_map(|(operator, path, value)| format!("{operator}({path}, {value})")),
        (operator(), text()).prop_map(|(operator, text)| format!("{operator}( name ,{text})")),
        (operator(), any::<i32>())
            .prop_map(|(operator, number)| format!("{operator}(feedback_score,{number})")),
        prop::collection::vec(value(), 0..4)
            .prop_map(|all| format!("in(metadata_value, [{}])", all.join(","))),
        text().prop_map(|text| format!("has(\"tags\", {text})")),
        text().prop_map(|text| format!("search({text})")),
        (path(), text()).prop_map(|(path, text)| format!("search({path}, {text})")),
        Just("lt(latency, '1.5m')".to_owned()),
        Just("in(status, ['ERROR', \"success\"])".to_owned()),
        Just("neq(parent_run_id, null)".to_owned()),
    ];
    one.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| format!("and({})", all.join(", "))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| format!("or({})", all.join(","))),
            inner.prop_map(|one| format!("not( {one} )")),
        ]
    })
}

proptest! {
    #[test]
    fn printed_and_read_back(filter in filter()) {
        let read = parse(&filter);
        prop_assert!(read.is_ok(), "{}: {:?}", filter, read);
        read_and_print(&filter);
    }

    #[test]
    fn any_text(text in any::<String>()) {
        read_and_print(&text);
    }
}
