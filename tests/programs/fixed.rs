//! Programs that are worth a test of their own: what random ones found once, and what is easy to get wrong.

use std::sync::Arc;

use crate::check::check;
use crate::program::*;
use crate::resolve::resolve;

#[track_caller]
fn holds(steps: impl Into<Steps>) {
    let program = resolve(&steps.into());
    if let Err(error) = check(&program) {
        panic!("{error}\n{program:?}");
    }
}

/// A call of this kind, with these segments.
fn call<const N: usize>(kind: Kind, segments: [Vec<Step>; N]) -> Call {
    with(kind, |node| node.segments = segments.into_iter().map(Steps::from).collect())
}

fn with(kind: Kind, change: impl FnOnce(&mut Node)) -> Call {
    let (takes, first) = (Vec::new(), Steps::from([]));
    let flavour = Flavour::Nothing;
    let mut node = Node { id: 0, kind, flavour, takes, first, segments: Vec::new(), end: End::Ok };
    change(&mut node);
    Call { around: None, node: Arc::new(node), wrapper: Wrapper::Nothing }
}

fn leaf() -> Step {
    Step::Call(call(Kind::Plain, []))
}

fn block(takes: Vec<Id>, steps: impl Into<Steps>) -> Block {
    Block { takes, steps: steps.into() }
}

/// Values are named by their place among those that are there.
const FIRST: Id = 0;

#[test]
fn a_stream_that_is_polled_in_three_places_has_one_parent() {
    let stream = call(Kind::Stream, [vec![leaf()], vec![leaf()], vec![leaf()]]);
    let there = block(vec![FIRST], [Step::Advance(FIRST, 1)]);
    let body = vec![
        Step::Hold(stream),
        Step::Advance(FIRST, 1),
        Step::Spawn(Wrapper::Nothing, there, Ends::Joined),
        Step::Send(Wrapper::Nothing, block(vec![FIRST], [Step::Advance(FIRST, ALL)])),
    ];
    holds([Step::Call(call(Kind::Async, [body]))]);
}

#[test]
fn a_future_goes_on_elsewhere_under_the_parent_it_began_with() {
    let future = call(Kind::Async, [vec![leaf()], vec![leaf()]]);
    let inner = with(Kind::Async, |node| {
        node.takes = vec![FIRST];
        node.segments = vec![Steps::from([Step::Advance(FIRST, ALL)])];
    });
    let body = vec![Step::Hold(future), Step::Advance(FIRST, 1), Step::Call(inner)];
    holds([Step::Call(call(Kind::Async, [body]))]);
}

#[test]
fn a_cancelled_line_of_calls_is_cancelled_from_end_to_end() {
    let inner = call(Kind::Async, [vec![leaf(), Step::Guard(0), Step::Hang]]);
    let outer = call(Kind::Future, [vec![Step::Call(inner)]]);
    let winner = block(vec![], [leaf()]);
    let limit = Limit::Winner { block: winner, waits: true, is_first: false };
    let body = vec![Step::Race(block(vec![], [Step::Call(outer)]), limit), leaf()];
    holds([Step::Call(call(Kind::Async, [body]))]);
}

#[test]
fn what_an_aborted_task_drops_is_under_what_it_dropped_it_from() {
    let inner = call(Kind::Stream, [vec![Step::Guard(0), Step::Hang]]);
    let task = block(vec![], [Step::Guard(0), Step::Call(inner)]);
    let aborted = Step::Spawn(Wrapper::InCurrentRun, task, Ends::Aborted { waits: true });
    holds([Step::Call(call(Kind::Async, [vec![aborted]]))]);
}

#[test]
fn a_panic_leaves_no_context_behind() {
    let panics = with(Kind::Plain, |node| node.end = End::Panic);
    let inner = call(Kind::Iter, [vec![Step::Guard(0), Step::Call(panics)]]);
    let body = vec![Step::Catch(Steps::from([Step::Call(inner)])), leaf()];
    holds([Step::Call(call(Kind::Async, [body]))]);
}

#[test]
fn a_parent_on_the_result_beats_the_attribute_but_an_absent_one_does_not() {
    let roots = |name| {
        let root = with(Kind::Async, |node| node.flavour = Flavour::Root);
        Step::Call(Call { wrapper: Wrapper::WithParent(name, false), ..root })
    };
    let body = vec![roots(Name::Outside), roots(Name::Absent), roots(Name::Up(0))];
    holds([Step::Call(call(Kind::Async, [body]))]);
}

#[test]
fn an_absent_parent_leaves_the_scope_that_the_call_was_made_in() {
    let body = [Around::Detached, Around::Extra(Name::Outside)].map(|around| {
        let wrapper = Wrapper::WithParent(Name::Absent, false);
        Step::Call(Call { around: Some(around), wrapper, ..call(Kind::Stream, [vec![leaf()]]) })
    });
    holds([Step::Call(call(Kind::Async, [body.to_vec()]))]);
}

#[test]
fn a_call_that_is_switched_off_keeps_the_place_where_it_started() {
    let off = with(Kind::Iter, |node| {
        node.flavour = Flavour::Off;
        node.segments = vec![Steps::from([leaf()]), Steps::from([leaf(), Step::Guard(0)])];
    });
    let consumer = with(Kind::Plain, |node| {
        node.takes = vec![FIRST];
        node.segments = vec![Steps::from([Step::Next(FIRST, 1)])];
    });
    holds([Step::Hold(off), Step::Advance(FIRST, 1), Step::Call(consumer)]);
}

#[test]
fn a_pool_in_a_pool_in_another_runtime_carries_the_context() {
    let pool = |map, steps: Vec<Step>| Step::Pool(map, vec![block(vec![], steps), block(vec![], [leaf()])]);
    let inside = Step::BlockOn(block(vec![], [pool(true, vec![pool(false, vec![leaf()])]), leaf()]));
    holds([Step::Call(call(Kind::Plain, [vec![inside]]))]);
}

#[test]
fn a_thread_nests_if_it_is_bound_and_not_if_it_is_not() {
    let thread = |bound| Step::Thread(bound, block(vec![], [leaf()]));
    holds([Step::Call(call(Kind::Plain, [vec![thread(true), thread(false)]]))]);
}

#[test]
fn a_value_that_was_never_polled_is_dropped_where_it_is() {
    let early = with(Kind::Future, |node| node.first = Steps::from([Step::Guard(0)]));
    let consumer = with(Kind::Plain, |node| node.takes = vec![FIRST]);
    holds([Step::Hold(early), Step::Call(consumer)]);
}
