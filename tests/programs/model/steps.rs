//! The steps of a body, read in order.

use std::rc::Rc;

use super::call::{Kept, Locals};
use super::contexts::{At, Context, Scope};
use super::{Env, Frame, Model, Stop};
use crate::program::*;

impl Model {
    /// A body of its own, to its end. Returns what it leaves.
    pub(super) fn body(&mut self, env: &Env, mut locals: Locals, steps: &Steps) -> Result<Kept, Stop> {
        let result = self.steps(env, steps, &mut locals);
        let left = if result.is_ok() { std::mem::take(&mut locals.kept) } else { Kept::new() };
        self.drop_locals(locals, env.at);
        result.map(|()| left)
    }

    pub(super) fn steps(&mut self, env: &Env, steps: &[Step], locals: &mut Locals) -> Result<(), Stop> {
        steps.iter().try_for_each(|step| self.step(env, step, locals))
    }

    fn step(&mut self, env: &Env, step: &Step, locals: &mut Locals) -> Result<(), Stop> {
        match step {
            Step::Call(call) => {
                let mut held = self.call(env, call, &mut locals.kept)?;
                let left = self.advance(&mut held, env.at, ALL)?;
                locals.kept.extend(left);
            }
            Step::Hold(call) => {
                let held = self.call(env, call, &mut locals.kept)?;
                locals.kept.insert(call.node.id, held);
            }
            Step::Advance(id, n) => {
                if let Some(mut held) = locals.kept.remove(id) {
                    let left = self.advance(&mut held, env.at, *n)?;
                    locals.kept.insert(*id, held);
                    locals.kept.extend(left);
                }
            }
            Step::Next(id, n) => {
                if let Some(mut held) = locals.kept.remove(id) {
                    if held.is_iter() {
                        self.advance(&mut held, env.at, *n)?;
                    }
                    locals.kept.insert(*id, held);
                }
            }
            Step::Drop(id) => {
                if let Some(held) = locals.kept.remove(id) {
                    self.drop_held(held);
                }
            }
            Step::Guard(id) => locals.guards.push(*id),
            Step::Look(id) => {
                let run = self.contexts.run_of(env.at);
                // it has to have an id by now
                self.start_early(run);
                let found = run.map(|run| self.contexts.id(run));
                // which run is current where nothing is traced is not told
                if !self.contexts.is_silenced(env.at) {
                    self.expectation.looks.insert(*id, (found, self.is_maybe));
                }
            }
            Step::Yield => {}
            Step::Hang => return Err(Stop::Hang),
            Step::Catch(steps) => match self.steps(env, steps, locals) {
                Err(Stop::Hang) => return Err(Stop::Hang),
                Ok(()) | Err(Stop::Panic) => {}
            },
            Step::Scope(around, steps) => {
                let env = Env { at: self.around(env, *around), ..env.clone() };
                self.steps(&env, steps, locals)?;
            }
            Step::Wrapped(wrapper, block) => {
                let left = self.block(env, *wrapper, env.at, block, &mut locals.kept)?;
                locals.kept.extend(left);
            }
            Step::Spawn(spawner, wrapper, block, Ends::Joined) => {
                let at = env.at.filter(|_| spawner.carries());
                let left = self.block(env, *wrapper, at, block, &mut locals.kept);
                locals.kept.extend(left.unwrap_or_default());
            }
            Step::Spawn(spawner, wrapper, block, Ends::Detached) => {
                let at = env.at.filter(|_| spawner.carries());
                let left = self.block(env, *wrapper, at, block, &mut locals.kept);
                self.drop_all(left.unwrap_or_default());
            }
            Step::Spawn(spawner, wrapper, block, Ends::Aborted { waits }) => {
                let at = env.at.filter(|_| spawner.carries());
                let at = self.wrapped(&Some(env.frame.clone()), *wrapper, env.at, at, None);
                self.losing(&Env { at, ..env.clone() }, block, *waits, &mut locals.kept);
            }
            Step::SpawnCall(spawner, call, joined) => {
                let mut held = self.call(env, call, &mut locals.kept)?;
                let at = env.at.filter(|_| spawner.carries());
                let left = self.advance(&mut held, at, ALL).unwrap_or_default();
                if *joined {
                    locals.kept.extend(left);
                } else {
                    self.drop_all(left);
                }
            }
            Step::Join(blocks) => self.blocks(env, env.at, blocks, &mut locals.kept),
            Step::Race(loser, limit) => {
                let waits = matches!(limit, Limit::Winner { waits: true, .. });
                self.losing(env, loser, waits, &mut locals.kept);
                if let Limit::Winner { block, .. } = limit {
                    self.blocks(env, env.at, std::slice::from_ref(block), &mut locals.kept);
                }
            }
            Step::Send(sealed, wrapper, block) => {
                let actor = Some(self.actor);
                let taken = Locals::taking(&block.takes, &mut locals.kept);
                let opened = if *sealed { self.of_its_own(env.at) } else { actor };
                let at = self.wrapped(&Some(env.frame.clone()), *wrapper, opened, opened, None);
                let left = self.body(&Env { at, ..env.clone() }, taken, &block.steps);
                self.drop_all(left.unwrap_or_default());
            }
            Step::Thread(thread, block) => {
                let at = env.at.filter(|_| thread.carries());
                self.blocks(env, at, std::slice::from_ref(block), &mut locals.kept);
            }
            Step::Pool(_, blocks) => self.blocks(env, env.at, blocks, &mut locals.kept),
            Step::BlockOn(_, block) => {
                self.blocks(env, env.at, std::slice::from_ref(block), &mut locals.kept)
            }
        }
        Ok(())
    }

    /// An `async` block that is made here and polled in `at`.
    fn block(
        &mut self,
        env: &Env,
        wrapper: Wrapper,
        at: Context,
        block: &Block,
        from: &mut Kept,
    ) -> Result<Kept, Stop> {
        let taken = Locals::taking(&block.takes, from);
        let at = self.wrapped(&Some(env.frame.clone()), wrapper, env.at, at, None);
        self.body(&Env { at, ..env.clone() }, taken, &block.steps)
    }

    /// Blocks beside each other. A panic ends one of them, and what it had.
    fn blocks(&mut self, env: &Env, at: Context, blocks: &[Block], from: &mut Kept) {
        let taken: Vec<_> = blocks.iter().map(|block| Locals::taking(&block.takes, from)).collect();
        for (block, taken) in blocks.iter().zip(taken) {
            let left = self.body(&Env { at, ..env.clone() }, taken, &block.steps);
            from.extend(left.unwrap_or_default());
        }
    }

    /// A block that hangs when it is through, and is dropped: then if somebody waits for that, else whenever.
    fn losing(&mut self, env: &Env, block: &Block, is_waited_for: bool, from: &mut Kept) {
        let mut taken = Locals::taking(&block.takes, from);
        let before = self.is_maybe;
        self.is_maybe |= !is_waited_for;
        let _ = self.steps(env, &block.steps, &mut taken);
        self.drop_locals(taken, env.at);
        self.is_maybe = before;
    }

    /// The context inside what is around.
    pub(super) fn around(&mut self, env: &Env, around: Around) -> Context {
        let name = match around {
            Around::Handle(n) => {
                let inside = frame(&env.frame, n).inside.get();
                return self.of_its_own(inside);
            }
            // a scope if it replaces something else; else it goes on there
            Around::Bound(n) => {
                let inside = frame(&env.frame, n).inside.get();
                let goes_on = env.at.is_none() || env.at == inside;
                return if goes_on { inside } else { self.of_its_own(inside) };
            }
            Around::Extra(name) | Around::Context(name) => name,
            Around::RunScope(n) => Name::Up(n),
            Around::Tag | Around::Silent => Name::Absent,
            Around::Detached => Name::Root,
        };
        let named = self.named(env, name);
        let names_parent = named.is_some() && !matches!(around, Around::Context(_));
        let is_silent = matches!(around, Around::Silent);
        let silences = is_silent || self.contexts.is_silenced(env.at);
        let scope = named.unwrap_or(Scope { up: env.at, only_gives: !is_silent, ..Scope::default() });
        Some(self.contexts.scope(Scope { names_parent, silences, ..scope }))
    }

    /// A scope that names nothing, and is there all the same.
    fn of_its_own(&mut self, up: Context) -> Context {
        Some(self.contexts.scope(Scope { up, ..Scope::default() }))
    }

    /// The context inside a wrapper that was put on at `at_call` and is polled first in `at`.
    pub(super) fn wrapped(
        &mut self,
        frame: &Option<Rc<Frame>>,
        wrapper: Wrapper,
        at_call: Context,
        at: Context,
        directly_on: Option<Id>,
    ) -> Context {
        let (name, is_for_call) = match wrapper {
            Wrapper::Nothing => return at,
            Wrapper::InCurrentRun => return at_call,
            Wrapper::WithParent(name, _) => (name, true),
            Wrapper::WithContext(name) => (name, false),
            Wrapper::Silent => (Name::Absent, false),
        };
        let is_silent = matches!(wrapper, Wrapper::Silent);
        let frame = frame.clone().unwrap_or_else(|| unreachable!("the program has a frame"));
        let named = self.named(&Env { at, frame }, name);
        let names_parent = named.is_some() && is_for_call;
        let up = self.contexts.choose(at_call, at);
        let silences = is_silent || self.contexts.is_silenced(up);
        let scope = named.unwrap_or(Scope { up, only_gives: !is_silent, ..Scope::default() });
        let directly_on = directly_on.filter(|_| names_parent);
        Some(self.contexts.scope(Scope { names_parent, silences, directly_on, ..scope }))
    }

    /// A scope under a parent that is named; nothing if that leaves it to the context.
    pub(super) fn named(&mut self, env: &Env, name: Name) -> Option<Scope> {
        let run = match name {
            Name::Absent => None,
            Name::Root => return Some(Scope { wants_roots: true, ..Scope::default() }),
            Name::Outside => Some(outermost(&env.frame)),
            Name::Unsampled => Some(self.unsampled),
            Name::Up(n) => up(&env.frame, n),
            // the handle itself where nothing is recorded: another process would decide as this one did
            Name::Wire(n) => up(&env.frame, n).map(|run| {
                if !self.contexts.is_recorded(Some(run)) {
                    // its place is asked for all the same
                    self.start_early(Some(run));
                    return run;
                }
                // a run that is named to others may have children at once
                self.expect_run(run);
                let id = self.contexts.id(run);
                self.contexts.remote(id)
            }),
        };
        Some(Scope { up: Some(run?), ..Scope::default() })
    }
}

fn frame(innermost: &Rc<Frame>, n: usize) -> &Frame {
    let mut frame = innermost;
    for _ in 0..n {
        frame = frame.up.as_ref().unwrap_or(frame);
    }
    frame
}

fn up(innermost: &Rc<Frame>, n: usize) -> Option<At> {
    frame(innermost, n).run.get()
}

fn outermost(frame: &Rc<Frame>) -> At {
    up(frame, usize::from(u16::MAX)).unwrap_or_else(|| unreachable!("the program has a frame"))
}
