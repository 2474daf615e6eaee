//! The traced functions: every form, with every flavour of the attribute.

use std::panic::resume_unwind;
use std::sync::Arc;

use futures::stream::{BoxStream, Stream};
use traceable::{Parent, RunTree, trace, traceable};

use super::held::{Gate, Held, Item, Kept, Oops, Outcome};
use super::here::{Body, Here, Locals};
use super::{asynchronous, plain};
use crate::program::*;

/// What a traced function is given: its node, and the values that are moved into it.
pub(crate) struct Given {
    body: Body,
    node: Arc<Node>,
    gate: Arc<Gate>,
    /// For `parent = ..`.
    parent: Parent,
}

impl Given {
    fn plain(&mut self, steps: &[Step]) {
        plain::steps(&self.body.here, steps, &mut self.body.locals);
    }

    async fn asynchronous(&mut self, steps: &[Step]) {
        asynchronous::steps(&self.body.here, steps, &mut self.body.locals).await;
    }

    fn inside(&mut self, run: RunTree) {
        self.body.here.inside(run);
    }

    fn first(&mut self) {
        let node = self.node.clone();
        self.plain(&node.first);
    }

    fn all_plain(&mut self) {
        let node = self.node.clone();
        node.segments.iter().for_each(|steps| self.plain(steps));
    }

    async fn segment(&mut self, index: usize) {
        let node = self.node.clone();
        self.asynchronous(&node.segments[index]).await;
    }

    async fn all_segments(&mut self) {
        for index in 0..self.node.segments.len() {
            if index > 0 {
                self.gate.pause(index).await;
            }
            self.segment(index).await;
        }
    }

    fn end(self) -> Outcome {
        match self.node.end {
            End::Ok => Ok(self.body.locals.end()),
            End::Err => Err(Oops),
            // as a panic, but for the message on the terminal
            End::Panic => resume_unwind(Box::new("on purpose")),
        }
    }

    fn stream(mut self) -> impl Stream<Item = Item> + Send {
        async_stream::stream! {
            for index in 0..self.node.segments.len() {
                self.segment(index).await;
                yield Ok(index);
            }
            // what is left goes here, inside
            if let Err(error) = self.end() {
                yield Err(error);
            }
        }
    }

    /// As a generator's: at its end, also by a panic, what it holds goes.
    fn iter(self) -> impl Iterator<Item = Item> + Send {
        let mut state = Some((self, 0));
        std::iter::from_fn(move || {
            let (mut given, index) = state.take()?;
            let node = given.node.clone();
            if let Some(steps) = node.segments.get(index) {
                given.plain(steps);
                state = Some((given, index + 1));
                return Some(Ok(index));
            }
            given.end().err().map(Err)
        })
    }
}

macro_rules! functions {
    ($flavour:ident, $given:ident, $($option:tt)*) => {
        mod $flavour {
            use super::*;

            #[traceable(skip_output, skip($given), inputs(id = $given.node.id), $($option)*)]
            pub(super) fn plain(mut $given: Given, #[run_tree] run: RunTree) -> Outcome {
                $given.inside(run);
                $given.all_plain();
                $given.end()
            }

            #[traceable(skip_output, skip($given), inputs(id = $given.node.id), $($option)*)]
            pub(super) async fn async_fn(mut $given: Given, #[run_tree] run: RunTree) -> Outcome {
                $given.inside(run);
                $given.all_segments().await;
                $given.end()
            }

            #[traceable(skip_output, skip($given), inputs(id = $given.node.id), $($option)*)]
            pub(super) fn future(
                mut $given: Given,
                #[run_tree] run: RunTree,
            ) -> impl Future<Output = Outcome> + Send {
                $given.inside(run);
                $given.first();
                async move {
                    $given.all_segments().await;
                    $given.end()
                }
            }

            #[traceable(skip_output, skip($given), inputs(id = $given.node.id), $($option)*)]
            pub(super) fn stream(
                mut $given: Given,
                #[run_tree] run: RunTree,
            ) -> impl Stream<Item = Item> + Send {
                $given.inside(run);
                $given.first();
                $given.stream()
            }

            #[traceable(skip_output, skip($given), inputs(id = $given.node.id), $($option)*)]
            pub(super) async fn async_stream(
                mut $given: Given,
                #[run_tree] run: RunTree,
            ) -> Result<BoxStream<'static, Item>, Oops> {
                $given.inside(run);
                let node = $given.node.clone();
                $given.asynchronous(&node.first).await;
                if node.end == End::Err {
                    return Err(Oops);
                }
                Ok(Box::pin($given.stream()))
            }

            #[traceable(skip_output, skip($given), inputs(id = $given.node.id), $($option)*)]
            pub(super) fn iter(
                mut $given: Given,
                #[run_tree] run: RunTree,
            ) -> impl Iterator<Item = Item> + Send {
                $given.inside(run);
                $given.first();
                $given.iter()
            }
        }
    };
}

functions!(nothing, given,);
functions!(off, given, enabled = false);
functions!(root, given, root);
functions!(parent, given, parent = given.parent);

/// A traced call with nothing inside.
#[traceable]
pub(super) fn on_drop(id: u32) {
    let _ = id;
}

/// The call of one form, with the flavour that the program asks for.
macro_rules! call {
    ($form:ident, $here:expr, $call:expr, $given:expr, $wrap:expr) => {{
        let (given, around) = ($given, $call.around);
        match $call.node.flavour {
            Flavour::Nothing => $wrap($here.around(around, || nothing::$form(given))),
            Flavour::Off => $wrap($here.around(around, || off::$form(given))),
            Flavour::Root => $wrap($here.around(around, || root::$form(given))),
            Flavour::Parent(_) => $wrap($here.around(around, || parent::$form(given))),
        }
    }};
}

fn given(here: &Here, call: &Call, from: &mut Kept) -> Given {
    let node = call.node.clone();
    let parent = match node.flavour {
        Flavour::Parent(name) => here.parent(name),
        _ => Parent::Ambient,
    };
    // a pause or a limit of the block around is not that of a function in it
    let locals = Locals::taking(&node.takes, from);
    let body = Body { here: here.clone(), steps: Steps::from([]), locals };
    Given { body, node, gate: Arc::default(), parent }
}

/// Calls a plain function.
pub(super) fn plain(here: &Here, call: &Call, from: &mut Kept) -> Outcome {
    let given = given(here, call, from);
    if call.node.kind == Kind::Block {
        return here.around(call.around, || block(given));
    }
    call!(plain, here, call, given, std::convert::identity)
}

fn begun(given: &Given) -> traceable::Block {
    let block = trace("block").input("id", given.node.id);
    if let Flavour::Parent(_) = given.node.flavour { block.parent(&given.parent) } else { block }
}

fn block(mut given: Given) -> Outcome {
    begun(&given).try_scope(|run| {
        given.inside(run.clone());
        given.all_plain();
        given.end()
    })
}

fn async_block(mut given: Given) -> impl Future<Output = Outcome> + Send {
    begun(&given).try_future(|run| {
        given.inside(run);
        given.first();
        async move {
            given.all_segments().await;
            given.end()
        }
    })
}

/// Makes a call that something else drives.
pub(super) fn hold(here: &Here, call: &Call, from: &mut Kept) -> Held {
    let given = given(here, call, from);
    let gate = given.gate.clone();
    let wrapper = call.wrapper;
    match call.node.kind {
        Kind::Async => {
            Held::Future(call!(async_fn, here, call, given, |f| here.wrap_future(f, wrapper)), gate)
        }
        Kind::Future => {
            Held::Future(call!(future, here, call, given, |f| here.wrap_future(f, wrapper)), gate)
        }
        Kind::AsyncBlock => {
            let block = here.around(call.around, || async_block(given));
            Held::Future(here.wrap_future(block, wrapper), gate)
        }
        Kind::Stream => Held::Stream(call!(stream, here, call, given, |s| here.wrap_stream(s, wrapper))),
        Kind::AsyncStream => {
            Held::Opening(call!(async_stream, here, call, given, |f| here.wrap_future(f, wrapper)))
        }
        Kind::Iter => Held::Iter(call!(iter, here, call, given, |i| here.wrap_iter(i, wrapper))),
        Kind::Plain | Kind::Block => unreachable!("it has run by the time it returns"),
    }
}
