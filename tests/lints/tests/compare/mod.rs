//! Lints the functions of this crate, plain and annotated.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// One warning: the lint, and the place.
type Warning = (String, String);

/// What is warned of in the one and not in the other.
pub struct Differences {
    /// only in annotated functions
    pub caused: Vec<Warning>,
    /// only in plain ones
    pub hidden: Vec<Warning>,
    /// in both
    pub same: usize,
}

/// Lets `cargo check`, or `cargo clippy`, warn twice, and compares.
pub fn compare(command: &str) -> Differences {
    let (plain, traced) = (warnings(command, "functions"), warnings(command, "traced"));
    Differences {
        caused: traced.difference(&plain).cloned().collect(),
        hidden: plain.difference(&traced).cloned().collect(),
        same: plain.intersection(&traced).count(),
    }
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
    messages.filter(|m| m["reason"] == "compiler-message" && own(m)).filter_map(warning).collect()
}

fn warning(message: Value) -> Option<Warning> {
    let message = &message["message"];
    let spans = message["spans"].as_array()?;
    let span = spans.iter().find(|span| span["is_primary"] == true)?;
    let lint = message["code"]["code"].as_str()?;
    let file = span["file_name"].as_str()?.rsplit("src/").next()?;
    Some((lint.to_owned(), format!("{file}:{}:{}", span["line_start"], span["column_start"])))
}
