//! What is called inside a scope stays there, although it is awaited outside.

use futures::future::BoxFuture;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{
    ContextHandle, Envelope, Parent, assert_tree, bind, bind_fn, bind_mut, detached, task, thread, trace,
};

use crate::lazy_forms::{RUNS, calls, drive};
use crate::support::{alone, child, forests, on_both_runtimes, runtimes, with_retry};

type Calls = Vec<BoxFuture<'static, ()>>;

/// Receives, inside of whoever sent, and drives what `open` gives.
#[traceable(skip_all)]
async fn receiver(open: impl FnOnce() -> Calls) {
    drive(open()).await;
}

fn now() -> Calls {
    calls(|| ())
}

#[test]
fn a_message_is_handled_where_it_was_sent_although_it_is_awaited_outside() {
    #[traceable]
    async fn sender() {
        let (message, other, third) = (Envelope::new(()), Envelope::new(()), Envelope::new(()));
        receiver(|| message.open(|()| now())).await;
        receiver(|| other.map(|()| now()).open(|calls| calls)).await;
        // what the future of a message returns is called inside as well
        let opened = third.open_async(|()| async { now() });
        receiver_of_future(opened).await;
    }
    let received = format!("receiver, {RUNS}");
    let expected = format!("sender > ({})", [&*received; 3].join(", "));
    on_both_runtimes(&expected, async || sender().await);
}

#[test]
fn what_is_called_in_a_context_that_was_taken_elsewhere_stays_there() {
    #[traceable]
    async fn sender() {
        let here = ContextHandle::current();
        receiver(|| here.scope(now)).await;
        receiver(bind(now)).await;
        let (bound, mut bound_too) = (bind_fn(|()| now()), bind_mut(|()| now()));
        receiver(|| bound(())).await;
        receiver(|| bound_too(())).await;
    }
    let received = format!("receiver, {RUNS}");
    let expected = format!("sender > ({})", [&*received; 4].join(", "));
    on_both_runtimes(&expected, async || sender().await);
}

#[test]
fn what_is_called_in_a_scope_that_names_a_run_stays_there() {
    #[traceable]
    async fn sender(#[run_tree] run: RunTree) {
        let headers = run.to_headers();
        let named = [
            Box::new(|| run.scope(now)) as Box<dyn FnOnce() -> Calls + Send>,
            Box::new(|| Extra::new().parent(&run).call(now)),
            Box::new(|| TracingContext::new().parent(&run).scope(now)),
            Box::new(|| Extra::new().parent(&headers).call(now)),
            Box::new(|| TracingContext::new().parent(headers.clone()).scope(now)),
            Box::new(|| TracingContext::new().parent(run.dotted_order()).scope(now)),
        ];
        for scope in named {
            receiver(scope).await;
        }
    }
    let received = format!("receiver, {RUNS}");
    let expected = format!("sender > ({})", [&*received; 6].join(", "));
    on_both_runtimes(&expected, async || sender().await);
}

#[test]
fn what_is_called_in_a_scope_of_no_run_begins_traces() {
    #[traceable]
    async fn sender() {
        receiver(|| detached(now)).await;
        receiver(|| TracingContext::new().parent(Parent::Root).scope(now)).await;
    }
    let roots = RUNS.replace(',', ";");
    let expected = format!("sender > (receiver, receiver); {roots}; {roots}");
    for forest in forests(async || sender().await) {
        assert_tree!(forest, &expected);
        let is_on_purpose =
            |run: &&traceable::testing::RecordedRun| !run.metadata.contains_key("broken_trace_reason");
        assert!(forest.roots().all(|run| is_on_purpose(&run)));
    }
}

#[test]
fn a_scope_that_was_made_where_there_is_nothing_clears() {
    let name = "scopes::a_scope_that_was_made_where_there_is_nothing_clears";
    let roots = RUNS.replace(',', ";");
    let received = format!("receiver; {roots}");
    let expected = [&*received; 6].join("; ");
    alone(name, |recorder| {
        for runtime in runtimes() {
            recorder.clear();
            let (message, other, third) = (Envelope::new(()), Envelope::new(()), Envelope::new(()));
            let here = ContextHandle::current();
            let (bound, carried) = (bind(now), async { now() }.in_current_run());
            runtime.block_on(async move {
                receiver(|| message.open(|()| now())).await;
                receiver(|| other.map(|()| now()).open(|calls| calls)).await;
                receiver(|| here.scope(now)).await;
                receiver(bound).await;
                receiver_of_future(third.open_async(|()| async { now() })).await;
                receiver_of_future(carried).await;
            });
            assert_tree!(recorder.forest(), &expected);
        }
    });
}

#[test]
fn what_carries_no_context_has_none_while_it_runs_wherever_that_is() {
    let work = async || {
        let outside = trace("outside").scope(|run| run.clone());
        child(1).with_context(TracingContext::new().parent(&outside)).await;
        with_retry(child(2)).with_parent(&outside).await;
        child(3).with_context(TracingContext::new().parent(Parent::Root)).await;
    };
    let name = "scopes::what_carries_no_context_has_none_while_it_runs_wherever_that_is";
    alone(name, |recorder| {
        for runtime in runtimes() {
            recorder.clear();
            let (here, there) = (work(), work().in_current_run());
            runtime.block_on(async move {
                here.await;
                receiver_of_work(there).await;
            });
            let alone = "outside > (child, with_retry > child); child";
            assert_tree!(recorder.forest(), &format!("{alone}; receiver; {alone}"));
            let roots = recorder.forest();
            assert!(roots.roots().all(|run| !run.metadata.contains_key("broken_trace_reason")));
        }
    });
}

#[traceable(name = "receiver", skip_all)]
async fn receiver_of_work(work: impl Future<Output = ()>) {
    work.await;
}

#[traceable(name = "receiver", skip_all)]
async fn receiver_of_future(opened: impl Future<Output = Calls>) {
    drive(opened.await).await;
}

#[test]
fn what_a_scope_was_left_with_may_be_awaited_in_any_task_or_thread() {
    #[traceable]
    async fn sender() {
        let here = ContextHandle::current();
        receiver_that_spawns(here).await;
    }
    #[traceable(skip_all, allow(lost_context))]
    async fn receiver_that_spawns(sender: ContextHandle) {
        tokio::spawn(drive(sender.scope(now))).await.unwrap();
        task::spawn(drive(sender.scope(now))).await.unwrap();
        let (first, second) = (drive(sender.scope(now)), drive(sender.scope(now)));
        std::thread::spawn(|| futures::executor::block_on(first)).join().unwrap();
        thread::spawn(|| futures::executor::block_on(second)).join().unwrap();
    }
    let expected = format!("sender > (receiver_that_spawns, {})", [RUNS; 4].join(", "));
    on_both_runtimes(&expected, async || sender().await);
}

#[test]
fn of_scopes_in_one_another_the_inner_one_counts() {
    #[traceable]
    async fn outer() {
        middle(ContextHandle::current()).await;
    }
    #[traceable(skip_all)]
    async fn middle(outer: ContextHandle) {
        let middle = ContextHandle::current();
        receiver(|| outer.scope(|| middle.scope(now))).await;
        receiver(|| middle.scope(|| outer.scope(now))).await;
        // tags move nothing
        receiver(|| outer.scope(|| Extra::new().tag("t").call(now))).await;
        receiver(|| Extra::new().tag("t").call(|| outer.scope(now))).await;
    }
    let expected = format!(
        "outer > (middle > (receiver, {RUNS}, receiver, receiver, receiver), {RUNS}, {RUNS}, {RUNS})"
    );
    on_both_runtimes(&expected, async || outer().await);
}

#[test]
fn a_wrapper_nests_what_it_is_given_if_both_were_called_in_the_scope() {
    #[traceable]
    async fn sender() {
        receiver(ContextHandle::current()).await;
    }
    #[traceable(skip_all)]
    async fn receiver(sender: ContextHandle) {
        sender.scope(|| with_retry(child(1))).await;
        with_retry(sender.scope(|| child(2))).await;
    }
    on_both_runtimes("sender > (receiver > with_retry, with_retry > child, child)", async || sender().await);
}

// They go on where they were begun, so that nothing needs to be known of them.
#[test]
fn threads_tasks_and_pools_are_no_scopes() {
    #[expect(clippy::async_yields_async, reason = "a call that is made in a task and awaited outside")]
    #[traceable]
    async fn outer() {
        with_retry(thread::spawn(|| child(1)).join().unwrap()).await;
        with_retry(std::thread::spawn(bind(|| child(2))).join().unwrap()).await;
        with_retry(task::spawn_blocking(|| child(3)).await.unwrap()).await;
        with_retry(bind(|| child(4))()).await;
        with_retry(task::spawn(async { child(5) }).await.unwrap()).await;
        let pool = traceable::ContextThreadPool::new(2).unwrap();
        for call in pool.map(6..8, child) {
            with_retry(call).await;
        }
        with_retry(pool.install(|| child(8))).await;
    }
    let expected = format!("outer > ({})", ["with_retry > child"; 8].join(", "));
    on_both_runtimes(&expected, async || outer().await);
}

#[test]
fn a_scope_may_be_named_a_parent_for() {
    #[traceable]
    async fn sender() {
        receiver(ContextHandle::current()).await;
    }
    #[traceable(skip_all)]
    async fn receiver(sender: ContextHandle, #[run_tree] run: RunTree) {
        sender.scope(|| child(1)).with_parent(&run).await;
        sender.scope(root).await;
        sender.scope(|| named(&run)).await;
    }
    #[traceable(root)]
    async fn root() {}
    #[traceable(parent = run, skip_all)]
    async fn named(run: &RunTree) {}
    on_both_runtimes("sender > receiver > (child, named); root", async || sender().await);
}

#[test]
fn a_call_in_a_scope_of_nothing_is_recorded_if_a_parent_is_put_on_it() {
    #[traceable(skip_all)]
    async fn receiver(first: Envelope<i32>, second: Envelope<i32>, #[run_tree] run: RunTree) {
        first.open(child).with_parent(&run).await;
        // a trace of its own, of which this recorder does not hear
        second.open(child).await;
    }
    for runtime in runtimes() {
        let recorder = Recorder::new();
        let received = receiver(Envelope::new(1), Envelope::new(2));
        runtime.block_on(async { received.with_context(recorder.context()).await });
        assert_tree!(recorder.forest(), "receiver > child");
    }
}
