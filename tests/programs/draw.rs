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
    choices.push((1, (thread(), plain.clone()).prop_map(|(thread, b)| Step::Thread(thread, b)).boxed()));
    choices.push((1, (share(), vec(plain, 1..3)).prop_map(|(share, b)| Step::Pool(share, b)).boxed()));
    if at != Place::Eager {
        let sent = (any::<bool>(), wrapper(), nested.clone());
        choices.push((1, sent.prop_map(|(sealed, wrapper, b)| Step::Send(sealed, wrapper, b)).boxed()));
    }
    if at == Place::Plain {
        let block_on = (any::<bool>(), nested.clone()).prop_map(|(local, b)| Step::BlockOn(local, b));
        choices.push((1, block_on.boxed()));
        // nobody can wait for it here
        let spawned = (spawner(), wrapper(), nested.clone());
        let spawned = spawned.prop_map(|(spawner, w, b)| Step::Spawn(spawner, w, b, Ends::Detached));
        choices.push((1, spawned.boxed()));
    }
    if is_async {
        let wrapped = (wrapper(), block(place(below, at))).prop_map(|(w, b)| Step::Wrapped(w, b));
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
        3 => (spawner(), wrapper(), nested, ends)
            .prop_map(|(spawner, w, b, ends)| Step::Spawn(spawner, w, b, ends)),
        3 => (spawner(), future_call(below), any::<bool>())
            .prop_map(|(spawner, call, joined)| Step::SpawnCall(spawner, call, joined)),
        2 => (losing.clone(), limit).prop_map(|(loser, limit)| Step::Race(loser, limit)),
        1 => (spawner(), wrapper(), losing, aborted)
            .prop_map(|(spawner, w, b, ends)| Step::Spawn(spawner, w, b, ends)),
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
    let kinds =
        vec![Kind::Async, Kind::Future, Kind::Stream, Kind::AsyncStream, Kind::Iter, Kind::AsyncBlock];
    // what is kept may be used up elsewhere
    call(kinds, below, if at == Place::Eager { at } else { Place::Async })
}

fn any_call(below: &[BoxedStrategy<Steps>; 4], at: Place) -> BoxedStrategy<Call> {
    call(vec![Kind::Async, Kind::Future, Kind::Stream, Kind::AsyncStream, Kind::AsyncBlock], below, at)
}

fn future_call(below: &[BoxedStrategy<Steps>; 4]) -> BoxedStrategy<Call> {
    call(vec![Kind::Async, Kind::Future, Kind::AsyncBlock], below, Place::Async)
}

/// A call of one of these kinds, made in such a place.
fn call(kinds: Vec<Kind>, below: &[BoxedStrategy<Steps>; 4], at: Place) -> BoxedStrategy<Call> {
    let below = below.clone();
    let plain = if at == Place::Eager { at } else { Place::Plain };
    // what is made in an eager part is polled once the run around it has started
    let asynchronous = if at == Place::Losing { at } else { Place::Async };
    let node = proptest::sample::select(kinds).prop_flat_map(move |kind| {
        let first = match kind {
            _ if kind.is_eager() => place(&below, Place::Eager),
            Kind::AsyncStream => place(&below, asynchronous),
            _ => Just(Steps::from([])).boxed(),
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
    call.prop_map(move |(around, node, wrapper)| {
        // what is called at once returns nothing that could be wrapped
        let wrapper = match wrapper {
            _ if node.kind.is_plain() => Wrapper::Nothing,
            wrapper => wrapper,
        };
        Call { around, node, wrapper }
    })
    .boxed()
}

fn flavour(kind: Kind) -> BoxedStrategy<Flavour> {
    if kind.is_block() {
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

fn spawner() -> impl Strategy<Value = Spawner> + Clone {
    prop_oneof![
        3 => Just(Spawner::Tokio),
        1 => Just(Spawner::Task),
        1 => Just(Spawner::JoinSet),
        1 => Just(Spawner::TaskTracker),
    ]
}

fn thread() -> impl Strategy<Value = Thread> + Clone {
    use Thread::*;
    proptest::sample::select(vec![Std, Bound, Spawn, Scope, Blocking, InPlace])
}

fn share() -> impl Strategy<Value = Share> + Clone {
    proptest::sample::select(vec![Share::Map, Share::Submit, Share::Scope, Share::Iterator])
}

fn end() -> impl Strategy<Value = End> + Clone {
    prop_oneof![10 => Just(End::Ok), 1 => Just(End::Err), 1 => Just(End::Panic)]
}

fn name() -> impl Strategy<Value = Name> + Clone {
    prop_oneof![
        4 => Just(Name::Absent),
        4 => Just(Name::Root),
        4 => Just(Name::Outside),
        1 => Just(Name::Unsampled),
        4 => (0..4_usize).prop_map(Name::Up),
        4 => (0..4_usize).prop_map(Name::Wire),
    ]
}

fn around() -> impl Strategy<Value = Around> + Clone {
    prop_oneof![
        3 => Just(Around::Tag),
        3 => name().prop_map(Around::Extra),
        3 => (0..4_usize).prop_map(Around::RunScope),
        3 => name().prop_map(Around::Context),
        3 => Just(Around::Detached),
        1 => Just(Around::Silent),
        3 => (0..4_usize).prop_map(Around::Handle),
        2 => (0..4_usize).prop_map(Around::Bound),
    ]
}

fn wrapper() -> impl Strategy<Value = Wrapper> + Clone {
    prop_oneof![
        8 => Just(Wrapper::Nothing),
        2 => Just(Wrapper::InCurrentRun),
        2 => (name(), any::<bool>()).prop_map(|(name, boxed)| Wrapper::WithParent(name, boxed)),
        1 => name().prop_map(Wrapper::WithContext),
        1 => Just(Wrapper::Silent),
    ]
}
