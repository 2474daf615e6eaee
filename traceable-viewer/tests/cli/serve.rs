//! What `traceable serve` and `import` add to the runs that they store.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use super::common::A;
use super::{command, refused, stdout};

/// A list of prices, in a folder of its own.
fn prices(dir: &tempfile::TempDir) -> String {
    let path = dir.path().join("prices.json");
    let prices = json!({"gull": {"input_cost_per_token": 0.5, "output_cost_per_token": 2.0}});
    std::fs::write(&path, prices.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn row(db: &str, query: &str) -> Value {
    serde_json::from_str(&stdout(&["sql", "--db", db, "--json", query])).unwrap()
}

#[test]
fn a_collector_with_prices_and_without_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("served.db").to_str().unwrap().to_owned();
    let mut child = command()
        .args(["serve", "--port", "0", "--db", &db, "--prices", &prices(&dir), "--no-search-index"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let first = BufReader::new(child.stderr.take().unwrap()).lines().next().unwrap().unwrap();
    let url = first.split("listening on ").nth(1).and_then(|rest| rest.split(',').next());
    let run = json!({"id": A, "name": "call", "run_type": "llm", "inputs": {"q": "harbour"},
                     "outputs": {"usage_metadata": {"input_tokens": 4, "output_tokens": 1}},
                     "extra": {"metadata": {"ls_model_name": "gull"}}});
    let url = format!("{}/runs", url.unwrap_or_else(|| panic!("{first}")));
    let status =
        ureq::post(&url).header("Content-Type", "application/json").send(run.to_string()).unwrap().status();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(status, 202);
    assert_eq!(row(&db, "SELECT total_cost FROM runs"), json!({"total_cost": 4.0}));
    let found = "SELECT count(*) AS n FROM run_text WHERE run_text MATCH 'harbour'";
    assert_eq!(row(&db, found), json!({"n": 0}));
}

/// What a server prints first, and what a program called `xdg-open` is given meanwhile.
#[cfg(target_os = "linux")]
fn opened(path: &std::path::Path, token: &[&str]) -> (Vec<String>, Option<String>) {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("t.db");
    let mut child = command()
        .args(["serve", "--port", "0", "--open", "--db", db.to_str().unwrap()])
        .args(token)
        .env("PATH", path)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said: Vec<String> = lines.by_ref().take(4).map(Result::unwrap).collect();
    let given = path.join("given");
    let given = match path.join("xdg-open").exists() {
        true => Some(super::common::eventually(|| {
            std::fs::read_to_string(&given).ok().filter(|text| text.ends_with('\n'))
        })),
        false => {
            let warning = lines.next().unwrap().unwrap();
            assert!(warning.contains("no browser opened http://127.0.0.1:"), "{warning}");
            None
        }
    };
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    child.kill().unwrap();
    child.wait().unwrap();
    (said, given)
}

#[cfg(target_os = "linux")]
#[test]
fn the_page_is_named_and_opened() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    opened(dir.path(), &[]);
    let program = dir.path().join("xdg-open");
    let script = format!("#!/bin/sh\necho \"$@\" > {}/given\n", dir.path().display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (said, given) = opened(dir.path(), &[]);
    let page = said[1].split("see them at ").nth(1).unwrap();
    assert_eq!(given.unwrap().trim_end(), page);
    let (said, given) = opened(dir.path(), &["--token", "secret"]);
    assert!(said[1].contains("asked for the token once"), "{said:?}");
    assert!(!said.join(" ").contains("secret") && !given.unwrap().contains("secret"));
}

#[test]
fn a_file_without_prices_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("never.db").to_str().unwrap().to_owned();
    let said = refused(&["serve", "--port", "0", "--db", &db, "--prices", "/nonexistent.json"]);
    assert!(said.contains("/nonexistent.json"), "{said}");
}

#[test]
fn an_import_with_prices() {
    let dir = tempfile::tempdir().unwrap();
    let (file, db) = (dir.path().join("in.jsonl"), dir.path().join("t.db"));
    let (file, db) = (file.to_str().unwrap(), db.to_str().unwrap());
    let said = refused(&["import", file, "--db", db, "--prices", "/nonexistent.json"]);
    assert!(said.contains(file), "{said}");
    let run = json!({"id": A, "name": "call", "run_type": "llm", "total_cost": "9",
                     "outputs": {"usage_metadata": {"input_tokens": 4, "output_tokens": 1}},
                     "extra": {"metadata": {"ls_model_name": "gull"}}});
    std::fs::write(file, run.to_string()).unwrap();
    let said = refused(&["import", file, "--db", db, "--prices", "/nonexistent.json"]);
    assert!(said.contains("cannot read prices from `/nonexistent.json`"), "{said}");
    assert!(!std::path::Path::new(db).exists());
    stdout(&["import", file, "--db", db, "--prices", &prices(&dir)]);
    assert_eq!(row(db, "SELECT total_cost FROM runs"), json!({"total_cost": 4.0}));
}
