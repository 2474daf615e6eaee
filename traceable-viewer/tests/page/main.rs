//! The page in the browser: shells, assets, links, and what the modules ask for.

#[path = "../common/mod.rs"]
mod common;

mod events;
mod lists;
mod nesting;
mod shells;
mod token;

use serde_json::{Value, json};

use common::{Reply, Server};

/// The id of the run of this number.
fn id(number: u128) -> String {
    uuid::Uuid::from_u128(0x01a2_036e_0000_7000_8000_0000_0000_0000 + number).to_string()
}

/// Stores one run, which may have more keys than these.
fn send(server: &Server, number: u128, more: Value) {
    let mut run = json!({"id": id(number), "name": format!("run {number}"), "run_type": "chain",
                         "start_time": 1_796_000_000_000_u64 + u64::try_from(number).unwrap() * 1000});
    run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    assert_eq!(server.json("POST", "/runs", &run).status, 202);
}

fn get(server: &Server, path: &str) -> Reply {
    server.send("GET", path, &[], b"")
}

/// As a browser that shows what it gets.
fn visit(server: &Server, path: &str) -> Reply {
    server.send("GET", path, &[("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")], b"")
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let prefix = format!("{name}: ");
    reply.head.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default()
}

/// What is inside the element `data` of a shell.
fn data(reply: &Reply) -> Value {
    let begin = r#"<script type="application/json" id="data">"#;
    let (_, rest) = reply.body.split_once(begin).unwrap_or_else(|| panic!("{}", reply.body));
    serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()
}
