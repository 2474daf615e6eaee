//! Builds all programs with the attribute of one library.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The programs, by name: where each lies, or the first error.
pub type Built = HashMap<String, Result<PathBuf, String>>;

pub fn build(library: &str) -> Built {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--bins", "--keep-going", "--message-format=json", "--features", library])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/forms/Cargo.toml")])
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("messages are text");
    let mut built = Built::new();
    for message in text.lines().map(|line| serde_json::from_str::<Value>(line).expect("messages are JSON")) {
        let Some(name) = program(&message) else { continue };
        if let Some(path) = message["executable"].as_str() {
            built.insert(name, Ok(path.into()));
        } else if message["message"]["level"] == "error" {
            let text = message["message"]["message"].as_str().unwrap_or_default().to_owned();
            built.entry(name).or_insert(Err(text));
        }
    }
    assert!(
        built.values().any(Result::is_ok),
        "nothing was built: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    built
}

fn program(message: &Value) -> Option<String> {
    let target = &message["target"];
    let is_program = target["kind"].as_array()?.iter().any(|kind| kind == "bin");
    is_program.then(|| target["name"].as_str().map(str::to_owned)).flatten()
}
