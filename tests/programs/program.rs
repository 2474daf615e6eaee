//! Programs: what can be written with traced functions, as data.
//!
//! A program says what is called, where it is polled and where it is dropped. It is deterministic where it matters:
//! whatever the scheduler does, every run has one right parent. A value that is kept (a future, stream or iterator
//! that was made and not used up) has one owner, who may pass it on.

use std::sync::Arc;

/// Of a run, of the value that its call made, of a look, of a guard. Unique in a program.
pub(crate) type Id = u32;

pub(crate) type Steps = Arc<[Step]>;

/// A run made by hand, that has ended before the program begins.
pub(crate) const OUTSIDE: Id = 0;
/// The run of the actor that every program has.
pub(crate) const ACTOR: Id = 1;
/// A run made by hand whose trace is not sampled.
pub(crate) const UNSAMPLED: Id = 2;
/// As many items or pauses as there are.
pub(crate) const ALL: usize = usize::MAX;

#[derive(Clone)]
pub(crate) struct Program(pub(crate) Steps);

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Makes a call and uses it up, here.
    Call(Call),
    /// Makes a call and keeps what it returns.
    Hold(Call),
    /// Polls what was kept: so many items, or to so many pauses.
    Advance(Id, usize),
    /// The same in a plain body, which can only advance an iterator.
    Next(Id, usize),
    Drop(Id),
    /// Keeps a value that makes a traced call when it is dropped: at the end of the body.
    Guard(Id),
    /// Notes the current run.
    Look(Id),
    Yield,
    /// Panics inside stop here.
    Catch(Steps),
    /// Plain code inside a scope.
    Scope(Around, Steps),
    /// An `async` block, awaited here.
    Wrapped(Wrapper, Block),
    /// An `async` block in a task of its own.
    Spawn(Spawner, Wrapper, Block, Ends),
    /// A call that is spawned directly. Waits for it, or not.
    SpawnCall(Spawner, Call, bool),
    /// `join!` of `async` blocks.
    Join(Vec<Block>),
    /// `select!`: the first block never ends, and is dropped when the limit is reached.
    Race(Block, Limit),
    /// A message to the actor, which runs the block in its own task; in an `Envelope`, or bare.
    Send(bool, Wrapper, Block),
    /// Waits for ever: only in a block that is dropped or aborted then.
    Hang,
    /// Plain code on another thread, or where this one may block. Waits for it.
    Thread(Thread, Block),
    /// Plain code beside each other, on a pool.
    Pool(Share, Vec<Block>),
    /// Another runtime, inside a plain function; in a local task there, or not.
    BlockOn(bool, Block),
}

/// A call of a traced function.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What the call is made in.
    pub(crate) around: Option<Around>,
    pub(crate) node: Arc<Node>,
    /// What is put on its result.
    pub(crate) wrapper: Wrapper,
}

/// A traced function, as it is called once.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: Id,
    pub(crate) kind: Kind,
    pub(crate) flavour: Flavour,
    /// What is moved into it.
    pub(crate) takes: Vec<Id>,
    /// What runs at the call (where it `is_eager`), or before there is a stream (`AsyncStream`).
    pub(crate) first: Steps,
    /// Between them are the pauses of a future; after each is an item of a generator.
    pub(crate) segments: Vec<Steps>,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// `fn`
    Plain,
    /// `trace("name").scope(..)`
    Block,
    /// `async fn`
    Async,
    /// `fn -> impl Future`
    Future,
    /// `fn -> impl Stream`
    Stream,
    /// `async fn -> impl Stream`
    AsyncStream,
    /// `fn -> impl Iterator`
    Iter,
    /// `trace("name").future(..)`
    AsyncBlock,
}

/// What the attribute says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavour {
    Nothing,
    /// `enabled = false`
    Off,
    /// `root`
    Root,
    /// `parent = ..`
    Parent(Name),
}

/// A parent that is named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Name {
    /// `None`: whatever is ambient.
    Absent,
    Root,
    Outside,
    Unsampled,
    /// The handle of the function around, or of the one around that, and so on.
    Up(usize),
    /// The same, as the text of its dotted order.
    Wire(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Around {
    /// `Extra::new().parent(..).call(..)`
    Extra(Name),
    /// `run.scope(..)`
    RunScope(usize),
    /// `TracingContext::new().parent(..).scope(..)`
    Context(Name),
    /// `Extra::new().tag(..).call(..)`
    Tag,
    Detached,
    /// `TracingContext::new().enabled(false).scope(..)`
    Silent,
    /// `handle.scope(..)`, of a handle to the context inside the function around, or the one around that, and so on.
    Handle(usize),
    /// A closure that was bound there.
    Bound(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Wrapper {
    Nothing,
    InCurrentRun,
    /// On the value itself, or on a box that holds it.
    WithParent(Name, bool),
    WithContext(Name),
    /// `.with_context(TracingContext::new().enabled(false))`
    Silent,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Ok,
    Err,
    Panic,
}

#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// What is moved into it.
    pub(crate) takes: Vec<Id>,
    pub(crate) steps: Steps,
}

/// What starts a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Spawner {
    /// `tokio::spawn`, which carries nothing.
    Tokio,
    /// `task::spawn`
    Task,
    /// `task::JoinSet`
    JoinSet,
    /// `task::TaskTracker`
    TaskTracker,
}

/// Where plain code runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Thread {
    /// `std::thread::spawn`, which carries nothing.
    Std,
    /// The same of a `bind(..)`.
    Bound,
    /// `thread::spawn`
    Spawn,
    /// `thread::scope`
    Scope,
    /// `task::spawn_blocking`
    Blocking,
    /// `task::block_in_place`
    InPlace,
}

/// How work is given to a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Share {
    Map,
    Submit,
    /// `pool.scope(..)`
    Scope,
    /// A parallel iterator, `.in_current_run()`.
    Iterator,
}

/// How a task ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    /// Somebody waits for it.
    Joined,
    /// Nobody does.
    Detached,
    /// It is aborted; once it has done all its steps, or whenever.
    Aborted { waits: bool },
}

/// How long a race lasts.
#[derive(Clone, Debug)]
pub(crate) enum Limit {
    /// Until this block is through, and the other has done all its steps if it `waits`.
    Winner { block: Block, waits: bool, is_first: bool },
    /// A timeout of no time.
    Timeout,
}

impl Kind {
    pub(crate) fn is_plain(self) -> bool {
        matches!(self, Kind::Plain | Kind::Block)
    }

    /// Whether it is a block and no function: no attribute, and no name of its own for what is given to it.
    pub(crate) fn is_block(self) -> bool {
        matches!(self, Kind::Block | Kind::AsyncBlock)
    }

    /// Whether it is a future first.
    pub(crate) fn is_future(self) -> bool {
        matches!(self, Kind::Async | Kind::Future | Kind::AsyncBlock)
    }

    /// Whether a part of it runs at the call, before it starts.
    pub(crate) fn is_eager(self) -> bool {
        matches!(self, Kind::Future | Kind::Stream | Kind::Iter | Kind::AsyncBlock)
    }
}

impl Spawner {
    pub(crate) fn carries(self) -> bool {
        self != Spawner::Tokio
    }
}

impl Thread {
    pub(crate) fn carries(self) -> bool {
        self != Thread::Std
    }
}
