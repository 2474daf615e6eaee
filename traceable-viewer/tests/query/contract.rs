//! Filters of LangSmith's documentation, SDKs and tools, with the runs that each has to find.

use serde_json::Value;

use crate::common::{Server, server};
use crate::{by_filter, query};

const FILTERS: &str = include_str!("filters.json");

const NONE: [u32; 0] = [];

fn file() -> Value {
    serde_json::from_str(FILTERS).unwrap()
}

/// A server with the runs and the feedback of the file.
fn filled(file: &Value) -> Server {
    let server = server();
    let reply = server.json("POST", "/runs/batch", &file["setup"]);
    assert_eq!(reply.status, 202, "{}", reply.body);
    let feedback: Vec<(String, String)> = file["feedback"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (format!("feedback.{}", one["id"].as_str().unwrap()), one.to_string()))
        .collect();
    let parts: Vec<(&str, &str)> =
        feedback.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let reply = server.multipart(&parts);
    assert_eq!(reply.status, 202, "{}", reply.body);
    server
}

/// The numbers of the runs that a query finds: ids begin with them.
fn found(server: &Server, set: impl FnOnce(&mut traceable_viewer::RunQuery)) -> Vec<u32> {
    let mut query = query(set);
    query.limit = Some(100);
    let page = server.query(&query).unwrap_or_else(|error| panic!("{query:?}: {error}"));
    assert_eq!(page.next, None);
    let mut found: Vec<u32> = page.runs.iter().map(|run| run.id.as_fields().0).collect();
    found.sort_unstable();
    found
}

#[test]
fn filters_find_what_they_should() {
    let file = file();
    let server = filled(&file);
    let mut wrong = Vec::new();
    let cases = file["cases"].as_array().unwrap();
    for case in cases.iter().filter(|case| case["error"].is_null()) {
        let filter = case["filter"].as_str().unwrap();
        let found = found(&server, |query| {
            query.projects = vec!["filters".to_owned()];
            query.filter = Some(filter.to_owned());
        });
        if Value::from(found.clone()) != case["runs"] {
            wrong.push(format!("{filter}: found {found:?}, not {}", case["runs"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_are_named_and_placed() {
    let file = file();
    let server = filled(&file);
    let cases = file["cases"].as_array().unwrap();
    let mistakes: Vec<_> = cases.iter().filter(|case| !case["error"].is_null()).collect();
    assert_eq!(mistakes.len(), 7);
    for case in mistakes {
        let filter = case["filter"].as_str().unwrap();
        let error = server.query(&by_filter(filter)).unwrap_err().to_string();
        assert!(error.starts_with("Invalid filter: "), "{filter}: {error}");
        assert!(error.contains(case["error"].as_str().unwrap()), "{filter}: {error}");
    }
}

/// What is compared with a value of a wrong kind, or a name that is nearly one, gets told what is right.
#[test]
fn mistakes_of_kinds() {
    let server = server();
    let told = |filter: &str| match server.query(&by_filter(filter)) {
        Ok(_) => panic!("{filter} passes"),
        Err(error) => error.to_string(),
    };
    for (filter, parts) in [
        ("gt(latency, \"abc\")", &["latency", "\"5s\"", "column 13"][..]),
        ("gt(latency, \"5 parsecs\")", &["latency", "column 13"]),
        ("eq(id, \"no uuid\")", &["id", "UUID", "column 8"]),
        ("in(status, \"x\")", &["list", "column 12"]),
        ("in(status, [\"success\", \"x\"])", &["status", "\"pending\"", "column 24"]),
        ("eq(status, \"done\")", &["\"success\"", "column 12"]),
        ("gt(start_time, \"yesterday\")", &["start_time", "column 16"]),
        ("gt(total_tokens, \"many\")", &["total_tokens", "number", "column 18"]),
        ("eq(is_root, \"perhaps\")", &["is_root", "true or false", "column 13"]),
        ("gt(latency, null)", &["null", "column 13"]),
        ("eq(tags, \"a\")", &["has(tags", "column 4"]),
        ("has(name, \"a\")", &["tags", "column 5"]),
        ("search(5)", &["column 8"]),
        ("and()", &["column 5"]),
        ("eq(latancy, 5)", &["latancy", "did you mean latency?"]),
        ("equals(name, 5)", &["unknown function equals", "column 1"]),
        ("serach(\"x\")", &["serach", "search"]),
        ("", &["column 1"]),
        ("eq(name, \"é\", 5)", &["column 13"]),
        ("eq(name, \"open", &["column 10"]),
        ("eq(name, agent)", &["agent", "quotes", "column 10"]),
        ("eq(name, \"a\") eq(name, \"b\")", &["column 15"]),
    ] {
        // an empty filter is none
        if filter.is_empty() {
            assert!(server.query(&by_filter(filter)).is_ok());
            continue;
        }
        let error = told(filter);
        for part in parts {
            assert!(error.contains(part), "{filter}: {error:?} does not tell {part}");
        }
    }
}

#[test]
fn the_root_and_the_others_of_a_trace() {
    let server = filled(&file());
    let trace = |filter: &str| found(&server, |query| query.trace_filter = Some(filter.to_owned()));
    let tree = |filter: &str| found(&server, |query| query.tree_filter = Some(filter.to_owned()));
    assert_eq!(trace("has(tags, \"prod\")"), [1, 2, 3]);
    assert_eq!(trace("eq(run_type, \"llm\")"), NONE);
    assert_eq!(trace("and(eq(metadata_key, \"env\"), eq(metadata_value, \"dev\"))"), [1, 2, 3, 6]);
    assert_eq!(tree("eq(run_type, \"llm\")"), [1, 2, 3]);
    assert_eq!(tree("eq(status, \"error\")"), [1, 2, 3, 4]);
    let both = found(&server, |query| {
        query.is_root = Some(true);
        query.tree_filter = Some("eq(status, \"error\")".to_owned());
        query.trace_filter = Some("eq(status, \"success\")".to_owned());
        query.filter = Some("search(name, \"AGENT\")".to_owned());
    });
    assert_eq!(both, [1]);
}

/// Text goes by words: every one, in any case, from any of the run's texts.
#[test]
fn words() {
    let server = filled(&file());
    let text = |text: &str| found(&server, |query| query.text = Some(text.to_owned()));
    assert_eq!(text("refund"), [1, 2]);
    assert_eq!(text("REFUND"), [1, 2]);
    assert_eq!(text("order refund done"), [1]);
    assert_eq!(text("refund valueerror"), NONE);
    assert_eq!(text("timeouterror"), [4]);
    assert_eq!(text("refun"), NONE);
    assert_eq!(text("experimental"), [4]);
    assert_eq!(text("u1"), [1]);
    assert_eq!(text("refund(my) \"order\""), [1, 2]);
    assert!(server.query(&query(|query| query.text = Some("?! -".to_owned()))).is_err());
    assert_eq!(text(&"refund ".repeat(64)), [1, 2]);
    for long in ["refund ".repeat(65), "r".repeat((16 << 10) + 1)] {
        let error = server.query(&query(|query| query.text = Some(long.clone()))).unwrap_err();
        assert!(error.to_string().contains("give fewer words"), "{error}");
        let body = serde_json::json!({"filter": format!("search({long:?})")});
        assert_eq!(server.json("POST", "/runs/query", &body).status, 400);
    }
}

/// Ids are asked for alone: nothing besides holds runs back.
#[test]
fn ids_and_nothing_besides() {
    let server = filled(&file());
    let id = |number: u32| format!("{number:08x}-0000-4000-8000-000000000000").parse().unwrap();
    let by_id = found(&server, |query| {
        query.ids = vec![id(7), id(3), id(99)];
        query.projects = vec!["another".to_owned()];
        query.is_root = Some(true);
        query.filter = Some("eq(name, \"nobody\")".to_owned());
    });
    assert_eq!(by_id, [3, 7]);
    let mut malformed = by_filter("eq(name)");
    malformed.ids = vec![id(7)];
    assert!(server.query(&malformed).unwrap_err().to_string().starts_with("Invalid filter: "));
    let of_trace = found(&server, |query| query.trace_id = Some(id(1)));
    assert_eq!(of_trace, [1, 2, 3]);
    let children = found(&server, |query| query.parent_id = Some(id(1)));
    assert_eq!(children, [2, 3]);
    let errors = found(&server, |query| query.has_error = Some(true));
    assert_eq!(errors, [3, 4]);
    let tools = found(&server, |query| query.run_type = Some("TOOL".to_owned()));
    assert_eq!(tools, [3]);
    let between = found(&server, |query| {
        query.min_start_us = Some(1_767_607_201_000_000);
        query.max_start_us = Some(1_767_607_210_000_000);
    });
    assert_eq!(between, [2, 3, 4]);
}
