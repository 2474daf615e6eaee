//! What was called and never polled leaves no run, and is dropped where it was called.

use futures::future::BoxFuture;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{Envelope, assert_tree, bind, bind_fn, detached, task, trace};

use crate::lazy_forms::calls;
use crate::support::{alone, everywhere, forests, leaf, on_both_runtimes, pause, runtimes};

#[traceable]
fn cleanup() {}

/// Makes a traced call when it is dropped.
#[derive(Clone)]
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        cleanup();
    }
}

type Calls = Vec<BoxFuture<'static, ()>>;

/// How many forms there are.
fn forms() -> usize {
    calls(|| ()).len()
}

/// The runs of the guards of all forms, `times` over.
fn cleanups(times: usize) -> String {
    vec!["cleanup"; times * forms()].join(", ")
}

fn unpolled() -> Calls {
    calls(|| Guard)
}

/// Drops what it is given, in a run of its own.
#[traceable(skip_all)]
fn drops<T>(unused: T) {
    drop(unused);
}

#[test]
fn what_was_never_polled_is_dropped_where_it_was_called() {
    #[traceable(allow(lost_context))]
    fn maker() {
        drops(unpolled());
        let unused = unpolled();
        std::thread::spawn(move || drop(unused)).join().unwrap();
        let unused = unpolled();
        std::thread::spawn(move || drops(unused)).join().unwrap();
    }
    // `drops` in a bare thread is a trace that this recorder does not see
    everywhere(&format!("maker > (drops, {})", cleanups(3)), maker);
}

#[test]
fn a_task_that_is_aborted_before_its_first_poll_drops_what_it_was_given_where_that_was_called() {
    #[traceable(allow(lost_context))]
    async fn maker() {
        let mut set = tokio::task::JoinSet::new();
        let mut carrying = task::JoinSet::new();
        for (n, call) in unpolled().into_iter().enumerate() {
            match n % 4 {
                0 => tokio::spawn(call).abort(),
                1 => task::spawn(call).abort(),
                2 => drop(set.spawn(call)),
                _ => drop(carrying.spawn(call)),
            }
        }
        set.abort_all();
        carrying.abort_all();
        pause().await;
        set.shutdown().await;
        carrying.shutdown().await;
    }
    // on one thread, where no task begins before this one waits
    let recorder = Recorder::new();
    let [one, _] = runtimes();
    one.block_on(async { maker().with_context(recorder.context()).await });
    assert_tree!(recorder.forest(), &format!("maker > ({})", cleanups(1)));
}

#[test]
fn whatever_is_put_on_a_call_does_not_change_where_it_is_dropped() {
    #[traceable]
    async fn maker(#[run_tree] run: RunTree) {
        let other = RunTree::builder("other").build();
        let extra = || Extra::new().name("never").tag("t");
        drops(on_each(|call| call.with_parent(&other)));
        drops(on_each(|call| call.with_extra(extra().parent(&other))));
        drops(on_each(|call| call.with_extra(extra())));
        drops(on_each(|call| call.with_context(TracingContext::new().parent(&other))));
        drops(on_each(|call| call.with_parent(None::<&RunTree>)));
        drops(on_each(|call| detached(|| call.in_current_run())));
        drops(on_each(|call| call.with_context(TracingContext::new().tag("t"))));
        drops(Envelope::new(unpolled()));
        let _ = run;
    }
    fn on_each<F: Send + 'static>(put_on: impl Fn(BoxFuture<'static, ()>) -> F) -> Vec<F> {
        unpolled().into_iter().map(put_on).collect()
    }
    let each = format!("drops, {}", cleanups(1));
    for forest in forests(async || maker().await) {
        assert_tree!(forest, &format!("maker > ({})", [&*each; 8].join(", ")));
        assert!(forest.runs().iter().all(|run| run.name != "never" && run.tags.is_empty()));
    }
}

#[test]
fn what_was_called_in_a_scope_is_dropped_in_it() {
    #[traceable]
    fn maker(#[run_tree] run: RunTree) {
        within(Within(run));
    }
    struct Within(RunTree);
    impl serde::Serialize for Within {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.serialize_unit()
        }
    }
    #[traceable]
    fn within(run: Within) {
        drops(run.0.scope(unpolled));
        let message = trace("sent").scope(|_| Envelope::new(()));
        drops(message.open(|()| unpolled()));
    }
    let guards = cleanups(1);
    everywhere(&format!("maker > (within > (drops, sent > ({guards}), drops), {guards})"), maker);
}

#[test]
fn what_names_its_parent_by_its_attribute_is_dropped_where_it_was_called() {
    #[traceable(root, skip_all)]
    async fn root(_guard: Guard) {}
    #[traceable(parent = other, skip_all)]
    async fn named(other: RunTree, _guard: Guard) {}
    #[traceable(enabled = false, skip_all)]
    async fn left_out(_guard: Guard) {}
    #[traceable]
    fn maker() {
        let other = RunTree::builder("other").build();
        drops(root(Guard));
        drops(named(other.clone(), Guard));
        drops(left_out(Guard));
        drops(trace("block").parent(&other).future(|_| {
            let guard = Guard;
            async move { drop(guard) }
        }));
    }
    let each = "drops, cleanup";
    everywhere(&format!("maker > ({})", [each; 4].join(", ")), maker);
}

#[test]
fn what_was_called_where_there_is_nothing_is_under_nobody_who_drops_it() {
    let name = "never_polled::what_was_called_where_there_is_nothing_is_under_nobody_who_drops_it";
    alone(name, |recorder| {
        drops(unpolled());
        assert_tree!(recorder.forest(), &format!("drops; {}", cleanups(1).replace(',', ";")));
    });
}

#[test]
fn an_eager_part_of_a_call_that_was_never_polled_is_above_what_it_called() {
    #[traceable(skip_all)]
    fn outer(unused: &mut Option<Calls>) -> impl Future<Output = ()> {
        *unused = Some(unpolled());
        async {}
    }
    #[traceable]
    fn maker() {
        let mut unused = None;
        drop(outer(&mut unused));
        drops(unused);
    }
    everywhere(&format!("maker > (drops, outer [cancelled] > ({}))", cleanups(1)), maker);
    // with a child it is a run, and what it holds is dropped in it
    #[traceable]
    fn has_a_child() -> impl Future<Output = ()> {
        leaf(1);
        let guard = Guard;
        async move { drop(guard) }
    }
    everywhere("has_a_child [cancelled] > (leaf, cleanup); drops", || {
        let unused = has_a_child();
        drops(1);
        drop(unused);
    });
}

#[test]
fn what_was_polled_is_dropped_in_its_run() {
    #[traceable(skip_all)]
    async fn waits(_guard: Guard) {
        std::future::pending::<()>().await;
    }
    #[traceable]
    async fn maker() {
        let mut waits = Box::pin(waits(Guard));
        assert!(futures::poll!(&mut waits).is_pending());
        drops(waits);
    }
    on_both_runtimes("maker > (waits [cancelled] > cleanup, drops)", async || maker().await);
}

#[test]
fn messages_and_closures_that_nobody_took_are_dropped_where_they_were_made() {
    #[traceable]
    async fn maker() {
        drops(Envelope::new(Guard));
        drops(Envelope::new(1).map(|_| Guard));
        let guard = Guard;
        drops(bind(move || drop(guard)));
        let guard = Guard;
        drops(bind_fn(move |()| drop(guard.clone())));
        let guard = Guard;
        drops(async move { drop(guard) }.in_current_run());
        pause().await;
    }
    let each = "drops, cleanup";
    on_both_runtimes(&format!("maker > ({})", [each; 5].join(", ")), async || maker().await);
}

#[test]
fn it_leaves_no_run_of_its_own() {
    let before = traceable::diagnostics().never_polled;
    everywhere("maker", || trace("maker").scope(|_| drop(calls(|| ()))));
    assert!(traceable::diagnostics().never_polled >= before + 3 * forms() as u64);
}

#[test]
fn a_long_line_of_calls_that_were_never_polled_is_dropped_in_little_stack() {
    #[traceable(parent = other, skip_all)]
    fn makes(levels: usize, other: &RunTree, unused: &mut Calls) -> BoxFuture<'static, ()> {
        if levels > 0 {
            let next = makes(levels - 1, other, unused);
            unused.push(next);
        }
        Box::pin(async {})
    }
    let make = || {
        let mut unused = Vec::new();
        Recorder::new().scoped(|| {
            let other = RunTree::builder("other").build();
            drop(makes(5_000, &other, &mut unused));
        });
        // those above go first, and the last one holds them all
        unused.reverse();
        unused
    };
    let threads = |size: usize| std::thread::Builder::new().stack_size(size);
    let unused = threads(1 << 28).spawn(make).unwrap().join().unwrap();
    assert_eq!(unused.len(), 5_000);
    threads(1 << 17).spawn(move || drop(unused)).unwrap().join().unwrap();
}
