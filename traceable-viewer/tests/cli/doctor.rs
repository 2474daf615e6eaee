//! `traceable doctor`.

use std::process::Output;

use serde_json::Value;

use super::common::{server, server_with};
use super::{command, demo};

struct Doctor {
    output: Output,
    findings: Vec<Value>,
}

fn doctor(arguments: &[&str], variables: &[(&str, &str)]) -> Doctor {
    let mut command = command();
    command.args(["doctor", "--json"]).args(arguments).envs(variables.iter().copied());
    // a profile in the home folder would have a say
    let home = tempfile::tempdir().unwrap();
    let output = command.env("HOME", home.path()).output().unwrap();
    let lines = String::from_utf8(output.stdout.clone()).unwrap();
    let findings = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Doctor { output, findings }
}

impl Doctor {
    fn has(&self, check: &str, status: &str, text: &str) -> bool {
        self.findings.iter().any(|finding| {
            let both = format!("{} {}", finding["text"], finding["advice"]);
            finding["check"] == check && finding["status"] == status && both.contains(text)
        })
    }

    fn expect(&self, check: &str, status: &str, text: &str) {
        assert!(self.has(check, status, text), "{check} {status} {text}: {:#?}", self.findings);
    }
}

#[test]
fn all_is_well() {
    let server = server();
    let (db, _) = demo(&server);
    let url = server.viewer.url();
    let variables =
        [("LANGSMITH_TRACING", "true"), ("LANGSMITH_ENDPOINT", &url), ("LANGSMITH_API_KEY", "any")];
    let doctor = doctor(&["--db", &db], &variables);
    doctor.expect("tracing", "ok", "tracing is on");
    doctor.expect("endpoint", "ok", "100 runs and 20.0 MiB a request");
    doctor.expect("endpoint", "ok", concat!("is a traceable collector, version ", env!("CARGO_PKG_VERSION")));
    doctor.expect("key", "ok", "takes the key");
    doctor.expect("clock", "ok", "agrees");
    doctor.expect("database", "ok", "with traces");
    assert!(doctor.findings.iter().all(|finding| finding["status"] != "wrong"), "{:#?}", doctor.findings);
    assert!(doctor.output.status.success() && doctor.output.stderr.is_empty());

    let mut text = command();
    let text = text.args(["doctor", "--db", &db]).envs(variables).output().unwrap();
    assert!(String::from_utf8(text.stdout).unwrap().starts_with("ok     tracing   tracing is on\n"));
}

#[test]
fn what_is_wrong_is_explained() {
    let server = server();
    let url = server.viewer.url();
    let off = doctor(&["--endpoint", &url, "--db", "/nonexistent/t.db"], &[]);
    off.expect("tracing", "wrong", "traceable run");
    off.expect("database", "note", "there is no database");
    assert_eq!(off.output.status.code(), Some(1));

    let gone = doctor(&["--endpoint", "http://127.0.0.1:9"], &[("LANGSMITH_TRACING_V2", "1")]);
    gone.expect("endpoint", "wrong", "traceable serve");
    gone.expect("tracing", "note", "Rust programs");

    let odd = doctor(
        &["--endpoint", &url],
        &[
            ("LANGSMITH_TRACING", "false"),
            ("LANGCHAIN_TRACING", "true"),
            ("LANGSMITH_PROJECT", "\"mine\""),
            ("LANGSMITH_API_KEY", "secret-key "),
            ("LANGCHAIN_ENDPOINT", " "),
        ],
    );
    odd.expect("tracing", "wrong", "TRACING is `false`");
    odd.expect("variables", "note", "unset LANGCHAIN_TRACING");
    odd.expect("variables", "wrong", "LANGSMITH_PROJECT has quotes");
    odd.expect("variables", "wrong", "LANGSMITH_API_KEY has white space");
    odd.expect("variables", "note", "LANGCHAIN_ENDPOINT is set, and blank");
    assert!(!String::from_utf8_lossy(&odd.output.stdout).contains("secret-key"));

    doctor(&["--endpoint", "127.0.0.1:1984"], &[]).expect("endpoint", "wrong", "begins with http://");
}

#[test]
fn a_key_that_is_refused() {
    let server = server_with(|builder| builder.token("right"));
    let url = server.viewer.url();
    let with = |key: &[(&str, &str)]| doctor(&["--endpoint", &url], key);
    with(&[("LANGSMITH_API_KEY", "wrong")]).expect("key", "wrong", "refuses the key (401)");
    with(&[]).expect("key", "wrong", "needs a key");
    assert!(!with(&[("LANGSMITH_API_KEY", "right")]).has("key", "wrong", ""));
}

#[cfg(unix)]
#[test]
fn a_database_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;

    let server = server();
    let (db, _) = demo(&server);
    std::fs::set_permissions(&db, std::fs::Permissions::from_mode(0o644)).unwrap();
    doctor(&["--endpoint", &server.viewer.url(), "--db", &db], &[]).expect("database", "wrong", "chmod 600");
}

#[test]
fn a_database_that_another_program_holds() {
    let server = server();
    let (db, _) = demo(&server);
    let other = rusqlite::Connection::open(&db).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let doctor = doctor(&["--endpoint", &server.viewer.url(), "--db", &db], &[]);
    doctor.expect("database", "wrong", "another program holds the lock");
    other.execute_batch("ROLLBACK").unwrap();
    let doctor = self::doctor(&["--endpoint", &server.viewer.url(), "--db", &db], &[]);
    assert!(!doctor.has("database", "wrong", ""), "{:#?}", doctor.findings);
}

/// A server that is none of LangSmith's, with a clock of another century.
#[test]
fn another_server_and_another_clock() {
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\
                          Connection: close\r\n\r\nhi";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let doctor = doctor(&["--endpoint", &url], &[]);
    doctor.expect("endpoint", "wrong", "another program listens there");
    doctor.expect("clock", "wrong", "ahead of the server's");
}
