//! Programs, drawn at random.
//!
//! What may be written depends on where it stands: a plain body awaits nothing, and only a block that is dropped may
//! wait for ever. So there is a strategy for each place, built level by level.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::program::*;
use crate::resolve::resolve;

/// How deep programs nest.
const DEPTH: usize = 4;

pub(crate) fn programs() -> impl Strategy<Value = Program> {
    let mut places = Places::new(&Places::nothing());
    for _ in 1..DEPTH {
        places = Places::new(&places);
    }
    // a few more steps at the top, where everything begins
    vec(place(&places.deeper, Place::Async), 1..6).prop_map(|steps| resolve(&steps.concat().into()))
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// What runs at the call of a function that returns a future, stream or iterator. Its run has not started, and
    /// starts when a child needs it or at the first poll, whichever is first: so nothing here goes on by itself.
    Eager,
    Plain,
    Async,
    /// In a block that is dropped or aborted.
    Losing,
}

/// Steps for each place.
#[derive(Clone)]
struct Places {
    deeper: [BoxedStrategy<Steps>; 4],
}

fn place(all: &[BoxedStrategy<Steps>; 4], place: Place) -> BoxedStrategy<Steps> {
    all[place as usize].clone()
}

impl Places {
    fn nothing() -> Places {
        Places { deeper: std::array::from_fn(|_| Just(Steps::from([])).boxed()) }
    }

    fn new(below: &Places) -> Places {
        let level = [Place::Eager, Place::Plain, Place::Async, Place::Losing];
        let steps = |at| {
            let step = step(&below.deeper, at);
            vec(step, 0..5).prop_map(Steps::from).boxed()
        };
        Places { deeper: level.map(steps) }
    }
}

fn step(below: &[BoxedStrategy<Steps>; 4], at: Place) -> BoxedStrategy<Step> {
    let is_async = matches!(at, Place::Async | Place::Losing);
    let inside = place(below, at);
    let eager = place(below, if is_async { Place::Plain } else { at });
    let mut choices: Vec<(u32, BoxedStrategy<Step>)> = vec![
        (5, plain_call(below, at).prop_map(Step::Call).boxed()),
        (1, any::<Id>().prop_map(Step::Drop).boxed()),
        (3, held_call(below, at).prop_map(Step::Hold).boxed()),
        (2, Just(Step::Guard(0)).boxed()),
        (1, Just(Step::Look(0)).boxed()),
        (1, inside.prop_map(Step::Catch).boxed()),
        (2, (around(), eager).prop_map(|(around, steps)| Step::Scope(around, steps)).boxed()),
    ];
    let plain = block(place(below, if at == Place::Eager { at } else { Place::Plain }));
    let nested = block(place(below, Place::Async));
    choices.push((1, (any::<bool>(), plain.clone()).prop_map(|(bound, b)| Step::Thread(bound, b)).boxed()));
    choices.push((1, (any::<bool>(), vec(plain, 1..3)).prop_map(|(map, b)| Step::Pool(map, b)).boxed()));
    if at != Place::Eager {
        let sent = (block_wrapper(), nested.clone()).prop_map(|(wrapper, block)| Step::Send(wrapper, block));
        choices.push((1, sent.boxed()));
    }
    if at == Place::Plain {
        choices.push((1, nested.clone().prop_map(Step::BlockOn).boxed()));
        // nobody can wait for it here
        let spawned = (block_wrapper(), nested.clone()).prop_map(|(w, b)| Step::Spawn(w, b, Ends::Detached));
        choices.push((1, spawned.boxed()));
    }
    if is_async {
        let wrapped = (block_wrapper(), block(place(below, at))).prop_map(|(w, b)| Step::Wrapped(w, b));
        let awaited = any_call(below, at).prop_map(Step::Call);
        let advance = (any::<Id>(), prop_oneof![Just(ALL), 1..3_usize]);
        choices.push((6, awaited.boxed()));
        choices.push((5, advance.prop_map(|(id, n)| Step::Advance(id, n)).boxed()));
        choices.push((1, Just(Step::Yield).boxed()));
        choices.push((1, wrapped.boxed()));
        choices.push((4, tasks(below)));
        choices.push((1, vec(nested, 1..4).prop_map(Step::Join).boxed()));
    } else {
        let advance = (any::<Id>(), prop_oneof![Just(ALL), 1..3_usize]);
        choices.push((3, advance.prop_map(|(id, n)| Step::Next(id, n)).boxed()));
    }
    if at == Place::Losing {
        choices.push((2, Just(Step::Hang).boxed()));
    }
    proptest::strategy::Union::new_weighted(choices).boxed()
}

/// Tasks and races.
fn tasks(below: &[BoxedStrategy<Steps>; 4]) -> BoxedStrategy<Step> {
    let nested = block(place(below, Place::Async));
    let losing = block(place(below, Place::Losing));
    let ends = prop_oneof![3 => Just(Ends::Joined), 1 => Just(Ends::Detached)];
    let aborted = any::<bool>().prop_map(|waits| Ends::Aborted { waits });
    let winner = (nested.clone(), any::<bool>(), any::<bool>());
    let limit = prop_oneof![
        4 => winner.prop_map(|(block, waits, is_first)| Limit::Winner { block, waits, is_first }),
        1 => Just(Limit::Timeout),
    ];
    prop_oneof![
        3 => (block_wrapper(), nested, ends).prop_map(|(w, b, ends)| Step::Spawn(w, b, ends)),
        3 => (future_call(below), any::<bool>()).prop_map(|(call, joined)| Step::SpawnCall(call, joined)),
        2 => (losing.clone(), limit).prop_map(|(loser, limit)| Step::Race(loser, limit)),
        1 => (block_wrapper(), losing, aborted).prop_map(|(w, b, ends)| Step::Spawn(w, b, ends)),
    ]
    .boxed()
}

fn block(steps: BoxedStrategy<Steps>) -> BoxedStrategy<Block> {
    (takes(), steps).prop_map(|(takes, steps)| Block { takes, steps }).boxed()
}

fn takes() -> impl Strategy<Value = Vec<Id>> + Clone {
    vec(any::<Id>(), 0..3)
}

fn plain_call(below: &[BoxedStrategy<Steps>; 4], at: Place) -> BoxedStrategy<Call> {
    call(vec![Kind::Plain, Kind::Block, Kind::Iter], below, at)
}

fn held_call(below: &[BoxedStrategy<Steps>; 4], at: Place) -> BoxedStrategy<Call> {
    let kinds = vec![Kind::Async, Kind::Future, Kind::Stream, Kind::AsyncStream, Kind::Iter];
    // what is kept may be used up elsewhere
    call(kinds, below, if at == Place::Eager { at } else { Place::Async })
}

fn any_call(below: &[BoxedStrategy<Steps>; 4], at: Place) -> BoxedStrategy<Call> {
    call(vec![Kind::Async, Kind::Future, Kind::Stream, Kind::AsyncStream], below, at)
}

fn future_call(below: &[BoxedStrategy<Steps>; 4]) -> BoxedStrategy<Call> {
    call(vec![Kind::Async, Kind::Future], below, Place::Async)
}

/// A call of one of these kinds, made in such a place.
fn call(kinds: Vec<Kind>, below: &[BoxedStrategy<Steps>; 4], at: Place) -> BoxedStrategy<Call> {
    let below = below.clone();
    let plain = if at == Place::Eager { at } else { Place::Plain };
    // what is made in an eager part is polled once the run around it has started
    let asynchronous = if at == Place::Losing { at } else { Place::Async };
    let node = proptest::sample::select(kinds).prop_flat_map(move |kind| {
        let first = match kind {
            Kind::Future | Kind::Stream | Kind::Iter => place(&below, Place::Eager),
            Kind::AsyncStream => place(&below, asynchronous),
            Kind::Plain | Kind::Block | Kind::Async => Just(Steps::from([])).boxed(),
        };
        let body = if kind.is_plain() || kind == Kind::Iter { plain } else { asynchronous };
        let most = if kind.is_plain() { 2 } else { 4 };
        let segments = vec(place(&below, body), 0..most);
        (Just(kind), flavour(kind), takes(), first, segments, end())
    });
    let node = node.prop_map(|(kind, flavour, takes, first, segments, end)| {
        Arc::new(Node { id: 0, kind, flavour, takes, first, segments, end })
    });
    let call = (weighted(0.2, around()), node, wrapper());
    call.prop_map(|(around, node, wrapper)| {
        // what is called at once returns nothing that could be wrapped
        let wrapper = match wrapper {
            _ if node.kind.is_plain() => Wrapper::Nothing,
            // what is switched off is no run that a parent could be named for; what it calls is told of in `nesting`
            Wrapper::WithParent(..) if matches!(node.flavour, Flavour::Off) => Wrapper::Nothing,
            wrapper => wrapper,
        };
        Call { around, node, wrapper }
    })
    .boxed()
}

fn flavour(kind: Kind) -> BoxedStrategy<Flavour> {
    if kind == Kind::Block {
        // a block has no attribute, but it may name its parent
        return prop_oneof![4 => Just(Flavour::Nothing), 1 => name().prop_map(Flavour::Parent)].boxed();
    }
    prop_oneof![
        9 => Just(Flavour::Nothing),
        1 => Just(Flavour::Off),
        1 => Just(Flavour::Root),
        1 => name().prop_map(Flavour::Parent),
    ]
    .boxed()
}

fn end() -> impl Strategy<Value = End> + Clone {
    prop_oneof![10 => Just(End::Ok), 1 => Just(End::Err), 1 => Just(End::Panic)]
}

fn name() -> impl Strategy<Value = Name> + Clone {
    prop_oneof![
        Just(Name::Absent),
        Just(Name::Root),
        Just(Name::Outside),
        (0..4_usize).prop_map(Name::Up),
        (0..4_usize).prop_map(Name::Wire),
    ]
}

fn around() -> impl Strategy<Value = Around> + Clone {
    prop_oneof![
        Just(Around::Tag),
        name().prop_map(Around::Extra),
        (0..4_usize).prop_map(Around::RunScope),
        name().prop_map(Around::Context),
        Just(Around::Detached),
    ]
}

fn wrapper() -> impl Strategy<Value = Wrapper> + Clone {
    prop_oneof![
        8 => Just(Wrapper::Nothing),
        2 => Just(Wrapper::InCurrentRun),
        2 => (name(), any::<bool>()).prop_map(|(name, boxed)| Wrapper::WithParent(name, boxed)),
        1 => name().prop_map(Wrapper::WithContext),
    ]
}

fn block_wrapper() -> impl Strategy<Value = Wrapper> + Clone {
    wrapper().prop_map(|wrapper| match wrapper {
        // a box that holds no traced call is taken for the call made last: `.with_parent` is for what a call returned
        Wrapper::WithParent(name, _) => Wrapper::WithParent(name, false),
        wrapper => wrapper,
    })
}
