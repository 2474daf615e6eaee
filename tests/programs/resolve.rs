//! Turns what was drawn into a program: ids are given out, and "some value" becomes one that is there.
//!
//! Drawn steps name values by any number; a program that names one that is not there would do nothing. What is there
//! is followed as if nothing panicked. Where something does, a step may find its value gone, and does nothing.

use std::collections::HashMap;
use std::sync::Arc;

use crate::program::*;

pub(crate) fn resolve(drawn: &Steps) -> Program {
    let mut resolver = Resolver { next: UNSAMPLED + 1, left_by: HashMap::new(), in_silence: false };
    Program(resolver.steps(drawn, &mut Vec::new()))
}

struct Resolver {
    next: Id,
    /// What a kept future returns when it is used up.
    left_by: HashMap<Id, Vec<Id>>,
    /// The text around switches recording off.
    in_silence: bool,
}

/// The values that a body has.
type There = Vec<Id>;

fn pick(there: &There, drawn: Id) -> Option<Id> {
    (!there.is_empty()).then(|| there[drawn as usize % there.len()])
}

fn remove(there: &mut There, id: Id) {
    there.retain(|other| *other != id);
}

fn take(there: &mut There, drawn: &[Id]) -> There {
    let mut taken = Vec::new();
    for drawn in drawn {
        if let Some(id) = pick(there, *drawn) {
            remove(there, id);
            taken.push(id);
        }
    }
    taken
}

/// A block that may be dropped before it is polled is given nothing: where that would be dropped is anybody's guess.
fn keeping_out(block: &Block) -> Block {
    Block { takes: Vec::new(), steps: block.steps.clone() }
}

impl Resolver {
    fn id(&mut self) -> Id {
        self.next += 1;
        self.next - 1
    }

    fn steps(&mut self, drawn: &[Step], there: &mut There) -> Steps {
        let mut steps = Vec::new();
        for step in drawn {
            steps.extend(self.step(step, there));
            if matches!(step, Step::Hang) {
                // nothing comes after it
                break;
            }
        }
        steps.into()
    }

    /// A block, and what it leaves to whoever waits for it.
    fn block(&mut self, block: &Block, there: &mut There) -> (Block, There) {
        let takes = take(there, &block.takes);
        let mut inside = takes.clone();
        let steps = self.steps(&block.steps, &mut inside);
        (Block { takes, steps }, inside)
    }

    /// The same, of a block with something put on it.
    fn wrapped(&mut self, wrapper: Wrapper, block: &Block, there: &mut There) -> (Block, There) {
        self.within(matches!(wrapper, Wrapper::Silent), |this| this.block(block, there))
    }

    fn blocks(&mut self, blocks: &[Block], there: &mut There) -> Vec<Block> {
        let mut left = Vec::new();
        let mut resolve = |block| {
            let (block, left_by_block) = self.block(block, there);
            left.extend(left_by_block);
            block
        };
        let blocks = blocks.iter().map(&mut resolve).collect();
        there.extend(left);
        blocks
    }

    fn call(&mut self, call: &Call, there: &mut There) -> (Call, There) {
        let drawn = &*call.node;
        let id = self.id();
        let takes = take(there, &drawn.takes);
        let mut inside = takes.clone();
        let flavour = match drawn.flavour {
            Flavour::Parent(name) => Flavour::Parent(self.name(name)),
            flavour => flavour,
        };
        let (around, wrapper) = (call.around.map(|around| self.around(around)), self.wrapper(call.wrapper));
        let is_silent = matches!(around, Some(Around::Silent)) || matches!(wrapper, Wrapper::Silent);
        let (first, segments) = self.within(is_silent, |this| {
            let first = this.steps(&drawn.first, &mut inside);
            (first, drawn.segments.iter().map(|steps| this.steps(steps, &mut inside)).collect())
        });
        let Node { kind, end, .. } = *drawn;
        let node = Arc::new(Node { id, kind, flavour, takes, first, segments, end });
        let returns = (kind.is_plain() || kind.is_future()) && end == End::Ok;
        (Call { around, node, wrapper }, if returns { inside } else { Vec::new() })
    }

    /// The handle of a call that is switched off says nothing, and one that was not asked whether it is says that it
    /// goes nowhere: in silence nobody names a parent by such a handle.
    fn name(&self, name: Name) -> Name {
        match name {
            Name::Up(_) | Name::Wire(_) if self.in_silence => Name::Outside,
            name => name,
        }
    }

    fn around(&self, around: Around) -> Around {
        match around {
            Around::Extra(name) => Around::Extra(self.name(name)),
            Around::Context(name) => Around::Context(self.name(name)),
            Around::RunScope(_) if self.in_silence => Around::Extra(Name::Outside),
            around => around,
        }
    }

    fn wrapper(&self, wrapper: Wrapper) -> Wrapper {
        match wrapper {
            Wrapper::WithParent(name, boxed) => Wrapper::WithParent(self.name(name), boxed),
            Wrapper::WithContext(name) => Wrapper::WithContext(self.name(name)),
            wrapper => wrapper,
        }
    }

    /// What `f` resolves stands in silence if `is_silent`.
    fn within<T>(&mut self, is_silent: bool, f: impl FnOnce(&mut Resolver) -> T) -> T {
        let before = self.in_silence;
        self.in_silence |= is_silent;
        let resolved = f(self);
        self.in_silence = before;
        resolved
    }

    fn step(&mut self, step: &Step, there: &mut There) -> Option<Step> {
        Some(match step {
            Step::Call(call) => {
                let (call, left) = self.call(call, there);
                there.extend(left);
                Step::Call(call)
            }
            Step::Hold(call) => {
                let (call, left) = self.call(call, there);
                self.left_by.insert(call.node.id, left);
                there.push(call.node.id);
                Step::Hold(call)
            }
            Step::Advance(drawn, n) => {
                let id = pick(there, *drawn)?;
                if *n == ALL {
                    remove(there, id);
                    there.extend(self.left_by.remove(&id).unwrap_or_default());
                }
                Step::Advance(id, *n)
            }
            Step::Next(drawn, n) => Step::Next(pick(there, *drawn)?, *n),
            Step::Drop(drawn) => {
                let id = pick(there, *drawn)?;
                remove(there, id);
                Step::Drop(id)
            }
            Step::Guard(_) => Step::Guard(self.id()),
            // which run is current where nothing is traced is not told
            Step::Look(_) if self.in_silence => return None,
            Step::Look(_) => Step::Look(self.id()),
            Step::Yield => Step::Yield,
            Step::Hang => Step::Hang,
            Step::Catch(steps) => Step::Catch(self.steps(steps, there)),
            Step::Scope(around, steps) => {
                let is_silent = matches!(around, Around::Silent);
                let steps = self.within(is_silent, |this| this.steps(steps, there));
                Step::Scope(self.around(*around), steps)
            }
            Step::Wrapped(wrapper, block) => {
                let (block, left) = self.wrapped(*wrapper, block, there);
                there.extend(left);
                Step::Wrapped(self.wrapper(*wrapper), block)
            }
            Step::Spawn(spawner, wrapper, block, ends) => {
                let (block, left) = match ends {
                    Ends::Aborted { waits: false } => self.wrapped(*wrapper, &keeping_out(block), there),
                    _ => self.wrapped(*wrapper, block, there),
                };
                if matches!(ends, Ends::Joined) {
                    there.extend(left);
                }
                Step::Spawn(*spawner, self.wrapper(*wrapper), block, *ends)
            }
            Step::SpawnCall(spawner, call, joined) => {
                let (call, left) = self.call(call, there);
                if *joined {
                    there.extend(left);
                }
                Step::SpawnCall(*spawner, call, *joined)
            }
            Step::Join(blocks) => Step::Join(self.blocks(blocks, there)),
            Step::Race(loser, limit) => {
                let (loser, _) = match limit {
                    Limit::Winner { waits: true, .. } => self.block(loser, there),
                    _ => self.block(&keeping_out(loser), there),
                };
                let limit = match limit {
                    Limit::Timeout => Limit::Timeout,
                    Limit::Winner { block, waits, is_first } => {
                        let (block, left) = self.block(block, there);
                        there.extend(left);
                        Limit::Winner { block, waits: *waits, is_first: *is_first }
                    }
                };
                Step::Race(loser, limit)
            }
            Step::Send(sealed, wrapper, block) => {
                let (block, _) = self.wrapped(*wrapper, block, there);
                Step::Send(*sealed, self.wrapper(*wrapper), block)
            }
            Step::Thread(thread, block) => {
                let (block, left) = self.block(block, there);
                there.extend(left);
                Step::Thread(*thread, block)
            }
            Step::Pool(share, blocks) => Step::Pool(*share, self.blocks(blocks, there)),
            Step::BlockOn(local, block) => {
                let (block, left) = self.block(block, there);
                there.extend(left);
                Step::BlockOn(*local, block)
            }
        })
    }
}
