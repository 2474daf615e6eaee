//! Texts that no honest program sends: each gets an answer or a sentence, never a failure of the database.

use proptest::prelude::*;
use traceable_viewer::{QueryError, RunQuery};

use crate::common::{Server, server};
use crate::filters::filters;
use crate::query;
use crate::world;

const TEXTS: [&str; 24] = [
    "'; DROP TABLE run; --",
    "\" OR \"\"=\"",
    "x' OR rid > 0 OR 'x'='",
    "?1",
    ":name @name $name",
    "NEAR(a b, 3)",
    "a AND NOT b",
    "body : refund",
    "{body} : x ^y",
    "\"unbalanced",
    "refund*",
    "*",
    "^",
    "-",
    "+ + +",
    "(((",
    "%",
    "_%_",
    "\\",
    "\0",
    "a\0b",
    "\u{202e}\u{feff}\u{10ffff}",
    "\u{301}\u{345}\u{ad}",
    "😀 ﷺ ǅ ß ﬀ",
];

/// The database did not fail.
fn answered(server: &Server, query: &RunQuery) -> Result<(), TestCaseError> {
    match server.query(query) {
        Err(QueryError::Store(error)) => Err(TestCaseError::fail(format!("{query:?}: {error:?}"))),
        Err(error) => {
            prop_assert!(!error.to_string().is_empty());
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

/// In every place that takes text.
fn everywhere(server: &Server, text: &str) -> Result<(), TestCaseError> {
    let text = || text.to_owned();
    answered(server, &query(|query| query.filter = Some(text())))?;
    answered(server, &query(|query| query.trace_filter = Some(text())))?;
    answered(server, &query(|query| query.tree_filter = Some(text())))?;
    answered(server, &query(|query| query.text = Some(text())))?;
    answered(server, &query(|query| query.cursor = Some(text())))?;
    answered(server, &query(|query| query.run_type = Some(text())))?;
    answered(server, &query(|query| query.projects = vec![text()]))
}

/// As a value of every kind of condition.
fn as_value(server: &Server, text: &str) -> Result<(), TestCaseError> {
    let value = serde_json::Value::from(text).to_string();
    for filter in [
        format!("eq(name, {value})"),
        format!("gt(error, {value})"),
        format!("in(name, [{value}, {value}])"),
        format!("has(tags, {value})"),
        format!("has(metadata, {value})"),
        format!("search({value})"),
        format!("search(name, {value})"),
        format!("search(inputs, {value})"),
        format!("eq(thread_id, {value})"),
        format!("eq(latency, {value})"),
        format!("eq(start_time, {value})"),
        format!("eq(id, {value})"),
        format!("eq(metadata.k, {value})"),
        format!("neq(inputs.a.b, {value})"),
        format!("and(eq(metadata_key, {value}), neq(metadata_value, {value}))"),
        format!("and(eq(feedback_key, {value}), search(feedback_comment, {value}))"),
        format!("eq({value}, {value})"),
    ] {
        answered(server, &query(|query| query.filter = Some(filter.clone())))?;
        answered(server, &query(|query| query.tree_filter = Some(filter)))?;
    }
    Ok(())
}

/// A server with a run of which every text is one of those.
fn filled() -> Server {
    let server = server();
    let post: Vec<_> = TEXTS
        .iter()
        .enumerate()
        .map(|(number, text)| {
            serde_json::json!({"id": world::id(number), "trace_id": world::id(number), "name": text,
                "run_type": "chain", "start_time": world::iso(world::EPOCH_US), "tags": [text],
                "inputs": {"a": text, *text: text}, "error": text,
                "extra": {"metadata": {"k": text, *text: 1, "thread_id": text}}})
        })
        .collect();
    let reply = server.json("POST", "/runs/batch", &serde_json::json!({"post": post}));
    assert_eq!(reply.status, 202, "{}", reply.body);
    server
}

#[test]
fn texts_of_attackers() {
    let server = filled();
    for text in TEXTS {
        everywhere(&server, text).unwrap();
        as_value(&server, text).unwrap();
        // each finds the run that has it, and that one alone
        let value = serde_json::Value::from(text).to_string();
        for filter in [
            format!("eq(name, {value})"),
            format!("eq(error, {value})"),
            format!("has(tags, {value})"),
            format!("eq(metadata.k, {value})"),
            format!("and(eq(input_key, \"a\"), eq(input_value, {value}))"),
            format!("eq(metadata_key, {value})"),
            format!("eq(thread_id, {value})"),
            format!("and(search(name, {value}), eq(name, {value}))"),
        ] {
            let found = server.query(&query(|query| query.filter = Some(filter.clone()))).unwrap().runs;
            assert_eq!(found.iter().map(|run| run.name.as_str()).collect::<Vec<_>>(), [text], "{filter}");
        }
    }
    assert_eq!(server.query(&RunQuery::default()).unwrap().runs.len(), TEXTS.len());
}

#[test]
fn long_and_deep() {
    let server = server();
    let told = |filter: String| match server.query(&query(|query| query.filter = Some(filter.clone()))) {
        Ok(_) => "fine".to_owned(),
        Err(QueryError::Store(error)) => panic!("{}: {error:?}", filter.get(..100).unwrap_or(&filter)),
        Err(error) => error.to_string(),
    };
    let nested =
        |depth: usize| format!("{}eq(name, \"a\"){}", "and(".repeat(depth - 1), ")".repeat(depth - 1));
    assert_eq!(told(nested(32)), "fine");
    assert!(told(nested(33)).contains("32"));
    for open in ["and(", "not(", "or(and(", "in(name, [", "eq(", "["] {
        told(open.repeat(16_000 / open.len()));
    }
    let long = |length: usize| format!("eq(name, \"{}\")", "a".repeat(length - 12));
    assert_eq!(told(long(16 << 10)), "fine");
    assert!(told(long((16 << 10) + 1)).contains("16"));
    assert!(told("é".repeat(1 << 20)).contains("Invalid filter"));
    // as many conditions as fit
    let many = |function: &str, one: &str| {
        let count = (16_000 - function.len()) / (one.len() + 1);
        format!("{function}({})", vec![one; count].join(","))
    };
    for function in ["and", "or"] {
        for one in [
            "eq(id,null)",
            "has(tags,'a')",
            "search('a')",
            "eq(metadata_key,'a')",
            "neq(metadata_value,'a')",
            "eq(inputs.a,1)",
            "search(name,'a')",
            "gt(latency,1)",
            "not(eq(name,'a'))",
            "has(inputs,'{}')",
            "eq(session_id,null)",
        ] {
            assert_eq!(told(many(function, one)), "fine", "{function} of {one}");
        }
    }
    // at every depth as many as fit, and the deeper one first
    for (function, one) in [("and", "eq(id,null)"), ("or", "has(tags,'a')"), ("and", "eq(input_key,'a')")] {
        let siblings = vec![one; 16_000 / 32 / (one.len() + 1) - 1].join(",");
        let deep =
            format!("{}{one}{}", format!("{function}(").repeat(31), format!(",{siblings})").repeat(31));
        assert_eq!(told(deep), "fine", "{function} of {one}");
    }
    let list = format!("in(name, [{}])", vec!["1"; 7000].join(","));
    assert!(told(list).contains("text in quotes"));
    let list = format!("in(name, [{}])", vec!["''"; 5000].join(","));
    assert_eq!(told(list), "fine");
    for attribute in ["inputs.a", "inputs.a.b", "metadata.a", "tags", "model"] {
        let texts: Vec<String> = (0..2000).map(|number| format!("'{number}'")).collect();
        assert_eq!(told(format!("in({attribute}, [{}])", texts.join(","))), "fine", "{attribute}");
    }
    let list = format!("in(metadata_value, [{}])", vec!["1"; 7000].join(","));
    assert_eq!(told(list), "fine");
}

/// Pieces of the language in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "and(",
            "or(",
            "not(",
            "eq(",
            "neq(",
            "gt(",
            "in(",
            "has(",
            "search(",
            ")",
            "(",
            "[",
            "]",
            ",",
            " ",
            "name",
            "tags",
            "metadata",
            "extra.metadata.k",
            "inputs..x",
            ".",
            "metadata_key",
            "feedback_score",
            "latency",
            "\"a\"",
            "'b'",
            "\"",
            "'",
            "\\",
            "\\u",
            "\\ud800",
            "null",
            "true",
            "1e999",
            "-",
            "1",
            "é",
            "\0",
        ][..],
    );
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A filter with a piece cut out or a letter put in.
fn damaged() -> impl Strategy<Value = String> {
    (filters(), any::<prop::sample::Index>(), 0..4_usize, prop::option::of(any::<char>())).prop_map(
        |(filter, at, cut, letter)| {
            let mut letters: Vec<char> = filter.to_string().chars().collect();
            let at = at.index(letters.len());
            let end = (at + cut).min(letters.len());
            letters.splice(at..end, letter);
            letters.into_iter().collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_text(
        texts in prop::collection::vec(any::<String>(), 20),
        soups in prop::collection::vec(soup(), 60),
        damaged in prop::collection::vec(damaged(), 60),
    ) {
        let server = filled();
        for text in &texts {
            everywhere(&server, text)?;
            as_value(&server, text)?;
        }
        for text in soups.iter().chain(&damaged) {
            everywhere(&server, text)?;
        }
    }
}
