//! Answers a question from any folder of text, and shows what it did.
//!
//! ```text
//! cargo run --example quickstart [PATH] [QUESTION]
//! ```
//!
//! By default it reads the documentation and sources of this repository. No model is needed: the answer is made of
//! sentences that were found, and streamed like a model's. The runs are shipped over HTTP to a collector inside this
//! program, read back from its SQLite file, compared with what was done, and printed. With `LANGSMITH_ENDPOINT` and
//! `LANGSMITH_API_KEY` set they are shipped there instead.
//!
//! - `load.rs`: plain functions, and an item that cannot be read
//! - `index.rs`: a thread pool that carries the context
//! - `answer.rs`: spawned tasks, a retry, a stream that calls traced functions, a parent named through `Extra`
//! - `check.rs`: reading traces back

mod answer;
mod check;
mod index;
mod load;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use std::{env, fs, process};

use traceable::prelude::*;
use traceable::{Config, Timestamp, init_with, new_run_id};
use traceable_viewer::Viewer;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
    let question = arguments.next().unwrap_or_else(|| "Where do runs go when the queue is full?".to_owned());

    let now = UNIX_EPOCH.elapsed()?.as_secs();
    let work = env::temp_dir().join(format!("traceable-quickstart-{now}-{}", process::id()));
    fs::create_dir(&work)?;
    let unreadable = work.join("latin-1.txt"); // so that every folder has an item that cannot be read as UTF-8
    fs::write(&unreadable, b"caf\xe9")?;

    // In a program of yours this is one line: `let _guard = traceable::init()?;`, which reads LANGSMITH_*.
    let (config, viewer) = destination(&work)?;
    let (endpoint, project) = (config.endpoint().to_owned(), config.project().to_owned());
    let guard = init_with(config)?;

    let verifier = answer::start_verifier(folder.clone());

    // One trace builds the index, another one answers. Choosing their ids helps to find them again.
    let traces = [(); 2].map(|()| new_run_id(Timestamp::now()));
    let extra = Extra::new().run_id(traces[0]).metadata("example", "quickstart");
    let index = Arc::new(extra.call(|| index::build_index(&folder, unreadable))?);

    let mut out = io::stdout().lock();
    writeln!(out, "{} passages of {folder}\n\nQ: {question}\nA:", index.passages.len())?;
    let extra = Extra::new().run_id(traces[1]).metadata("example", "quickstart");
    let answering = extra.call(|| answer::answer_question(question, Arc::clone(&index), verifier, &mut out));
    let answer = tokio::runtime::Runtime::new()?.block_on(answering)?;
    match answer.quotes {
        0 => writeln!(out, "(nothing here says anything about that)")?,
        quotes => writeln!(out, "({} of {quotes} quotes were found again in their files)", answer.verified)?,
    }

    // Afterwards everything handed over so far has arrived, or the report says what has not.
    let report = guard.flush(Duration::from_secs(10)).ok_or("tracing is off")?;
    if !report.is_lossless() {
        let (waiting, lost) = (report.remaining, report.dropped);
        return Err(format!("not all runs were delivered: {waiting} operations wait, lost: {lost}").into());
    }
    let Some(viewer) = viewer else {
        let api = endpoint.trim_end_matches("/v1").trim_end_matches("/api");
        let web = api.replacen("api.smith.", "smith.", 1);
        let [built, answered] = traces;
        writeln!(out, "\nTraces {built} and {answered} are in project {project}:\n{web}/projects")?;
        return Ok(());
    };
    let expected = check::expected(&index, &answer);
    for trace in check::read_back(viewer.store(), &traces, &expected, &answer)? {
        check::print(&trace, &mut out)?;
    }
    writeln!(out, "\nAll {} runs came back as they were made.", expected.values().sum::<usize>())?;
    writeln!(out, "To see them in full, with the binary of the crate traceable-viewer:\n")?;
    for trace in traces {
        writeln!(out, "traceable tree --db {} {trace}", viewer.store().path().display())?;
    }
    Ok(())
}

/// Where the runs go: to the LangSmith of the environment, or to a collector of our own.
fn destination(work: &Path) -> Result<(Config, Option<Viewer>), Box<dyn Error>> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    if set("LANGSMITH_ENDPOINT").and(set("LANGSMITH_API_KEY")).is_some() {
        let config = Config::from_vars(|name| match name {
            "LANGSMITH_TRACING_V2" => Some("true".to_owned()),
            "LANGSMITH_PROJECT" => set(name).or(Some("quickstart".to_owned())),
            _ => set(name),
        })?;
        return Ok((config, None));
    }
    let viewer = Viewer::builder().db(work.join("traceable.db")).port(0).start()?;
    Ok((Config::builder().endpoint(viewer.url()).project("quickstart").build()?, Some(viewer)))
}
