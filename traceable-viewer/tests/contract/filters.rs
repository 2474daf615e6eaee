//! Filters: strings that clients and their documentation have, each with the runs that it finds, or what its refusal
//! names.

use serde_json::{Value, json};

use crate::common::{Server, server};

/// Sends the runs and the feedback of the file.
fn filled(file: &Value) -> Server {
    let server = server();
    let reply = server.json("POST", "/runs/batch", &file["setup"]);
    assert_eq!(reply.status, 202, "{}", reply.body);
    for feedback in file["feedback"].as_array().unwrap() {
        let reply = server.json("POST", "/feedback", feedback);
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    server
}

/// The first digits of the ids, which number the runs, from the smallest on.
fn numbers(page: &Value) -> Vec<u64> {
    let runs = page["runs"].as_array().unwrap();
    let mut numbers: Vec<_> =
        runs.iter().map(|run| run["id"].as_str().unwrap()[..8].parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn find_the_same_runs() {
    let file: Value = serde_json::from_str(include_str!("data/filters.json")).unwrap();
    let server = filled(&file);
    let projects = server.send("GET", "/sessions?name=filters", &[], b"").json();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 47);
    let mut wrong = Vec::new();
    for case in cases {
        let filter = &case["filter"];
        let reply =
            server.json("POST", "/runs/query", &json!({ "session": [projects[0]["id"]], "filter": filter }));
        match case["error"].as_str() {
            None if reply.status == 200 && json!(numbers(&reply.json())) == case["runs"] => {}
            // the wording is free, but the column or the unknown word has to be in it: the last word of the file's
            Some(error) if reply.status == 400 && names(&reply.json()["detail"], error) => {}
            _ => wrong.push(format!("{case}: {} {:.300}", reply.status, reply.body)),
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether a refusal names what another one does: the unknown word, the function, or the column.
fn names(detail: &Value, other: &str) -> bool {
    let word = if other.contains("needs") { other.split(' ').next() } else { other.split(' ').next_back() };
    detail.as_str().zip(word).is_some_and(|(detail, word)| detail.contains(word))
}
