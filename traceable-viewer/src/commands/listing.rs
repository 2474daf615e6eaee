//! Traces and runs in a line each, for `ls` and `tail`.

use std::error::Error;
use std::time::Duration;

use serde_json::json;
use traceable_core::Timestamp;
use traceable_viewer::{Store, StoredRun, Table, TraceCounts, format_cost, format_duration, format_time};
use uuid::Uuid;

/// Characters of a name.
const NAME_WIDTH: usize = 40;

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The root, with the totals of its trace.
    Traces,
    Runs,
}

/// The runs as a table.
pub(crate) fn table(store: &Store, kind: Kind, runs: &[StoredRun]) -> Result<Table, Box<dyn Error>> {
    let counts = store.trace_counts(&traces(kind, runs))?;
    let mut table = Table::new(match kind {
        Kind::Traces => {
            &["start (UTC)", "name", "status", ">latency", ">tokens", ">cost", ">runs", ">errors", "id"][..]
        }
        Kind::Runs => &["start (UTC)", "name", "type", "status", ">latency", ">tokens", ">cost", "id"],
    });
    for run in runs {
        let all = totals(kind, run, counts.get(&run.trace_id));
        let start = run.start_us.map(format_time).unwrap_or_default();
        let latency = run.duration().map(format_duration).unwrap_or_default();
        let tokens = if all.total_tokens == 0 { String::new() } else { all.total_tokens.to_string() };
        let cost = all.total_cost.map(format_cost).unwrap_or_default();
        let (name, status, id) = (run.name.clone(), run.status.as_str().to_owned(), run.id.to_string());
        let cells = match kind {
            Kind::Traces => {
                let errors = if all.errors == 0 { String::new() } else { all.errors.to_string() };
                vec![start, name, status, latency, tokens, cost, all.runs.to_string(), errors, id]
            }
            Kind::Runs => vec![start, name, run.run_type.clone(), status, latency, tokens, cost, id],
        };
        table.row(cells, NAME_WIDTH);
    }
    Ok(table)
}

/// The runs as JSON, one a line.
pub(crate) fn json_lines(store: &Store, kind: Kind, runs: &[StoredRun]) -> Result<String, Box<dyn Error>> {
    let counts = store.trace_counts(&traces(kind, runs))?;
    let mut lines = String::new();
    for run in runs {
        let all = totals(kind, run, counts.get(&run.trace_id));
        let time = |us: Option<i64>| us.map(|us| Timestamp::from_signed_micros(us).to_string());
        let mut object = json!({
            "id": run.id, "trace_id": run.trace_id, "parent_run_id": run.parent_id, "name": run.name,
            "run_type": run.run_type, "project": run.project, "status": run.status.as_str(),
            "start_time": time(run.start_us), "end_time": time(run.end_us),
            "latency": run.duration().as_ref().map(Duration::as_secs_f64), "model": run.model,
            "thread_id": run.thread_id, "total_tokens": all.total_tokens, "total_cost": all.total_cost, "tags": run.tags,
        });
        if let (Kind::Traces, Some(object)) = (kind, object.as_object_mut()) {
            object.insert("runs".to_owned(), json!(all.runs));
            object.insert("errors".to_owned(), json!(all.errors));
        }
        lines += &object.to_string();
        lines.push('\n');
    }
    Ok(lines)
}

fn traces(kind: Kind, runs: &[StoredRun]) -> Vec<Uuid> {
    match kind {
        Kind::Traces => runs.iter().map(|run| run.trace_id).collect(),
        Kind::Runs => Vec::new(),
    }
}

/// Of the trace, or of the run alone.
fn totals(kind: Kind, run: &StoredRun, counts: Option<&TraceCounts>) -> Totals {
    match (kind, counts) {
        (Kind::Traces, Some(counts)) => Totals {
            runs: counts.runs,
            errors: counts.errors,
            total_tokens: counts.total_tokens,
            total_cost: counts.total_cost,
        },
        _ => Totals {
            runs: 1,
            errors: 0,
            total_tokens: run.usage.total_tokens,
            total_cost: run.usage.total_cost,
        },
    }
}

struct Totals {
    runs: u64,
    errors: u64,
    total_tokens: u64,
    total_cost: Option<f64>,
}
