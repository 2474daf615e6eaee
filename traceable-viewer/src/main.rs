//! `traceable`: collects LangSmith-style traces, and shows them in the terminal.

mod commands;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use traceable_viewer::error_chain;

/// Collects the traces of LangSmith's SDKs and of the Rust crate `traceable` in one SQLite file.
#[derive(Parser)]
#[command(name = "traceable", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "replay")]
    Replay(commands::replay::Replay),
    /// Listen for traces until interrupted
    Serve(commands::serve::Serve),
    /// Print a stored trace as a tree
    Tree(commands::tree::Tree),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        #[cfg(feature = "replay")]
        Command::Replay(replay) => replay.run(),
        Command::Serve(serve) => serve.run(),
        Command::Tree(tree) => tree.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // without stderr the exit code still tells
            let _ = writeln!(std::io::stderr(), "traceable: {}", error_chain(&*error));
            ExitCode::FAILURE
        }
    }
}
