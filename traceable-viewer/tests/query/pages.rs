//! Page by page, no run is left out and none comes twice.

use proptest::prelude::*;
use traceable_viewer::{Order, QueryError, RunQuery, StoredRun};

use crate::common::{Server, server};
use crate::evaluate::matches;
use crate::filters::{Filter, filters};
use crate::query;
use crate::world::{self, EPOCH_US, Run};

/// Fields of a query.
#[derive(Clone, Debug)]
struct Fields {
    filter: Option<Filter>,
    is_root: Option<bool>,
    has_error: Option<bool>,
    run_type: Option<&'static str>,
    parent: Option<usize>,
    min_start_us: Option<i64>,
    max_start_us: Option<i64>,
    oldest_first: bool,
    limit: usize,
    offset: usize,
}

impl Fields {
    fn query(&self) -> RunQuery {
        query(|query| {
            query.projects = vec![world::PROJECT.to_owned()];
            query.filter = self.filter.as_ref().map(Filter::to_string);
            query.is_root = self.is_root;
            query.has_error = self.has_error;
            query.run_type = self.run_type.map(str::to_owned);
            query.parent_id = self.parent.map(|parent| world::id(parent).parse().unwrap());
            query.min_start_us = self.min_start_us;
            query.max_start_us = self.max_start_us;
            query.order = if self.oldest_first { Order::OldestFirst } else { Order::NewestFirst };
            query.limit = Some(self.limit);
        })
    }

    fn matches(&self, run: &Run, runs: &[Run]) -> bool {
        let start_holds = |bound: Option<i64>, holds: fn(&i64, &i64) -> bool| {
            bound.is_none_or(|bound| run.start_us.is_some_and(|start| holds(&start, &bound)))
        };
        self.filter.as_ref().is_none_or(|filter| matches(filter, run, runs))
            && self.is_root.is_none_or(|is_root| run.parent.is_none() == is_root)
            && self.has_error.is_none_or(|has_error| run.error.is_some() == has_error)
            && self.run_type.is_none_or(|run_type| run.run_type == run_type.to_lowercase())
            && self.parent.is_none_or(|parent| run.parent == Some(parent))
            && start_holds(self.min_start_us, i64::ge)
            && start_holds(self.max_start_us, i64::le)
    }
}

fn fields() -> impl Strategy<Value = Fields> {
    let time = || prop::option::weighted(0.2, (0..36_i64).prop_map(|at| EPOCH_US + 250_000 * at));
    (
        (prop::option::of(filters()), prop::option::weighted(0.3, any::<bool>())),
        (prop::option::weighted(0.2, any::<bool>()), prop::option::weighted(0.2, 0..12_usize)),
        prop::option::weighted(0.2, prop::sample::select(&["llm", "LLM", "chain"][..])),
        (time(), time()),
        (any::<bool>(), 1..8_usize, prop::option::weighted(0.3, 0..9_usize)),
    )
        .prop_map(
            |(
                (filter, is_root),
                (has_error, parent),
                run_type,
                (min, max),
                (oldest_first, limit, offset),
            )| {
                Fields {
                    filter,
                    is_root,
                    has_error,
                    run_type,
                    parent,
                    min_start_us: min,
                    max_start_us: max,
                    oldest_first,
                    limit,
                    offset: offset.unwrap_or(0),
                }
            },
        )
}

/// All runs, page by page.
fn walk(server: &Server, first: RunQuery, limit: usize) -> Vec<StoredRun> {
    let mut query = first;
    let mut all = Vec::new();
    loop {
        let page = server.query(&query).unwrap_or_else(|error| panic!("{query:?}: {error}"));
        let full = page.runs.len() == limit;
        all.extend(page.runs);
        match page.next {
            Some(cursor) => {
                assert!(full, "a page with a page behind it is not full: {query:?}");
                (query.cursor, query.offset) = (Some(cursor), 0);
            }
            None => return all,
        }
    }
}

/// Where a run stands among the others of its start is free.
fn starts(runs: &[StoredRun]) -> Vec<Option<i64>> {
    runs.iter().map(|run| run.start_us).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_run_once_and_in_order(runs in world::runs(8..40), queries in prop::collection::vec(fields(), 30)) {
        let server = server();
        world::send(&server, &runs);
        for fields in &queries {
            let all = walk(&server, fields.query(), fields.limit);
            let mut numbers: Vec<usize> = all.iter().map(|run| world::number(run.id)).collect();
            numbers.sort_unstable();
            let expected: Vec<usize> =
                runs.iter().filter(|run| fields.matches(run, &runs)).map(|run| run.number).collect();
            prop_assert_eq!(numbers, expected, "{:?}", fields.query());
            let mut sorted = starts(&all);
            // runs without a start are the last of either order
            sorted.sort_by_key(|start| match (start, fields.oldest_first) {
                (None, _) => i64::MAX,
                (Some(start), true) => *start,
                (Some(start), false) => -start,
            });
            prop_assert_eq!(starts(&all), sorted, "{:?}", fields.query());
            let mut later = fields.query();
            later.offset = fields.offset;
            let ids = |runs: &[StoredRun]| runs.iter().map(|run| run.id).collect::<Vec<_>>();
            let skipped = walk(&server, later, fields.limit);
            prop_assert_eq!(ids(&skipped), ids(all.get(fields.offset..).unwrap_or_default()));
        }
    }
}

/// A run that arrives between two pages moves none of the others.
#[test]
fn pages_while_runs_arrive() {
    let server = server();
    let send = |numbers: std::ops::Range<usize>| {
        let post: Vec<_> = numbers
            .map(|number| {
                let start = world::iso(EPOCH_US + 1_000_000 * i64::try_from(number).unwrap());
                serde_json::json!({"id": world::id(number), "trace_id": world::id(number), "name": "n",
                    "run_type": "chain", "start_time": start, "session_name": world::PROJECT})
            })
            .collect();
        let reply = server.json("POST", "/runs/batch", &serde_json::json!({"post": post}));
        assert_eq!(reply.status, 202, "{}", reply.body);
    };
    send(0..10);
    let mut seen = Vec::new();
    let mut query = query(|query| query.limit = Some(3));
    let mut arrived = 10;
    loop {
        let page = server.query(&query).unwrap();
        seen.extend(page.runs.iter().map(|run| world::number(run.id)));
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
        send(arrived..arrived + 2);
        arrived += 2;
    }
    assert_eq!(seen, (0..10).rev().collect::<Vec<_>>());
}

#[test]
fn limits() {
    let server = server();
    let post: Vec<_> = (0..1100)
        .map(|number| {
            serde_json::json!({"id": world::id(number), "trace_id": world::id(0), "name": "n", "run_type": "chain",
                "parent_run_id": (number > 0).then(|| world::id(0)), "session_name": world::PROJECT,
                "start_time": world::iso(EPOCH_US)})
        })
        .collect();
    let reply = server.json("POST", "/runs/batch", &serde_json::json!({"post": post}));
    assert_eq!(reply.status, 202, "{}", reply.body);
    let count = |set: &dyn Fn(&mut RunQuery)| {
        let page = server.query(&query(set)).unwrap();
        (page.runs.len(), page.next.is_some())
    };
    assert_eq!(count(&|_| ()), (100, true));
    assert_eq!(count(&|query| query.limit = Some(1)), (1, true));
    assert_eq!(count(&|query| query.limit = Some(1000)), (1000, true));
    assert_eq!(count(&|query| query.limit = Some(usize::MAX)), (1000, true));
    assert_eq!(count(&|query| query.limit = Some(0)), (1, true));
    assert_eq!(count(&|query| query.offset = usize::MAX), (0, false));
    // all of a trace, whatever the limit
    let trace: uuid::Uuid = world::id(0).parse().unwrap();
    assert_eq!(
        count(&|query| {
            query.trace_id = Some(trace);
            query.limit = Some(10);
        }),
        (1100, false)
    );
}

#[test]
fn cursors_of_others() {
    let server = server();
    let runs: Vec<_> = (0..3)
        .map(|number| {
            serde_json::json!({"id": world::id(number), "trace_id": world::id(number), "name": "n",
                "run_type": "chain", "start_time": world::iso(EPOCH_US)})
        })
        .collect();
    server.json("POST", "/runs/batch", &serde_json::json!({"post": runs}));
    let own = server.query(&query(|query| query.limit = Some(1))).unwrap().next.unwrap();
    let told = |cursor: &str, order: Order| {
        server.query(&query(|query| {
            query.cursor = Some(cursor.to_owned());
            query.order = order;
        }))
    };
    assert_eq!(told(&own, Order::NewestFirst).unwrap().runs.len(), 2);
    let cut = &own[..own.len() - 2];
    for cursor in ["", "x", "eyJhIjoxfQ", "2026-01-05T10:00:00Z", "' OR 1=1 --", "\0", "é", cut] {
        let error = told(cursor, Order::NewestFirst).unwrap_err();
        assert!(matches!(error, QueryError::Cursor), "{cursor:?}: {error}");
        assert!(error.to_string().contains("cursor"));
    }
    // of the other order: it would leave out runs
    assert!(matches!(told(&own, Order::OldestFirst), Err(QueryError::Cursor)));
}

/// A list reads no long texts.
#[test]
fn with_and_without_payloads() {
    let server = server();
    let run = serde_json::json!({"id": world::id(0), "trace_id": world::id(0), "name": "n", "run_type": "chain",
        "start_time": world::iso(EPOCH_US), "inputs": {"q": "x"}, "outputs": {"a": "y"}, "error": "boom",
        "events": [{"name": "e"}], "tags": ["t"], "extra": {"metadata": {"k": "v"}}});
    server.json("POST", "/runs/batch", &serde_json::json!({"post": [run]}));
    let one = |payloads: bool| {
        let mut page = server.query(&query(|query| query.payloads = payloads)).unwrap();
        page.runs.remove(0)
    };
    let (short, long) = (one(false), one(true));
    assert_eq!((&short.inputs, &short.outputs, &short.extra, &short.events), (&None, &None, &None, &None));
    assert_eq!(short.tags, ["t"]);
    assert_eq!(long.inputs.as_deref(), Some(r#"{"q":"x"}"#));
    assert_eq!(long.error.as_deref(), Some("boom"));
    assert_eq!(long, server.store().run(world::id(0).parse().unwrap()).unwrap().unwrap());
}
