//! Reads the traces back from the database, and compares them with what the program knows it did.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::io::{self, Write};

use traceable_viewer::{RunStatus, Store, StoredRun, render_tree};
use uuid::Uuid;

use crate::answer::Answer;
use crate::index::{BATCH, Index, SHARDS};

/// How many runs there are of each kind. A kind is the way from the root, with run type and status: a run in the wrong
/// place, without its parent or without an end has a kind that is not expected.
pub(crate) type Kinds = BTreeMap<String, usize>;

/// The kinds that must come back, as the program counted them.
pub(crate) fn expected(index: &Index, answer: &Answer) -> Kinds {
    let files = index.corpus.files.len();
    let kinds = [
        ("build_index [chain, success]", 1),
        ("build_index > load_files [chain, success]", 1),
        ("build_index > load_files > read_file [tool, success]", files),
        ("build_index > load_files > read_file [tool, error]", index.corpus.unreadable.len()),
        ("build_index > split [parser, success]", files),
        ("build_index > embed [embedding, success]", index.passages.len().div_ceil(BATCH)),
        ("answer_question [chain, success]", 1),
        ("answer_question > search_shard [retriever, success]", SHARDS),
        ("answer_question > generate [llm, error]", answer.refusals),
        ("answer_question > generate [llm, success]", 1),
        ("answer_question > generate > pick_sentence [tool, success]", answer.passages),
        ("answer_question > verify_quotes [chain, success]", 1),
        ("answer_question > verify_quotes > read_file [tool, success]", answer.quotes),
        ("answer_question > verify_quotes > split [parser, success]", answer.quotes),
    ];
    kinds.into_iter().filter(|(_, count)| *count > 0).map(|(kind, count)| (kind.to_owned(), count)).collect()
}

/// The runs of the traces, if they are what is expected and no other trace is there.
pub(crate) fn read_back(
    store: &Store,
    traces: &[Uuid],
    expected: &Kinds,
    answer: &Answer,
) -> Result<Vec<Vec<StoredRun>>, Box<dyn Error>> {
    let mut found = Kinds::new();
    for trace in store.traces(usize::MAX)? {
        let runs = store.trace(trace.trace_id)?;
        let by_id: HashMap<Uuid, &StoredRun> = runs.iter().map(|run| (run.id, run)).collect();
        for run in &runs {
            *found.entry(kind(run, &by_id)).or_default() += 1;
        }
    }
    if found != *expected {
        return Err(difference(expected, &found).into());
    }
    let runs = traces.iter().map(|trace| store.trace(*trace)).collect::<Result<Vec<_>, _>>()?;
    let all = || runs.iter().flatten();
    let said = |run: &StoredRun| {
        let outputs: Option<serde_json::Value> = serde_json::from_str(run.outputs.as_deref()?).ok();
        Some(outputs?["output"] == answer.text)
    };
    if !all().any(|run| run.run_type == "llm" && said(run) == Some(true)) {
        return Err("the answer in the database is not the one that was given".into());
    }
    let has_cause = |run: &StoredRun| run.error.as_deref().is_some_and(|error| error.contains("Caused by"));
    if !all().any(|run| run.name == "read_file" && has_cause(run)) {
        return Err("the error of the file that cannot be read has lost its cause".into());
    }
    Ok(runs)
}

fn kind(run: &StoredRun, by_id: &HashMap<Uuid, &StoredRun>) -> String {
    let mut way = run.name.clone();
    let mut parent = run.parent_id;
    while let Some(id) = parent {
        let above = by_id.get(&id);
        way = format!("{} > {way}", above.map_or("(missing)", |above| &above.name));
        parent = above.and_then(|above| above.parent_id);
    }
    let status = if run.duration().is_some() { run.status.as_str() } else { "without an end" };
    format!("{way} [{}, {status}]", run.run_type)
}

fn difference(expected: &Kinds, found: &Kinds) -> String {
    let mut text = "what came back is not what ran".to_owned();
    for kind in expected.keys().chain(found.keys().filter(|kind| !expected.contains_key(*kind))) {
        let count = |kinds: &Kinds| kinds.get(kind).copied().unwrap_or(0);
        if count(expected) != count(found) {
            text += &format!("\n  {kind}: {} ran, {} came back", count(expected), count(found));
        }
    }
    text
}

/// Prints a trace, one line for most runs: every error, and of runs of one name below one parent the first; of those
/// below the root so many as `wide` says.
pub(crate) fn print(runs: &[StoredRun], wide: usize, out: &mut impl Write) -> io::Result<()> {
    let mut seen: HashMap<(Option<Uuid>, &str), usize> = HashMap::new();
    let mut left_out: HashSet<Uuid> = HashSet::new();
    for run in runs {
        let count = seen.entry((run.parent_id, &run.name)).or_default();
        *count += usize::from(run.status != RunStatus::Error);
        let parent_is_out = run.parent_id.is_some_and(|parent| left_out.contains(&parent));
        let most = if run.parent_id == Some(run.trace_id) { wide } else { 1 };
        if parent_is_out || (run.status != RunStatus::Error && *count > most) {
            left_out.insert(run.id);
        }
    }
    let shown: Vec<StoredRun> = runs.iter().filter(|run| !left_out.contains(&run.id)).map(shorten).collect();
    write!(out, "\n{}", render_tree(&shown))?;
    if !left_out.is_empty() {
        writeln!(out, "({} more runs like these)", left_out.len())?;
    }
    Ok(())
}

/// A run with what fits on a screen: inputs of a root, outputs of a model, an error and its causes on one line.
fn shorten(run: &StoredRun) -> StoredRun {
    let mut run = run.clone();
    run.inputs = run.inputs.filter(|_| run.parent_id.is_none());
    run.outputs = run.outputs.filter(|_| run.run_type == "llm" && run.status != RunStatus::Error);
    run.error = run.error.map(|error| {
        let lines = error.lines().filter(|line| !line.trim().is_empty() && *line != "Caused by:");
        lines.map(|line| line.trim().trim_start_matches("0: ")).collect::<Vec<_>>().join(": ")
    });
    run
}
