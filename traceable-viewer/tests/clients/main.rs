//! LangSmith's own clients against a live viewer, unchanged: what they send is stored, and they read it back. The
//! programs are in `python/` and `js/`; each compares what came back with what was sent. `.ci/clients` installs the
//! clients into a folder and runs this:
//!
//! ```text
//! TRACEABLE_CLIENTS=<folder> cargo test -p traceable-viewer --features interop --test clients -- --nocapture
//! ```
//!
//! It fails when a client is missing: a test that was asked for is not skipped.

#[path = "../common/mod.rs"]
mod common;
mod read_back;
mod stored;

use std::path::PathBuf;
use std::process::{Command, Output};

/// Something in the folder of the clients.
fn installed(path: &str) -> PathBuf {
    let folder = std::env::var_os("TRACEABLE_CLIENTS").expect(
        "TRACEABLE_CLIENTS has to name the folder into which `.ci/clients` has installed LangSmith's clients",
    );
    let found = PathBuf::from(folder).join(path);
    assert!(found.exists(), "{} is missing: `.ci/clients` installs it", found.display());
    std::path::absolute(found).unwrap()
}

/// Runs a Python program with a client that sends to the server.
fn python(client: &str, script: &str, url: &str, settings: &[(&str, &str)]) -> Output {
    let mut process = Command::new(installed(&format!("{client}/bin/python")));
    process.arg(program(&format!("python/{script}")));
    finish(&mut process, url, settings)
}

/// One of the programs beside this file.
fn program(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(path)
}

/// What a client's program does when it is told of the server, and of nothing else by the environment.
fn finish(process: &mut Command, url: &str, settings: &[(&str, &str)]) -> Output {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANG")) {
        process.env_remove(name);
    }
    process
        .env("LANGSMITH_TRACING", "true")
        .env("LANGSMITH_ENDPOINT", url)
        .env("LANGSMITH_API_KEY", "any")
        .env("LANGSMITH_PROJECT", "interop")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(settings.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("{process:?} cannot be started: {error}"))
}
