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
        Step::Spawn(Spawner::Tokio, Wrapper::Nothing, there, Ends::Joined),
        Step::Send(false, Wrapper::Nothing, block(vec![FIRST], [Step::Advance(FIRST, ALL)])),
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
    let aborted = Step::Spawn(Spawner::Tokio, Wrapper::InCurrentRun, task, Ends::Aborted { waits: true });
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
    let pool =
        |share, steps: Vec<Step>| Step::Pool(share, vec![block(vec![], steps), block(vec![], [leaf()])]);
    let inside = Step::BlockOn(
        false,
        block(vec![], [pool(Share::Map, vec![pool(Share::Submit, vec![leaf()])]), leaf()]),
    );
    holds([Step::Call(call(Kind::Plain, [vec![inside]]))]);
}

#[test]
fn a_thread_nests_if_it_is_bound_and_not_if_it_is_not() {
    let thread = |thread| Step::Thread(thread, block(vec![], [leaf()]));
    holds([Step::Call(call(Kind::Plain, [vec![thread(Thread::Bound), thread(Thread::Std)]]))]);
}

#[test]
fn a_value_that_was_never_polled_is_dropped_where_it_was_called() {
    use Kind::*;
    let drops = |kind, flavour| {
        let early = with(kind, |node| {
            node.flavour = flavour;
            node.first = Steps::from([Step::Guard(0)]);
        });
        let consumer = with(Plain, |node| node.takes = vec![FIRST]);
        vec![Step::Hold(early), Step::Call(consumer)]
    };
    let named = [Name::Outside, Name::Unsampled].map(Flavour::Parent);
    for flavour in named {
        holds(drops(AsyncBlock, flavour));
        holds([Step::Call(call(Async, [drops(AsyncBlock, flavour)]))]);
    }
    let flavours = [Flavour::Nothing, Flavour::Off, Flavour::Root, named[0], named[1]];
    for kind in [Future, Stream, Iter, AsyncBlock] {
        holds(drops(kind, Flavour::Nothing));
        let body =
            flavours.map(|flavour| drops(kind, if kind == AsyncBlock { Flavour::Nothing } else { flavour }));
        holds([Step::Call(call(Async, [body.concat()]))]);
    }
}

#[test]
fn a_call_that_is_made_in_a_scope_stays_there_although_it_is_awaited_outside() {
    use Kind::*;
    // the context of the function itself, of the one around, of that around that, and none
    for n in 0..4 {
        for around in [Around::Handle(n), Around::Bound(n), Around::RunScope(n), Around::Context(Name::Up(n))]
        {
            let calls = [Async, Future, Stream, AsyncStream, Iter, AsyncBlock]
                .map(|kind| Step::Call(Call { around: Some(around), ..call(kind, [vec![leaf()]]) }));
            let inner = call(Async, [calls.to_vec()]);
            let middle = call(Stream, [vec![Step::Call(inner)]]);
            holds([Step::Call(call(Async, [vec![Step::Call(middle)]]))]);
        }
    }
}

#[test]
fn what_carries_no_context_has_none_wherever_it_is_polled() {
    let inner = |wrapper| Call { wrapper, ..call(Kind::Iter, [vec![leaf()]]) };
    let names = [Name::Root, Name::Outside, Name::Unsampled, Name::Absent];
    let steps: Vec<Step> = names
        .into_iter()
        .flat_map(|name| [Wrapper::WithContext(name), Wrapper::WithParent(name, false)])
        .chain([Wrapper::Silent, Wrapper::InCurrentRun, Wrapper::Nothing])
        .map(|wrapper| Step::Call(inner(wrapper)))
        .collect();
    let off = with(Kind::Async, |node| {
        node.flavour = Flavour::Off;
        node.segments = vec![steps.clone().into()];
    });
    let there = |steps: Vec<Step>| Step::Send(false, Wrapper::Nothing, block(vec![FIRST], steps));
    holds([
        Step::Hold(Call { wrapper: Wrapper::InCurrentRun, ..off }),
        there(vec![Step::Advance(FIRST, ALL)]),
    ]);
    holds([Step::Send(false, Wrapper::InCurrentRun, block(vec![], steps))]);
}

#[test]
fn a_task_nests_where_it_is_started_if_what_starts_it_carries() {
    use Spawner::*;
    let task = |spawner| Step::Spawn(spawner, Wrapper::Nothing, block(vec![], [leaf()]), Ends::Joined);
    let spawned = |spawner| Step::SpawnCall(spawner, call(Kind::Async, [vec![leaf()]]), true);
    let body = [Tokio, Task, JoinSet, TaskTracker].map(|spawner| vec![task(spawner), spawned(spawner)]);
    holds([Step::Call(call(Kind::Async, [body.concat()]))]);
}

#[test]
fn a_thread_nests_where_it_is_started_if_what_starts_it_carries() {
    use Thread::*;
    let thread = |thread| Step::Thread(thread, block(vec![], [leaf()]));
    let body = [Std, Bound, Spawn, Scope, Blocking, InPlace].map(thread);
    holds([Step::Call(call(Kind::Async, [body.to_vec()]))]);
}

#[test]
fn a_message_in_an_envelope_is_worked_on_where_it_was_sent() {
    let send = |sealed| Step::Send(sealed, Wrapper::Nothing, block(vec![], [leaf(), Step::Guard(0)]));
    let local = Step::BlockOn(true, block(vec![], [send(true)]));
    let plain = Step::Call(call(Kind::Plain, [vec![local]]));
    holds([Step::Call(call(Kind::AsyncBlock, [vec![send(true), send(false), plain]]))]);
}

#[test]
fn nothing_below_a_trace_that_is_not_sampled_is_recorded_but_what_leaves_it() {
    let leaves = Step::Scope(Around::Detached, Steps::from([leaf()]));
    let named = Step::Scope(Around::Extra(Name::Outside), Steps::from([leaf()]));
    let carried = Step::Spawn(Spawner::Task, Wrapper::Nothing, block(vec![], [leaf()]), Ends::Joined);
    let inner = call(Kind::Async, [vec![leaf(), leaves, named, carried]]);
    let outer = call(Kind::Async, [vec![Step::Call(inner), leaf()]]);
    let around = Some(Around::Context(Name::Unsampled));
    holds([Step::Call(Call { around, ..outer }), leaf()]);
}

#[test]
fn nothing_inside_what_is_switched_off_is_recorded_but_what_loses_it() {
    let leaves = Step::Scope(Around::Detached, Steps::from([leaf()]));
    let task = |spawner| Step::Spawn(spawner, Wrapper::Nothing, block(vec![], [leaf()]), Ends::Joined);
    let inner = call(Kind::Async, [vec![leaf(), leaves, task(Spawner::JoinSet), task(Spawner::Tokio)]]);
    let polled_inside = Call { wrapper: Wrapper::Silent, ..inner.clone() };
    let called_inside = Call { around: Some(Around::Silent), ..inner };
    holds([Step::Call(call(Kind::Async, [vec![Step::Call(polled_inside), Step::Call(called_inside)]]))]);
}

#[test]
fn a_parent_on_the_result_of_a_call_that_is_switched_off_is_that_of_what_it_calls() {
    let off = with(Kind::Stream, |node| {
        node.flavour = Flavour::Off;
        node.segments = vec![Steps::from([leaf()])];
    });
    let wrapper = Wrapper::WithParent(Name::Outside, true);
    holds([Step::Call(call(Kind::Async, [vec![Step::Call(Call { wrapper, ..off })]]))]);
}

#[test]
fn a_parent_on_the_result_brings_nothing_back_from_an_eager_part_that_is_not_recorded() {
    let inner = |flavour| {
        let call = with(Kind::Iter, |node| {
            node.flavour = flavour;
            node.segments = vec![Steps::from([leaf()])];
        });
        Step::Call(Call { wrapper: Wrapper::WithParent(Name::Outside, false), ..call })
    };
    let eager = with(Kind::Stream, |node| {
        node.flavour = Flavour::Parent(Name::Unsampled);
        node.first = Steps::from([inner(Flavour::Nothing), inner(Flavour::Off)]);
    });
    holds([Step::Call(eager)]);
}

#[test]
fn what_leaves_an_eager_part_that_is_not_recorded_is_recorded_whatever_is_put_on_the_call_around_it() {
    let root = with(Kind::Plain, |node| node.flavour = Flavour::Root);
    let inner = call(Kind::Iter, [vec![Step::Call(root)]]);
    let tagged = Wrapper::WithContext(Name::Absent);
    let wrappers = [Wrapper::Silent, tagged, Wrapper::WithParent(Name::Absent, true), Wrapper::InCurrentRun];
    let eager = with(Kind::Iter, |node| {
        node.flavour = Flavour::Parent(Name::Unsampled);
        node.first = wrappers.map(|wrapper| Step::Call(Call { wrapper, ..inner.clone() })).into();
    });
    holds([Step::Call(call(Kind::Async, [vec![Step::Call(eager)]]))]);
}

#[test]
fn the_handle_of_a_call_that_is_switched_off_leads_to_a_trace_that_is_not_recorded() {
    let root = with(Kind::Async, |node| node.flavour = Flavour::Root);
    let inner = Step::Call(Call { wrapper: Wrapper::WithParent(Name::Up(0), false), ..root });
    let off = with(Kind::Async, |node| {
        node.flavour = Flavour::Off;
        node.segments = vec![Steps::from([inner])];
    });
    let around = |name| Step::Call(Call { around: Some(Around::Context(name)), ..off.clone() });
    holds([around(Name::Unsampled), around(Name::Outside)]);
}

#[test]
fn what_an_unsampled_call_holds_is_dropped_in_it_once_its_place_was_asked_for() {
    let unsampled = |first: Vec<Step>| {
        with(Kind::AsyncBlock, |node| {
            node.flavour = Flavour::Parent(Name::Unsampled);
            node.first = first.into();
        })
    };
    let named = with(Kind::Plain, |node| node.flavour = Flavour::Parent(Name::Wire(0)));
    for asks in [Step::Look(0), Step::Call(named)] {
        holds([Step::Hold(unsampled(vec![Step::Guard(0), asks.clone()])), leaf()]);
        holds([Step::Hold(unsampled(vec![asks, Step::Guard(0)]))]);
    }
}
