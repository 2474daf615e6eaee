//! Ids that a program gives to its runs: each names one run, and no run is above itself.

use std::collections::{HashMap, HashSet};
use std::sync::Barrier;

use futures::stream::{self, Stream, StreamExt as _};
use traceable::prelude::*;
use traceable::testing::{Forest, Recorder};
use traceable::{Parent, RunnableConfig, Timestamp, assert_tree, new_run_id, trace};
use uuid::Uuid;

use crate::support::{all, child, forests, leaf, with_retry};

fn fresh() -> Uuid {
    new_run_id(Timestamp::now())
}

/// No id is there twice, and none is on the way to its own run. Those that were refused name the run they were for.
fn assert_one_run_each(forest: &Forest, refused: usize) {
    let ids: HashSet<Uuid> = forest.runs().iter().map(|run| run.id).collect();
    assert_eq!(ids.len(), forest.runs().len(), "{}", forest.render());
    for run in forest.runs() {
        let way: Vec<&str> = run.dotted_order.split('.').map(|part| &part[22..]).collect();
        assert_eq!(way.iter().collect::<HashSet<_>>().len(), way.len(), "{}", run.dotted_order);
        assert_eq!(way.last(), Some(&&*run.id.to_string()));
        assert_ne!(run.parent_run_id, Some(run.id));
        assert_eq!((run.posts, run.patches), (1, 1), "{}", run.name);
    }
    let said = forest.runs().iter().filter(|run| run.metadata.contains_key("dup_of"));
    assert_eq!(said.count(), refused);
}

#[traceable(name = "child")]
fn items() -> impl Stream<Item = i32> {
    stream::iter(0..2)
}

#[traceable(name = "child")]
fn numbers() -> impl Iterator<Item = i32> {
    0..2
}

/// Makes a run `child` with this id, in each way in which one can be given.
async fn give(id: Uuid) {
    Extra::new().run_id(id).call(|| child(1)).await;
    child(2).with_extra(Extra::new().run_id(id)).await;
    let mut config = RunnableConfig::default();
    config.run_id = Some(id);
    Extra::new().config(&config).call(|| child(3)).await;
    Extra::new().run_id(id).call(|| trace("child").scope(|_| ()));
    Extra::new().run_id(id).call(|| trace("child").future(|_| async {})).await;
    Extra::new().run_id(id).call(items).count().await;
    assert_eq!(numbers().with_extra(Extra::new().run_id(id)).count(), 2);
    let by_hand = match RunTree::current() {
        Some(current) => current.create_child("child"),
        None => RunTree::builder("child"),
    };
    by_hand.run_id(id).build().post().patch();
}

const GIVEN: &str = "child, child, child, child, child, child, child, child";

#[test]
fn the_id_of_a_run_above_is_refused_whoever_gave_it() {
    for forest in forests(async || {
        let given = fresh();
        let top = Extra::new().run_id(given).call(|| {
            trace("top").future(|top| async move {
                give(given).await;
                let middle = trace("middle").future(|middle| async move {
                    give(middle.id().unwrap()).await;
                    give(top.id().unwrap()).await;
                });
                middle.await;
            })
        });
        top.await;
    }) {
        assert_tree!(forest, &format!("top > ({GIVEN}, middle > ({GIVEN}, {GIVEN}))"));
        assert_one_run_each(&forest, 24);
        let (top, middle) = (all(&forest, "top")[0], all(&forest, "middle")[0]);
        let refused: Vec<_> = forest.children(middle).map(|run| run.metadata["dup_of"].clone()).collect();
        assert_eq!(refused[..8], vec![middle.id.to_string(); 8]);
        assert_eq!(refused[8..], vec![top.id.to_string(); 8]);
    }
}

#[test]
fn the_id_of_a_sibling_or_of_a_run_of_another_trace_is_refused_open_or_ended() {
    for forest in forests(async || {
        // of runs that were given none
        let around = trace("around").future(|_| async {
            let ended = trace("sibling").scope(|run| run.id().unwrap());
            give(ended).await;
            let open = trace("sibling").future(|run| async move { give(run.id().unwrap()).await });
            open.await;
        });
        around.await;
        // made by hand, and never posted: it may still be
        let by_hand = RunTree::builder("by hand").build();
        let with_id = RunTree::builder("by hand").run_id(fresh()).build();
        for id in [by_hand.id().unwrap(), with_id.id().unwrap()] {
            trace("elsewhere").future(|_| give(id)).await;
        }
    }) {
        let elsewhere = format!("elsewhere > ({GIVEN})");
        assert_tree!(
            forest,
            &format!("around > (sibling, {GIVEN}, sibling > ({GIVEN})); {elsewhere}; {elsewhere}")
        );
        assert_one_run_each(&forest, 32);
    }
}

#[test]
fn an_id_is_given_to_one_run_and_to_none_after_it() {
    for forest in forests(async || {
        let id = fresh();
        // calls that are made and never polled take none
        drop(Extra::new().run_id(id).call(|| child(0)));
        give(id).await;
        trace("around").future(|_| give(id)).await;
    }) {
        let roots = ["child"; 8].join("; ");
        assert_tree!(forest, &format!("{roots}; around > ({GIVEN})"));
        assert_one_run_each(&forest, 15);
        assert!(!all(&forest, "child")[0].metadata.contains_key("dup_of"));
    }
}

#[test]
fn no_id_on_the_way_from_another_process_is_given_to_a_run_below() {
    for forest in forests(async || {
        let far =
            RunTree::builder("far").run_id(fresh()).build().create_child("near").run_id(fresh()).build();
        // what another process sends is known here by its text alone
        let order = far.dotted_order().unwrap();
        let replaced: HashMap<Uuid, Uuid> =
            order.split('.').map(|part| (part[22..].parse().unwrap(), fresh())).collect();
        let order = replaced
            .iter()
            .fold(order, |order, (from, to)| order.replace(&from.to_string(), &to.to_string()));
        let headers = HashMap::from([("langsmith-trace".to_owned(), order.clone())]);
        for id in replaced.into_values() {
            Extra::new().parent(order.as_str()).call(|| trace("below").future(|_| give(id))).await;
            TracingContext::new().parent(&headers).scope(|| trace("below").future(|_| give(id))).await;
            Extra::new().parent(&headers).run_id(id).call(|| with_retry(child(1))).await;
            RunTree::from_headers(&headers)
                .unwrap()
                .unwrap()
                .create_child("child")
                .run_id(id)
                .build()
                .post()
                .patch();
        }
        // nor the id of the parent itself to a trace of its own, as long as somebody has the parent
        let parent = RunTree::from_headers(&headers).unwrap().unwrap();
        Extra::new().parent(Parent::Root).run_id(parent.id().unwrap()).call(|| leaf(1));
    }) {
        assert_one_run_each(&forest, 37);
        let leaf = all(&forest, "leaf")[0];
        assert_eq!((leaf.trace_id, leaf.dotted_order.contains('.')), (leaf.id, false));
    }
}

#[test]
fn what_comes_back_to_its_own_process_is_the_parent_it_was() {
    for forest in forests(async || {
        let id = fresh();
        let client = Extra::new().run_id(id).call(|| {
            trace("client").future(|run| async move {
                Extra::new().parent(run.to_headers()).call(|| child(1)).await;
                Extra::new().parent(run.to_headers()).run_id(id).call(|| child(2)).await;
            })
        });
        client.await;
    }) {
        assert_tree!(forest, "client > (child, child)");
        assert_one_run_each(&forest, 1);
    }
}

#[test]
fn of_threads_that_give_one_id_at_once_one_gets_it() {
    let recorder = Recorder::new();
    for round in 0..20 {
        let (id, barrier) = (fresh(), Barrier::new(4));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (recorder, barrier) = (&recorder, &barrier);
                scope.spawn(move || {
                    recorder.scoped(|| {
                        barrier.wait();
                        if thread % 2 == 0 {
                            Extra::new().run_id(id).call(|| leaf(round));
                        } else {
                            RunTree::builder("leaf").run_id(id).build().post().patch();
                        }
                    });
                });
            }
        });
    }
    assert_one_run_each(&recorder.forest(), 60);
}
