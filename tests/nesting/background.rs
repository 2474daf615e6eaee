//! Work that goes on behind the call that began it.

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use traceable::prelude::*;
use traceable::{Parent, assert_tree, bind_fn, detached, task};

use crate::support::{all, child, forests, leaf, on_both_runtimes, watched};

#[test]
fn what_starts_after_its_parent_has_ended_is_below_it_and_says_that_it_is_late() {
    #[traceable(skip_all)]
    async fn accepts(tasks: &mut JoinSet<i32>, gate: oneshot::Receiver<()>) {
        let later = child(1);
        tasks.spawn(async move {
            gate.await.unwrap();
            later.await
        });
    }
    for forest in forests(async || {
        let (open, gate) = oneshot::channel();
        let mut tasks = JoinSet::new();
        accepts(&mut tasks, gate).await;
        open.send(()).unwrap();
        assert_eq!(tasks.join_all().await, [1]);
    }) {
        assert_tree!(forest, "accepts > child");
        let [parent, child] = forest.runs() else { panic!("two runs") };
        assert!(child.start_time >= parent.end_time.unwrap());
        assert_eq!(child.metadata["late_start"], true);
        assert!(!parent.metadata.contains_key("late_start"));
    }
}

#[test]
fn a_run_ends_with_its_function_although_a_child_goes_on() {
    #[traceable(skip_all)]
    async fn waits(started: oneshot::Sender<()>, gate: oneshot::Receiver<()>) {
        started.send(()).unwrap();
        gate.await.unwrap();
    }
    #[traceable(skip_all)]
    async fn accepts(tasks: &mut JoinSet<()>, gate: oneshot::Receiver<()>) {
        let (started, has_started) = oneshot::channel();
        tasks.spawn(waits(started, gate));
        has_started.await.unwrap();
    }
    for forest in watched(async |recorder| {
        let (open, gate) = oneshot::channel();
        let mut tasks = JoinSet::new();
        accepts(&mut tasks, gate).await;
        assert_tree!(recorder.forest(), "accepts > waits [open]");
        open.send(()).unwrap();
        tasks.join_all().await;
    }) {
        assert_tree!(forest, "accepts > waits");
        let [parent, child] = forest.runs() else { panic!("two runs") };
        assert!(parent.end_time <= child.end_time);
        assert!(!child.metadata.contains_key("late_start"), "it began in time");
    }
}

/// A connection that is opened by the first request and driven by a task of its own from then on.
struct Connection {
    pings: mpsc::Sender<oneshot::Sender<()>>,
}

impl Connection {
    fn open() -> Connection {
        let (pings, mut received) = mpsc::channel::<oneshot::Sender<()>>(1);
        task::spawn(async move {
            while let Some(answer) = received.recv().await {
                leaf(1);
                answer.send(()).unwrap();
            }
        });
        Connection { pings }
    }

    async fn ping(&self) {
        let (answer, answered) = oneshot::channel();
        self.pings.send(answer).await.unwrap();
        answered.await.unwrap();
    }
}

#[traceable(skip_all)]
async fn request(connection: &mut Option<Connection>, is_detached: bool) {
    if connection.is_none() {
        let opened = if is_detached { detached(Connection::open) } else { Connection::open() };
        *connection = Some(opened);
    }
    child(1).await;
}

#[test]
fn a_task_that_lives_on_does_not_hold_the_run_open_that_began_it() {
    for forest in watched(async |recorder| {
        let mut connection = None;
        request(&mut connection, false).await;
        assert_tree!(recorder.forest(), "request > child");
        request(&mut connection, false).await;
        connection.unwrap().ping().await;
    }) {
        // what it calls is the first request's for ever: that is what `detached` is for
        assert_tree!(forest, "request > (child, leaf); request > child");
        assert_eq!(all(&forest, "leaf")[0].metadata["late_start"], true);
    }
}

#[test]
fn a_task_that_was_begun_detached_belongs_to_no_request() {
    for forest in forests(async || {
        let mut connection = None;
        request(&mut connection, true).await;
        request(&mut connection, true).await;
        connection.unwrap().ping().await;
    }) {
        assert_tree!(forest, "request > child; request > child; leaf");
        let ping = &all(&forest, "leaf")[0].metadata;
        assert!(!ping.contains_key("broken_trace_reason") && !ping.contains_key("late_start"), "{ping:?}");
    }
}

#[test]
fn what_is_a_trace_of_its_own_on_purpose_can_name_the_run_that_began_it() {
    #[traceable(root, metadata(begun_by = by))]
    async fn notify(by: String) {
        leaf(1);
    }
    #[traceable]
    async fn request(#[run_tree] rt: RunTree) {
        let id = rt.id().unwrap().to_string();
        tokio::spawn(notify(id.clone())).await.unwrap();
        let link = || Extra::new().metadata("begun_by", &id);
        tokio::spawn(detached(|| link().call(|| child(2)))).await.unwrap();
        tokio::spawn(link().parent(Parent::Root).call(|| child(3))).await.unwrap();
    }
    for forest in forests(async || request().await) {
        assert_tree!(forest, "request; notify > leaf; child; child");
        let id = forest.runs()[0].id.to_string();
        for root in forest.roots().skip(1) {
            assert_eq!(root.metadata["begun_by"], id.as_str());
            assert!(!root.metadata.contains_key("broken_trace_reason"), "{}", root.name);
        }
    }
}

/// Somebody else's library, which calls back from tasks of its own.
mod engine {
    use super::*;

    pub(super) async fn run(parts: i32, udf: Arc<dyn Fn(i32) -> i32 + Send + Sync>) -> i32 {
        let mut tasks = JoinSet::new();
        for part in 0..parts {
            let udf = udf.clone();
            tasks.spawn(async move { udf(part) });
        }
        tasks.join_all().await.into_iter().sum()
    }

    /// Has a hook for how tasks are spawned.
    pub(super) async fn run_on(spawn: impl Fn(BoxFuture<'static, i32>) -> JoinHandle<i32>) -> i32 {
        spawn(async { child(1).await + leaf(2) }.boxed()).await.unwrap()
    }
}

#[test]
fn a_callback_nests_where_it_was_bound_in_whatever_task_a_library_calls_it() {
    #[traceable]
    fn udf(part: i32) -> i32 {
        part
    }
    #[traceable]
    async fn query() -> i32 {
        engine::run(3, Arc::new(bind_fn(udf))).await
    }
    on_both_runtimes("query > (udf, udf, udf)", async || assert_eq!(query().await, 3));
}

// tokio's hook for every task that a runtime spawns is unstable and knows no more than an id and a line: it serves to
// report a loss, never to inherit behind the program's back. A library's own hook is used; else the root says what
// happened (`lost`).
#[test]
fn a_library_that_asks_how_to_spawn_is_given_a_way_that_carries_the_context() {
    #[traceable]
    async fn query() -> i32 {
        engine::run_on(task::spawn).await
    }
    on_both_runtimes("query > (child, leaf)", async || assert_eq!(query().await, 3));
}

#[test]
fn an_evaluation_keeps_its_examples_apart() {
    #[traceable]
    async fn target(x: i32) -> i32 {
        child(x).await
    }
    #[traceable(root)]
    async fn example(x: i32, #[run_tree] rt: RunTree) -> String {
        target(x).await;
        rt.id().unwrap().to_string()
    }
    #[traceable]
    async fn score(_of: String) {}
    #[traceable]
    async fn evaluate() {
        let mut examples = JoinSet::new();
        for x in 0..2 {
            examples.spawn(example(x));
        }
        for id in examples.join_all().await {
            detached(|| Extra::new().metadata("example", &id).call(|| score(id.clone()))).await;
        }
    }
    for forest in forests(async || evaluate().await) {
        assert_tree!(forest, "evaluate; example > target > child; example > target > child; score; score");
        let mut examples: Vec<_> = all(&forest, "example").iter().map(|run| run.id.to_string()).collect();
        let scored: Vec<_> =
            all(&forest, "score").iter().map(|run| run.metadata["example"].clone()).collect();
        examples.retain(|id| scored.iter().any(|scored| scored == id.as_str()));
        assert_eq!(examples.len(), 2);
        assert!(all(&forest, "target").iter().all(|run| !run.metadata.contains_key("example")));
    }
}
