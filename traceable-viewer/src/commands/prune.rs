//! `traceable prune`: deletes old traces.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgGroup, Args};
use traceable_viewer::{Retention, format_bytes, plan_prune, prune};

use crate::commands::{database::Database, files::progress, moment, output::print, size};

/// Delete old traces, and give their room back to the disk
///
/// Whole traces go, the oldest first; one that is still open stays. A collector may use the file meanwhile.
#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args(["older_than", "max_size", "all"])))]
pub(crate) struct Prune {
    #[command(flatten)]
    database: Database,
    /// Traces that received nothing for so long: 12h, 7d
    #[arg(long, value_name = "AGE", value_parser = moment::age)]
    older_than: Option<Duration>,
    /// The oldest, until the file has at most this size: 500MB, 1GiB
    #[arg(long, value_name = "SIZE", value_parser = size::bytes)]
    max_size: Option<u64>,
    /// Everything, also what is open
    #[arg(long, conflicts_with_all = ["older_than", "max_size"])]
    all: bool,
    /// Delete nothing, and tell what would go
    #[arg(long)]
    dry_run: bool,
}

impl Prune {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let retention =
            if self.all { Retention::nothing() } else { retention(self.max_size, self.older_than) };
        if self.dry_run {
            let plan = plan_prune(&self.database.path, &retention)?;
            print(&format!(
                "{} traces with {} runs would be deleted: about {} of {}\n",
                plan.traces,
                plan.runs,
                format_bytes(plan.bytes),
                format_bytes(plan.file_bytes)
            ))?;
            return Ok(ExitCode::SUCCESS);
        }
        let bar = progress("{spinner} {human_pos} runs deleted, {per_sec}");
        let report = prune(&self.database.path, &retention, |report| bar.set_position(report.runs))?;
        bar.finish_and_clear();
        print(&format!(
            "{} traces with {} runs deleted; {} before, {} now\n",
            report.traces,
            report.runs,
            format_bytes(report.bytes_before),
            format_bytes(report.bytes)
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What these arguments keep.
pub(crate) fn retention(max_size: Option<u64>, max_age: Option<Duration>) -> Retention {
    let mut retention = Retention::unlimited();
    if let Some(bytes) = max_size {
        retention = retention.max_bytes(bytes);
    }
    if let Some(age) = max_age {
        retention = retention.max_age(age);
    }
    retention
}
