//! Drawn blocks: what comes out is what a `Vec` would hold.

use futures::future::join;
use futures::{FutureExt, Stream, StreamExt};
use proptest::prelude::*;
use traceable::stream;

use crate::{on_both_runtimes, pause};

/// What a block does between two items.
#[derive(Debug, Clone)]
enum Step {
    Yield(u8),
    Pause(u8),
    /// Two at once.
    Both(u8, u8),
    /// Offered, and given up.
    Lose(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        any::<u8>().prop_map(Step::Yield),
        (0..3_u8).prop_map(Step::Pause),
        any::<(u8, u8)>().prop_map(|(a, b)| Step::Both(a, b)),
        any::<u8>().prop_map(Step::Lose),
    ];
    proptest::collection::vec(step, 0..20)
}

fn plain(steps: &[Step]) -> Vec<u8> {
    let items = steps.iter().flat_map(|step| match step {
        Step::Yield(a) => vec![*a],
        Step::Both(a, b) => vec![*a, *b],
        Step::Pause(_) | Step::Lose(_) => vec![],
    });
    items.collect()
}

fn drawn(steps: Vec<Step>) -> impl Stream<Item = u8> + Send {
    stream(move |out| async move {
        for step in steps {
            match step {
                Step::Yield(a) => out.yield_(a).await,
                Step::Pause(n) => pause(n).await,
                Step::Both(a, b) => drop(join(out.yield_(a), out.yield_(b)).await),
                Step::Lose(a) => drop(out.yield_(a).now_or_never()),
            }
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_block_yields_what_a_vec_would_hold(steps in steps(), taken in 0..30_usize) {
        let expected = plain(&steps);
        let shared = std::sync::Mutex::new((steps, expected));
        on_both_runtimes(async || {
            let (steps, expected) = shared.lock().unwrap().clone();
            let here: Vec<_> = drawn(steps.clone()).collect().await;
            assert_eq!(here, expected);
            let elsewhere = tokio::spawn(drawn(steps.clone()).collect::<Vec<_>>());
            assert_eq!(elsewhere.await.unwrap(), expected);
            let part: Vec<_> = drawn(steps).take(taken).collect().await;
            assert_eq!(part, expected[..taken.min(expected.len())]);
        });
    }
}
