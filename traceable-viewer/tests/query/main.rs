//! Which runs a query finds.

#[path = "../common/mod.rs"]
mod common;

mod contract;
mod differential;
mod evaluate;
mod filters;
mod hostile;
mod large;
mod pages;
mod world;

use traceable_viewer::{QueryError, RunPage, RunQuery};

use crate::common::Server;

/// The query with fields set, which a literal cannot do.
fn query(set: impl FnOnce(&mut RunQuery)) -> RunQuery {
    let mut query = RunQuery::default();
    set(&mut query);
    query
}

fn by_filter(filter: impl Into<String>) -> RunQuery {
    query(|query| query.filter = Some(filter.into()))
}

impl Server {
    fn query(&self, query: &RunQuery) -> Result<RunPage, QueryError> {
        self.store().query(query)
    }
}
