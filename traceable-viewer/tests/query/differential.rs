//! Random filters on random runs: the database finds what an evaluation in memory finds.

use proptest::prelude::*;
use traceable_viewer::RunQuery;

use crate::common::{Server, server};
use crate::evaluate::matches;
use crate::filters::{Filter, filters};
use crate::query;
use crate::world::{self, Run};

fn found(server: &Server, query: &RunQuery) -> Vec<usize> {
    let page = server.query(query).unwrap_or_else(|error| panic!("{query:?}: {error}"));
    assert_eq!(page.next, None);
    let mut found: Vec<usize> = page.runs.iter().map(|run| world::number(run.id)).collect();
    found.sort_unstable();
    found
}

fn expected(runs: &[Run], holds: impl Fn(&Run) -> bool) -> Vec<usize> {
    runs.iter().filter(|run| holds(run)).map(|run| run.number).collect()
}

/// As a filter of the run, of its root, and of any run of its trace.
fn agree(server: &Server, runs: &[Run], filter: &Filter) -> Result<(), TestCaseError> {
    let text = filter.to_string();
    let by = |set: &dyn Fn(&mut RunQuery, String)| {
        found(
            server,
            &query(|query| {
                query.limit = Some(1000);
                set(query, text.clone());
            }),
        )
    };
    let of_run = by(&|query, text| query.filter = Some(text));
    prop_assert_eq!(of_run, expected(runs, |run| matches(filter, run, runs)), "filter {}", text);
    let of_root = by(&|query, text| query.trace_filter = Some(text));
    let root_matches = |run: &Run| matches(filter, &runs[run.trace], runs);
    prop_assert_eq!(of_root, expected(runs, root_matches), "trace_filter {}", text);
    let of_tree = by(&|query, text| query.tree_filter = Some(text));
    let any_matches =
        |run: &Run| runs.iter().any(|other| other.trace == run.trace && matches(filter, other, runs));
    prop_assert_eq!(of_tree, expected(runs, any_matches), "tree_filter {}", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_database_agrees(runs in world::runs(8..24), filters in prop::collection::vec(filters(), 60)) {
        let server = server();
        world::send(&server, &runs);
        for filter in &filters {
            agree(&server, &runs, filter)?;
        }
    }
}
