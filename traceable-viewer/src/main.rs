//! `traceable`: collects LangSmith-style traces, and shows them in the terminal.

mod commands;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
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
    /// Listen for traces until interrupted
    Serve(commands::serve::Serve),
    Run(commands::run::Run),
    Tree(commands::tree::Tree),
    Show(commands::show::Show),
    #[cfg(feature = "replay")]
    Replay(commands::replay::Replay),
    Ls(commands::ls::Ls),
    Tail(commands::tail::Tail),
    Sql(commands::sql::Sql),
    Export(commands::export::Export),
    Import(commands::import::Import),
    Prune(commands::prune::Prune),
    Doctor(commands::doctor::Doctor),
    Demo(commands::demo::Demo),
    Completions(commands::completions::Completions),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Run(run) => run.run(),
        Command::Tree(tree) => tree.run(),
        Command::Show(show) => show.run(),
        #[cfg(feature = "replay")]
        Command::Replay(replay) => replay.run(),
        Command::Ls(ls) => ls.run(),
        Command::Tail(tail) => tail.run(),
        Command::Sql(sql) => sql.run(),
        Command::Export(export) => export.run(),
        Command::Import(import) => import.run(),
        Command::Prune(prune) => prune.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Demo(demo) => demo.run(),
        Command::Completions(completions) => completions.run(Arguments::command()),
    };
    match result {
        Ok(code) => code,
        Err(error) if error.is::<commands::ReaderGone>() => ExitCode::SUCCESS,
        Err(error) => {
            // without stderr the exit code still tells
            let _ = writeln!(std::io::stderr(), "traceable: {}", error_chain(&*error));
            ExitCode::FAILURE
        }
    }
}
