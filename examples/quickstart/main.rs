//! Answers a question from any folder of text, and shows what it did.
//!
//! ```text
//! cargo run --example quickstart [PATH] [QUESTION]
//! ```
//!
//! By default it reads the documentation of this repository. No model is needed: the answer is made of sentences that
//! were found, and streamed like a model's. The runs are shipped over HTTP to a collector inside this program, read back
//! from its SQLite file, compared with what was done, and printed. With `LANGSMITH_ENDPOINT` and `LANGSMITH_API_KEY` set
//! they are shipped there instead.
//!
//! - `load.rs`: plain functions, and an item that cannot be read
//! - `index.rs`: a thread pool that carries the context
//! - `passages.rs`: what a file is split into, and which sentence of it answers
//! - `answer.rs`: spawned tasks, a retry, a stream that calls traced functions, a parent named through `Extra`
//! - `check.rs`: reading traces back
//! - `tests.rs`: the default question gets the right answer

mod answer;
mod check;
mod index;
mod load;
mod passages;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use std::{env, fs, process};

use traceable::prelude::*;
use traceable::{Config, ConfigError, Timestamp, init_with, new_run_id};
use traceable_viewer::Viewer;

use crate::index::SHARDS;
use crate::load::Source;

/// The README answers it.
const QUESTION: &str = "Where do runs go while the server is down?";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let path = arguments.next().filter(|path| !path.is_empty());
    let source = path.map_or_else(Source::documentation, |path| Source::at(path.into()));
    let question = arguments.next().map_or(QUESTION.into(), |text| text.to_string_lossy().into_owned());
    let mut out = io::stdout().lock();
    let langsmith = langsmith().map_err(Into::into);
    match langsmith.and_then(|langsmith| run(source, question, langsmith, &mut out)) {
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

/// Ships the runs to the LangSmith that is given, or to a collector of its own.
fn run(
    source: Source,
    question: String,
    langsmith: Option<Config>,
    out: &mut impl io::Write,
) -> Result<(), Box<dyn Error>> {
    let now = UNIX_EPOCH.elapsed()?.as_secs();
    let work = env::temp_dir().join(format!("traceable-quickstart-{now}-{}", process::id()));
    fs::create_dir(&work)?;
    let unreadable = work.join("latin-1.txt"); // so that there is always an item that cannot be read as UTF-8
    fs::write(&unreadable, b"caf\xe9")?;

    // In a program of yours this is one line: `let _guard = traceable::init()?;`, which reads LANGSMITH_*.
    let (config, viewer) = if let Some(config) = langsmith {
        (config, None)
    } else {
        let viewer = Viewer::builder().db(work.join("traceable.db")).port(0).start()?;
        (Config::builder().endpoint(viewer.url()).project("quickstart").build()?, Some(viewer))
    };
    let (endpoint, project) = (config.endpoint().to_owned(), config.project().to_owned());
    let guard = init_with(config)?;

    let verifier = answer::start_verifier(source.clone());

    // One trace builds the index, another one answers. Choosing their ids helps to find them again.
    let traces = [(); 2].map(|()| new_run_id(Timestamp::now()));
    let extra = Extra::new().run_id(traces[0]).metadata("example", "quickstart");
    let index = Arc::new(extra.call(|| index::build_index(&source, unreadable))?);

    let (passages, files) = (index.passages.len(), index.corpus.files.len());
    writeln!(out, "{passages} passages in {files} files of {}\n\nQ: {question}\nA:", source.name())?;
    let extra = Extra::new().run_id(traces[1]).metadata("example", "quickstart");
    let answering = extra.call(|| answer::answer_question(question, Arc::clone(&index), verifier, out));
    let answer = tokio::runtime::Runtime::new()?.block_on(answering)?;
    match answer.quotes {
        0 if passages == 0 => writeln!(out, "(there is no text here that could be read)")?,
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
        let [built, answered] = traces;
        writeln!(out, "\nTraces {built} and {answered} are in project {project} of {endpoint}")?;
        return Ok(());
    };
    let expected = check::expected(&index, &answer);
    let trees = check::read_back(viewer.store(), &traces, &expected, &answer)?;
    for (tree, wide) in trees.iter().zip([1, SHARDS]) {
        check::print(tree, wide, out)?;
    }
    let runs = expected.values().sum::<usize>();
    writeln!(
        out,
        "\nAll {runs} runs went over HTTP into the collector's database and came back as they were made."
    )?;
    let database = viewer.store().path().display();
    writeln!(
        out,
        "
Try next:
  cargo run --example quickstart -- PATH \"QUESTION\"  asks files of yours
  cargo run -p traceable-viewer -- serve             starts a collector for your own programs
  cargo run --example nesting_async                  shows hand-overs; so do nesting_context, nesting_threads
  less src/guide/nesting.md                          says what to do when a run is not where it belongs
  cargo run -p traceable-viewer -- tree --db {database}
                                                     prints the last trace in full"
    )?;
    Ok(())
}

/// The LangSmith of the environment, if it names one.
fn langsmith() -> Result<Option<Config>, ConfigError> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    if set("LANGSMITH_ENDPOINT").and(set("LANGSMITH_API_KEY")).is_none() {
        return Ok(None);
    }
    let config = Config::from_vars(|name| match name {
        "LANGSMITH_TRACING_V2" => Some("true".to_owned()),
        "LANGSMITH_PROJECT" => set(name).or(Some("quickstart".to_owned())),
        _ => set(name),
    })?;
    Ok(Some(config))
}
