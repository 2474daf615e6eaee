//! The server gets nothing of the environment but what is meant for it.

use std::process::Command;
use std::sync::Arc;

use crate::support::LONG;
use crate::support::secrets::letters;
use crate::support::server::Server;
use traceable_core::RunTree;
use traceable_exporter::{Config, Exporter, init};

const ROLE: &str = "TEST_ROLE";

#[test]
#[ignore = "run by the other test, in a process of its own"]
fn the_role() {
    if std::env::var(ROLE).as_deref() != Ok("run") {
        return;
    }
    let guard = init().unwrap();
    let run = RunTree::builder("run").inputs(serde_json::json!({"a": 1})).build();
    run.post().end_with_error("failed").patch();
    assert!(guard.flush(LONG).unwrap().is_lossless());
}

#[test]
fn quotes_around_credentials_are_not_sent() {
    let server = Server::start();
    let config = Config::from_vars(|name| match name {
        "LANGSMITH_TRACING" => Some("true".to_owned()),
        "LANGSMITH_ENDPOINT" => Some(format!("\"{}\"", server.url())),
        "LANGSMITH_API_KEY" => Some("'lsv2_key'\r\n".to_owned()),
        "LANGSMITH_WORKSPACE_ID" => Some("\u{feff}\"w-1\"".to_owned()),
        _ => None,
    });
    let exporter = Arc::new(Exporter::new(config.unwrap()));
    crate::support::run(&exporter, "run");
    assert!(exporter.flush(LONG).is_lossless());
    for request in server.all_requests() {
        assert_eq!(request.header("x-api-key"), Some("lsv2_key"));
        assert_eq!(request.header("x-tenant-id"), Some("w-1"));
    }
}

#[test]
fn no_variable_with_a_secret_is_sent() {
    let server = Server::start();
    let names = [
        "AWS_SECRET_ACCESS_KEY",
        "DATABASE_URL",
        "GITHUB_TOKEN",
        "LANGCHAIN_API_KEY",
        "LANGCHAIN_SOME_TOKEN",
        "LANGSMITH_API_KEY",
        "LANGSMITH_SECRET",
        "OPENAI_API_KEY",
        "PASSWORD",
        "TRACEABLE_PASSWORD",
        "USER",
        "HOSTNAME",
    ];
    let value = |name: &str| format!("{}{}", name.to_lowercase(), letters(24));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "environment::the_role", "--include-ignored", "--nocapture"]);
    command.env(ROLE, "run").envs(names.map(|name| (name, value(name))));
    command.env("LANGSMITH_TRACING", "true").env("LANGSMITH_ENDPOINT", server.url());
    command.env("LANGSMITH_REVISION_ID", "meant-for-it");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = [output.stdout, output.stderr].concat();
    let bodies: Vec<u8> = server.all_requests().into_iter().flat_map(|request| request.body).collect();
    let bodies = String::from_utf8_lossy(&bodies);
    assert!(bodies.contains("meant-for-it") && bodies.contains("\"runtime\":{"), "{bodies}");
    for name in names {
        assert!(!bodies.contains(&value(name)), "{name} in {bodies}");
        assert!(!String::from_utf8_lossy(&printed).contains(&value(name)), "{name} was printed");
    }
    // the key is sent in its own header only
    for (name, header) in server.all_requests().into_iter().flat_map(|request| request.headers) {
        let key = value("LANGSMITH_API_KEY");
        assert_eq!(header.contains(&key), name == "x-api-key", "{name}");
        assert!(names.iter().all(|other| *other == "LANGSMITH_API_KEY" || !header.contains(&value(other))));
    }
}
