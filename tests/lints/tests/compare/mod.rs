//! Lints the functions of this crate, plain and annotated.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// One warning: the lint, and the place.
type Warning = (String, String);

/// Lets `cargo check`, or `cargo clippy`, warn of the plain functions and of the annotated ones. The warnings have to
/// be the same, but for those of the lints in `silent`, each of which has its reason, and has to be needed. Returns
/// how many are the same.
pub fn compare(command: &str, silent: &[(&str, &str)]) -> usize {
    let (plain, traced) = (warnings(command, "functions"), warnings(command, "traced"));
    let caused: Vec<_> = traced.difference(&plain).collect();
    assert!(caused.is_empty(), "only annotated functions are warned of: {caused:#?}");
    let is_silent = |warning: &&Warning| silent.iter().any(|(lint, _)| *lint == warning.0);
    let (excused, hidden): (Vec<_>, Vec<_>) = plain.difference(&traced).partition(is_silent);
    assert!(hidden.is_empty(), "only plain functions are warned of: {hidden:#?}");
    let excused: BTreeSet<&str> = excused.iter().map(|warning| warning.0.as_str()).collect();
    let listed: BTreeSet<&str> = silent.iter().map(|(lint, _)| *lint).collect();
    assert_eq!(excused, listed, "lints that need no excuse have none");
    let is_form = |place: &str| place.starts_with("forms.rs") || place.starts_with("explicit.rs");
    let on_forms: Vec<_> = traced.iter().filter(|(_, place)| is_form(place)).collect();
    assert!(on_forms.is_empty(), "forms that are as lints want them: {on_forms:#?}");
    plain.intersection(&traced).count()
}

fn warnings(command: &str, features: &str) -> BTreeSet<Warning> {
    // a folder of its own: the flags of a surrounding build are not those of this one
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/lints");
    let output = Command::new(env!("CARGO"))
        .args([command, "--quiet", "--lib", "--message-format=json", "--features", features])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "--target-dir", target])
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {command}, {features}: {stderr}");
    let messages = String::from_utf8(output.stdout).expect("messages are text");
    let messages =
        messages.lines().map(|line| serde_json::from_str::<Value>(line).expect("messages are JSON"));
    let own = |message: &Value| message["target"]["name"] == "traceable_lints";
    messages
        .filter(|message| message["reason"] == "compiler-message" && own(message))
        .filter_map(warning)
        .collect()
}

fn warning(message: Value) -> Option<Warning> {
    let message = &message["message"];
    let span = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let lint = message["code"]["code"].as_str()?;
    let file = span["file_name"].as_str()?.rsplit("src/").next()?;
    Some((lint.to_owned(), format!("{file}:{}:{}", span["line_start"], span["column_start"])))
}
