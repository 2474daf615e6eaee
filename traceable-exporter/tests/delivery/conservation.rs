//! Whatever a server does, and whatever the program does meanwhile: every operation is delivered, or dropped for a
//! reason, or waits; and what the books call delivered is what the server has acknowledged, run by run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter, mains};
use proptest::prelude::*;
use traceable_core::{OperationKind, RunOperation, RunSink, RunTree};
use traceable_exporter::{Exporter, Spool, Stats};

/// What a thread of the program does next.
#[derive(Clone, Debug)]
enum Step {
    /// So many runs from start to end, with so many bytes of inputs and of outputs.
    Runs(usize, usize, usize),
    /// A run that ends with its thread.
    LongRun(usize),
    Flush(Duration),
    Pause(Duration),
    Shutdown(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    let milliseconds = |most| (0u64..most).prop_map(Duration::from_millis);
    prop_oneof![
        8 => (1usize..30, 0usize..400, 0usize..3000).prop_map(|(n, i, o)| Step::Runs(n, i, o)),
        2 => (0usize..3000).prop_map(Step::LongRun),
        3 => milliseconds(60).prop_map(Step::Flush),
        2 => milliseconds(20).prop_map(Step::Pause),
        1 => milliseconds(30).prop_map(Step::Shutdown),
    ]
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let answer = prop_oneof![
        8 => Just(Answer::Status(202)),
        1 => prop::sample::select(vec![200, 302, 400, 401, 403, 404, 405, 408, 409, 413, 422, 425, 429, 500, 502, 503, 504])
            .prop_map(Answer::Status),
        1 => Just(Answer::Reset),
        1 => (1u64..120).prop_map(|ms| Answer::Stall(Duration::from_millis(ms))),
        1 => Just(Answer::With(429, "Retry-After: 0\r\n".to_owned())),
    ];
    prop::collection::vec(answer, 0..40)
}

/// Operations by run, starts and ends.
type Runs = HashMap<String, [u32; 2]>;

/// Hands operations on, and remembers them.
struct Counted {
    exporter: Arc<Exporter>,
    submitted: Mutex<Runs>,
}

impl RunSink for Counted {
    fn submit(&self, operation: RunOperation) {
        let which = usize::from(operation.kind == OperationKind::Patch);
        self.submitted.lock().unwrap().entry(operation.id().to_string()).or_default()[which] += 1;
        self.exporter.submit(operation);
    }
}

/// The books, at any moment.
fn balanced(exporter: &Exporter) -> Stats {
    let stats = exporter.stats();
    let accounted =
        stats.delivered + stats.dropped.total() + stats.queued + stats.quarantined + stats.left_on_disk;
    assert_eq!(stats.submitted + stats.recovered, accounted, "{stats:?}");
    assert!(stats.on_disk <= stats.queued, "{stats:?}");
    stats
}

fn text(bytes: usize) -> serde_json::Value {
    serde_json::json!({"text": "x".repeat(bytes)})
}

fn begin(sink: &Arc<Counted>, bytes: usize) -> RunTree {
    let run = RunTree::builder("r").inputs(text(bytes)).sink(sink.clone()).build();
    run.post();
    run
}

fn end(run: &RunTree, bytes: usize) {
    run.end_with(text(bytes));
    run.patch();
}

fn perform(sink: &Arc<Counted>, steps: &[Step]) {
    let mut open = Vec::new();
    for step in steps {
        match step {
            Step::Runs(runs, inputs, outputs) => {
                (0..*runs).for_each(|_| end(&begin(sink, *inputs), *outputs));
            }
            Step::LongRun(bytes) => open.push((begin(sink, 10), *bytes)),
            Step::Flush(timeout) => {
                let before = sink.exporter.stats();
                let report = sink.exporter.flush(*timeout);
                let stats = balanced(&sink.exporter);
                let accounted = report.delivered
                    + report.dropped.total()
                    + report.remaining
                    + report.quarantined
                    + report.left_on_disk;
                assert!(accounted >= before.submitted && accounted <= stats.submitted, "{report} {stats:?}");
                assert!(report.elapsed < *timeout + Duration::from_secs(2), "{report}");
            }
            Step::Pause(time) => std::thread::sleep(*time),
            Step::Shutdown(timeout) => {
                let report = sink.exporter.shutdown(*timeout);
                assert_eq!(report.remaining, 0);
                assert_eq!(balanced(&sink.exporter).queued, 0);
            }
        }
        balanced(&sink.exporter);
    }
    open.iter().for_each(|(run, bytes)| end(run, *bytes));
}

/// What the server has said yes to.
fn acknowledged(server: &Server) -> Runs {
    let mut runs = Runs::new();
    for (request, _) in server.answered().iter().filter(|(_, status)| matches!(status, 200..300 | 409)) {
        for (is_start, main) in starts_and_ends(request) {
            let run = runs.entry(main["id"].as_str().unwrap().to_owned()).or_default();
            run[0] += u32::from(is_start);
            run[1] += u32::from(main["end_time"].is_string());
        }
    }
    runs
}

/// The runs of a request, by either way in, and whether they are new.
fn starts_and_ends(request: &crate::support::server::Request) -> Vec<(bool, serde_json::Value)> {
    if request.path == "/runs/multipart" {
        return mains(request).into_iter().map(|(part, main)| (part.starts_with("post."), main)).collect();
    }
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let of = |key: &str| body[key].as_array().cloned().unwrap_or_default();
    let (posts, patches) = (of("post").into_iter(), of("patch").into_iter());
    posts.map(|run| (true, run)).chain(patches.map(|run| (false, run))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_books_are_right_at_every_flush_and_agree_with_the_server(
        script in answers(),
        program in prop::collection::vec(prop::collection::vec(step(), 1..8), 1..4),
        max_queue_bytes in prop::sample::select(vec![20_000usize, 200_000, 10_000_000]),
        batch in 1usize..40,
        is_spooled in any::<bool>(),
    ) {
        let server = Server::start();
        server.script(script);
        let folder = Scratch::new();
        let settings = || {
            let settings = config(&server.url())
                .max_queue_bytes(max_queue_bytes)
                .batch_operations(batch)
                .batch_delay(Duration::from_millis(5))
                .retry_timeout(Duration::from_millis(400));
            match is_spooled {
                // large enough for some of these programs
                true => settings.spool(Spool::new(folder.path()).max_bytes(max_queue_bytes as u64 / 2)),
                false => settings,
            }
        };
        let exporter = exporter(settings());
        let sink = Arc::new(Counted { exporter: exporter.clone(), submitted: Mutex::default() });
        std::thread::scope(|scope| {
            program.iter().for_each(|steps| drop(scope.spawn(|| perform(&sink, steps))));
        });
        let report = exporter.flush(LONG);
        let stats = balanced(&exporter);
        prop_assert_eq!((report.remaining, stats.queued, stats.queued_bytes), (0, 0, 0));
        prop_assert_eq!(stats.worker_restarts, 0);

        let submitted = sink.submitted.lock().unwrap().clone();
        let arrived = acknowledged(&server);
        let count = |runs: &Runs| runs.values().flatten().map(|n| u64::from(*n)).sum::<u64>();
        prop_assert_eq!(count(&submitted), stats.submitted);
        // what was on its way when the time for the shut-down was up counts as lost, and may have arrived
        let was_cut_off = program.iter().flatten().any(|step| matches!(step, Step::Shutdown(_)));
        if !was_cut_off {
            prop_assert_eq!(count(&arrived), stats.delivered);
        }
        prop_assert!(count(&arrived) >= stats.delivered);
        let mut halves = 0;
        for (id, [start, end]) in &arrived {
            let handed_over = submitted[id];
            // nothing is acknowledged twice: what is sent again once the time is up was not
            prop_assert!(*start <= handed_over[0] && *end <= handed_over[1], "{}: {} {}", id, start, end);
            halves += u64::from(start != end);
        }
        // a run that arrived in part lost the other part, which is counted
        prop_assert!(halves <= stats.dropped.total() + stats.quarantined + stats.left_on_disk, "{} halves, {:?}", halves, stats);

        // what was left on disk is there for the next exporter, all of it
        prop_assert!(is_spooled || stats.quarantined + stats.left_on_disk == 0);
        if stats.quarantined + stats.left_on_disk > 0 {
            server.end_script();
            let next = crate::support::exporter(settings());
            next.start();
            let begun = Instant::now();
            loop {
                // what was on its way may still have arrived
                let (before, stats) = (balanced(&exporter), balanced(&next));
                let kept = before.quarantined + before.left_on_disk;
                if stats.recovered == kept && stats.queued == 0 {
                    break;
                }
                prop_assert!(begun.elapsed() < LONG, "{:?} of {}", stats, kept);
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Where there is no room, runs are dropped whole: no end without its start, and no start without its end, however
    /// large, and however many are open.
    #[test]
    fn what_does_not_fit_is_dropped_whole(
        sizes in prop::collection::vec((0usize..9000, 0usize..30_000), 50..200),
        max_queue_bytes in 10_000usize..200_000,
        open in 1usize..60,
        reversed in any::<bool>(),
    ) {
        let server = Server::start();
        server.script([Answer::Stall(Duration::from_millis(60)), Answer::Stall(Duration::from_millis(60))]);
        let exporter = exporter(
            config(&server.url()).max_queue_bytes(max_queue_bytes).batch_delay(Duration::from_millis(1)),
        );
        let sink = Arc::new(Counted { exporter: exporter.clone(), submitted: Mutex::default() });
        for sizes in sizes.chunks(open) {
            let mut runs: Vec<_> =
                sizes.iter().map(|(inputs, outputs)| (begin(&sink, *inputs), *outputs)).collect();
            if reversed {
                runs.reverse();
            }
            runs.iter().for_each(|(run, outputs)| end(run, *outputs));
        }
        prop_assert!(exporter.flush(LONG).is_complete());
        let stats = balanced(&exporter);
        prop_assert_eq!(stats.dropped.total(), stats.dropped.queue_full);
        let arrived = acknowledged(&server);
        for (id, parts) in &arrived {
            prop_assert_eq!(*parts, [1, 1], "{} of {:?}", id, stats);
        }
        prop_assert_eq!(arrived.len() as u64 * 2, stats.delivered);
    }
}
