//! Every order in which a consumer and those who yield from other threads may run:
//! `RUSTFLAGS='--cfg traceable_loom' cargo test --lib models`. A wake-up that is lost is a thread that waits for ever,
//! which loom reports.

use std::future::{pending, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use loom::future::block_on;
use loom::thread;

use futures_core::Stream;

use super::async_stream::{Yielder, stream};
use super::handoff::OfferState;

type Numbers = Pin<Box<dyn Stream<Item = u32> + Send>>;

/// A stream whose block yields nothing itself and never ends, and what yields to its consumer.
fn fed_from_elsewhere() -> (Numbers, Arc<Yielder<u32>>) {
    let mut lent = None;
    let numbers = stream(|out| {
        lent = Some(Arc::new(out));
        pending()
    });
    (Box::pin(numbers), lent.expect("the block was made"))
}

fn next(numbers: &mut Numbers) -> u32 {
    block_on(poll_fn(|cx| numbers.as_mut().poll_next(cx))).expect("the block never ends")
}

/// Yields until the last item is offered: nobody will ask for one after it.
fn yield_to_the_end(out: &Yielder<u32>, items: &[u32]) {
    let (last, before) = items.split_last().expect("there are items");
    for item in before {
        block_on(out.yield_(*item));
    }
    let mut last = out.yield_(*last);
    block_on(poll_fn(|cx| {
        let polled = pin!(&mut last).poll(cx);
        assert!(polled.is_pending());
        if matches!(last.state, OfferState::Offered(_)) { Poll::Ready(()) } else { Poll::Pending }
    }));
    // dropped, it would take its item back
    mem::forget(last);
}

#[test]
fn another_thread_yields() {
    loom::model(|| {
        let (mut numbers, out) = fed_from_elsewhere();
        let producer = thread::spawn(move || yield_to_the_end(&out, &[1, 2]));
        assert_eq!([next(&mut numbers), next(&mut numbers)], [1, 2]);
        producer.join().unwrap();
    });
}

#[test]
fn two_threads_yield() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (mut numbers, out) = fed_from_elsewhere();
        let producers = [1, 2].map(|item| {
            let out = out.clone();
            thread::spawn(move || yield_to_the_end(&out, &[item]))
        });
        let mut seen = [next(&mut numbers), next(&mut numbers)];
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
        producers.into_iter().for_each(|producer| producer.join().unwrap());
    });
}

#[test]
fn a_thread_gives_up_its_item_and_another_yields() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (mut numbers, out) = fed_from_elsewhere();
        let giving_up = {
            let out = out.clone();
            thread::spawn(move || {
                let mut first = out.yield_(1);
                block_on(poll_fn(|cx| {
                    assert!(pin!(&mut first).poll(cx).is_pending());
                    Poll::Ready(())
                }));
            })
        };
        let yielding = thread::spawn(move || yield_to_the_end(&out, &[2]));
        let first = next(&mut numbers);
        if first == 1 {
            assert_eq!(next(&mut numbers), 2);
        } else {
            assert_eq!(first, 2);
        }
        giving_up.join().unwrap();
        yielding.join().unwrap();
    });
}
