//! A call, from where it is made to where what it returned is used up or dropped.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use traceable::testing::Status;

use super::contexts::{At, Context, Scope};
use super::{Env, Frame, Model, Stop};
use crate::program::*;

/// Values that were kept.
pub(super) type Kept = BTreeMap<Id, Held>;

#[derive(Default)]
pub(super) struct Locals {
    pub(super) kept: Kept,
    pub(super) guards: Vec<Id>,
}

impl Locals {
    pub(super) fn taking(takes: &[Id], from: &mut Kept) -> Locals {
        let kept = takes.iter().filter_map(|id| Some((*id, from.remove(id)?))).collect();
        Locals { kept, guards: Vec::new() }
    }
}

/// What a call returned.
pub(super) struct Held {
    node: Arc<Node>,
    /// Nothing if it is switched off.
    run: Option<At>,
    called: Context,
    /// What is around the call, whatever the attribute says.
    called_in: Context,
    /// The attribute says where it attaches.
    is_named: bool,
    /// It is a root on purpose, and was called where there was nothing.
    is_nowhere: bool,
    wrapper: Wrapper,
    wrapped: Wrapped,
    frame: Rc<Frame>,
    locals: Locals,
    /// Where what it calls is called; nothing before the first poll.
    inside: Option<Context>,
    /// Segments that are through; one more for an error item.
    through: usize,
    is_open: bool,
    is_done: bool,
}

impl Held {
    pub(super) fn is_iter(&self) -> bool {
        self.node.kind == Kind::Iter
    }
}

/// What a wrapper carries.
struct Wrapped {
    at_call: Context,
    /// Once it is polled.
    entered: Option<Context>,
}

impl Model {
    /// Makes a call: what runs at the call has run when this returns.
    pub(super) fn call(&mut self, env: &Env, call: &Call, from: &mut Kept) -> Result<Held, Stop> {
        let node = call.node.clone();
        let locals = Locals::taking(&node.takes, from);
        // the parent in the attribute is an argument, so it is named outside of what is around
        let by_attribute = match node.flavour {
            Flavour::Root => self.named(env, Name::Root),
            Flavour::Parent(name) => self.named(env, name),
            Flavour::Nothing | Flavour::Off => None,
        };
        let called_in = call.around.map_or(env.at, |around| self.around(env, around));
        let mut called = called_in;
        // `trace(..).parent(..)` is no attribute: nothing around it is closer to the call
        let counts = node.kind.is_block() || !self.contexts.names_parent(called);
        let by_attribute = by_attribute.filter(|_| counts);
        let is_named = by_attribute.is_some();
        let is_nowhere = called.is_none() && by_attribute.is_some_and(|scope| scope.wants_roots);
        if let Some(scope) = by_attribute {
            let silences = self.contexts.is_silenced(called);
            called = Some(self.contexts.scope(Scope { silences, ..scope }));
        }
        let run = match node.flavour {
            Flavour::Off => None,
            _ => Some(self.contexts.called(node.id, called)),
        };
        let frame =
            Rc::new(Frame { run: Cell::new(run), inside: Cell::new(None), up: Some(env.frame.clone()) });
        let wrapped = Wrapped { at_call: env.at, entered: None };
        let wrapper = call.wrapper;
        let (through, is_open, is_done) = (0, false, false);
        let mut held = Held {
            node: node.clone(),
            run,
            called,
            called_in,
            is_named,
            is_nowhere,
            wrapper,
            wrapped,
            frame,
            locals,
            inside: None,
            through,
            is_open,
            is_done,
        };
        if node.kind.is_eager() {
            let at = run.map_or_else(|| self.contexts.inside_call(called), Some);
            self.begins_body(&held, at);
            let first = Env { at, frame: held.frame.clone() };
            if let Err(stop) = self.steps(&first, &node.first, &mut held.locals) {
                if let Some(run) = run {
                    // it failed before its first poll, and is a run all the same
                    self.expect_run(run);
                }
                self.ends(run, Status::Error);
                self.drop_locals(std::mem::take(&mut held.locals), at);
                return Err(stop);
            }
        }
        if let Wrapper::WithParent(name @ Name::Wire(_), _) | Wrapper::WithContext(name @ Name::Wire(_)) =
            call.wrapper
        {
            // a text is made now, a handle is looked into at the first poll
            self.named(env, name);
        }
        Ok(held)
    }

    /// Polls for `n` more items, or to the n-th pause. Returns what a future that ends leaves.
    pub(super) fn advance(&mut self, held: &mut Held, at: Context, n: usize) -> Result<Kept, Stop> {
        if held.is_done || n == 0 {
            return Ok(Kept::new());
        }
        let inside = self.begin(held, at);
        let env = Env { at: inside, frame: held.frame.clone() };
        let result = self.advance_inside(held, &env, n);
        if let Err(stop) = result {
            // it hangs until it is dropped, and what it awaits with it
            let status = match stop {
                Stop::Panic => Status::Error,
                Stop::Hang if held.is_open => Status::Dropped,
                Stop::Hang => Status::Cancelled,
            };
            self.finish(held, &env, status);
        }
        result
    }

    fn advance_inside(&mut self, held: &mut Held, env: &Env, n: usize) -> Result<Kept, Stop> {
        let node = held.node.clone();
        if node.kind == Kind::AsyncStream && !held.is_open {
            self.steps(env, &node.first, &mut held.locals)?;
            if node.end == End::Err {
                self.finish(held, env, Status::Error);
                return Ok(Kept::new());
            }
        }
        held.is_open = !node.kind.is_plain() && !node.kind.is_future();
        for _ in 0..n {
            if let Some(steps) = node.segments.get(held.through) {
                self.steps(env, steps, &mut held.locals)?;
                held.through += 1;
                if held.is_open || held.through < node.segments.len() {
                    continue;
                }
            }
            let is_error_item = held.is_open && held.through == node.segments.len();
            match node.end {
                End::Panic => return Err(Stop::Panic),
                End::Err if is_error_item => held.through += 1,
                End::Err => {
                    self.finish(held, env, Status::Error);
                    break;
                }
                End::Ok => {
                    let left = if held.is_open { Kept::new() } else { std::mem::take(&mut held.locals.kept) };
                    self.finish(held, env, Status::Success);
                    return Ok(left);
                }
            }
        }
        Ok(Kept::new())
    }

    /// The first poll: the run starts, by the rule.
    fn begin(&mut self, held: &mut Held, at: Context) -> Context {
        if let Some(inside) = held.inside {
            return inside;
        }
        let polled = self.enter(held, at);
        let has_started = held.run.is_some_and(|run| self.contexts.has_started(run));
        let is_direct = self.contexts.is_directly_on(polled, held.node.id);
        let is_recorded = self.contexts.is_recorded(held.called);
        let has_attribute = matches!(held.node.flavour, Flavour::Root | Flavour::Parent(_));
        // the run has no inputs then by which we know it
        let is_put_on = is_direct || self.contexts.is_silenced(polled);
        self.expectation.is_avoided |= is_put_on && has_attribute && !is_recorded;
        let above = match () {
            // something needed it before: it has its place
            () if has_started => None,
            // what is called where nothing is recorded is left out, whatever is put on what it returns
            () if !is_recorded && !has_attribute => held.called,
            // it goes where everything around it goes
            () if held.is_nowhere && !is_direct => {
                self.silent_if(self.contexts.is_silenced(polled), held.called)
            }
            () if is_direct => polled,
            () if held.is_named => held.called,
            () => self.contexts.choose(held.called, polled),
        };
        // what was called where nothing is recorded is not, wherever it goes
        let above = self.silent_if(self.contexts.is_silenced(held.called), above);
        let inside = match held.run {
            None => self.contexts.inside_call(above),
            Some(run) => {
                self.contexts.start(run, above);
                self.expect_run(run);
                Some(run)
            }
        };
        if !held.node.kind.is_eager() {
            self.begins_body(held, inside);
        }
        held.inside = Some(inside);
        inside
    }

    /// The body begins here. The handle of a function that is switched off says that nothing is recorded around it.
    fn begins_body(&self, held: &Held, at: Context) {
        held.frame.inside.set(at);
        if held.run.is_none() {
            let is_left_out =
                |run: &At| self.contexts.has_started(*run) && !self.contexts.is_recorded(Some(*run));
            held.frame.run.set(self.contexts.run_of(at).filter(is_left_out));
        }
    }

    /// This context, with nothing recorded in it.
    fn silent_if(&mut self, silences: bool, context: Context) -> Context {
        if !silences || self.contexts.is_silenced(context) {
            return context;
        }
        Some(self.contexts.scope(Scope { up: context, silences, ..Scope::default() }))
    }

    /// What the wrapper makes of the context it is polled in.
    fn enter(&mut self, held: &mut Held, at: Context) -> Context {
        if let Wrapper::Nothing = held.wrapper {
            return at;
        }
        let Wrapped { at_call, entered } = held.wrapped;
        let entered = match entered {
            Some(entered) => entered,
            None => self.wrapped(&held.frame.up.clone(), held.wrapper, at_call, at, Some(held.node.id)),
        };
        held.wrapped.entered = Some(entered);
        entered
    }

    fn finish(&mut self, held: &mut Held, env: &Env, status: Status) {
        held.is_done = true;
        self.drop_locals(std::mem::take(&mut held.locals), env.at);
        self.ends(held.run, status);
    }

    /// Drops what a call returned. Whoever does that is nothing to it.
    pub(super) fn drop_held(&mut self, mut held: Held) {
        if held.is_done {
            return;
        }
        let inside = match (held.inside, held.run) {
            (Some(inside), _) => inside,
            (None, Some(run)) if self.contexts.has_started(run) => Some(run),
            // it never started, and does not do so because it is dropped
            (None, _) => self.contexts.inside_call(held.called_in),
        };
        self.drop_locals(std::mem::take(&mut held.locals), inside);
        let is_generator = held.is_open || matches!(held.node.kind, Kind::Stream | Kind::Iter);
        let status = match () {
            () if held.through > held.node.segments.len() => Status::Error,
            () if is_generator => Status::Dropped,
            () => Status::Cancelled,
        };
        self.ends(held.run, status);
    }

    pub(super) fn drop_all(&mut self, kept: Kept) {
        kept.into_values().for_each(|held| self.drop_held(held));
    }

    /// The end of a body: what it still has goes, inside it.
    pub(super) fn drop_locals(&mut self, locals: Locals, at: Context) {
        locals.guards.into_iter().for_each(|id| self.leaf(id, at));
        self.drop_all(locals.kept);
    }
}
