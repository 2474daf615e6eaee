//! Which runs a command is about, in the arguments that several commands share.

use std::error::Error;

use clap::Args;
use traceable_viewer::{RunQuery, Store, StoredRun};

use crate::commands::moment;

/// Runs that are read at a time.
const PAGE: usize = 100;

#[derive(Args)]
pub(crate) struct Selection {
    /// Only what matches, in LangSmith's filter language: 'and(eq(status, "error"), gt(latency, "5s"))'
    #[arg(long, value_name = "FILTER")]
    pub(crate) filter: Option<String>,
    /// Only of this project; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Vec<String>,
    /// Only what started since: an age (90m, 2h, 7d) or a time (2026-11-22T13:24:33Z)
    #[arg(long, value_name = "AGE|TIME", value_parser = moment::since)]
    pub(crate) since: Option<i64>,
}

impl Selection {
    pub(crate) fn query(&self) -> RunQuery {
        let mut query = RunQuery::default();
        query.filter.clone_from(&self.filter);
        query.projects.clone_from(&self.project);
        query.min_start_us = self.since;
        query
    }
}

/// Hands over the runs of a query, page by page, up to a limit.
pub(crate) fn each_run(
    store: &Store,
    mut query: RunQuery,
    limit: usize,
    mut each: impl FnMut(StoredRun) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut left = limit;
    while left > 0 {
        query.limit = Some(left.min(PAGE));
        let page = store.query(&query)?;
        left = left.saturating_sub(page.runs.len());
        page.runs.into_iter().try_for_each(&mut each)?;
        // a page that has no runs may have a next one: the search took its time, and goes on there
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    Ok(())
}
