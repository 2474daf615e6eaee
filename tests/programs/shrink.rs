//! Makes a failing program smaller, by whole steps.
//!
//! proptest goes back on what it drew, and cannot put a block's content in the place of the block. This does, until
//! no single change leaves a program that fails.

use std::sync::Arc;

use crate::program::*;

/// The smallest program found for which `fails` holds, as it does for this one.
pub(crate) fn shrink(mut program: Program, fails: impl Fn(&Program) -> bool) -> Program {
    // a failure that depends on luck must not keep us for ever
    let mut tries = 5_000;
    'smaller: loop {
        for steps in smaller(&program.0) {
            tries -= 1;
            if tries == 0 {
                return program;
            }
            let candidate = Program(steps);
            if fails(&candidate) {
                program = candidate;
                continue 'smaller;
            }
        }
        return program;
    }
}

/// All programs that are one change away, those with fewer steps first.
fn smaller(steps: &Steps) -> Vec<Steps> {
    let mut found = Vec::new();
    let without = |index: usize, instead: &[Step]| -> Steps {
        let (before, after) = (&steps[..index], &steps[index + 1..]);
        before.iter().chain(instead).chain(after).cloned().collect()
    };
    for index in 0..steps.len() {
        found.push(without(index, &[]));
    }
    for (index, step) in steps.iter().enumerate() {
        for inside in content(step) {
            found.push(without(index, &inside));
        }
        for changed in changes(step) {
            found.push(without(index, &[changed]));
        }
    }
    found
}

/// What could stand in the place of the step. It may mean something else there; all that matters is that it fails.
fn content(step: &Step) -> Vec<Steps> {
    // what hangs has to stay where it is dropped
    let can_move = |steps: &&Steps| !format!("{:?}", Program((*steps).clone())).contains("pending()");
    let inside: Vec<&Steps> = match step {
        Step::Catch(steps) => vec![steps],
        Step::Wrapped(_, block) | Step::Race(block, Limit::Timeout) => vec![&block.steps],
        Step::Spawn(_, _, block, _) => vec![&block.steps],
        Step::Race(loser, Limit::Winner { block, .. }) => vec![&loser.steps, &block.steps],
        Step::Join(blocks) | Step::Pool(_, blocks) => blocks.iter().map(|block| &block.steps).collect(),
        Step::Scope(_, steps) => vec![steps],
        Step::Thread(_, block) | Step::Send(_, _, block) => vec![&block.steps],
        Step::Call(Call { node, .. }) => {
            let of_node = node.segments.iter().chain([&node.first]);
            // an asynchronous body may stand in an asynchronous one alone, and a plain one in both
            of_node.collect()
        }
        _ => Vec::new(),
    };
    inside.into_iter().filter(|steps| !steps.is_empty()).filter(can_move).cloned().collect()
}

fn in_block(block: &Block, rebuild: impl Fn(Block) -> Step) -> Vec<Step> {
    let smaller = smaller(&block.steps).into_iter();
    smaller.map(|steps| rebuild(Block { takes: block.takes.clone(), steps })).collect()
}

fn in_blocks(blocks: &[Block], rebuild: impl Fn(Vec<Block>) -> Step) -> Vec<Step> {
    let mut found = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let mut fewer = blocks.to_vec();
        fewer.remove(index);
        found.push(rebuild(fewer));
        for steps in smaller(&block.steps) {
            let mut changed = blocks.to_vec();
            changed[index].steps = steps;
            found.push(rebuild(changed));
        }
    }
    found
}

fn changes(step: &Step) -> Vec<Step> {
    match step {
        Step::Call(call) => calls(call).into_iter().map(Step::Call).collect(),
        Step::Hold(call) => calls(call).into_iter().map(Step::Hold).collect(),
        Step::SpawnCall(spawner, call, joined) => {
            calls(call).into_iter().map(|call| Step::SpawnCall(*spawner, call, *joined)).collect()
        }
        Step::Catch(steps) => smaller(steps).into_iter().map(Step::Catch).collect(),
        Step::Scope(around, steps) => {
            smaller(steps).into_iter().map(|steps| Step::Scope(*around, steps)).collect()
        }
        Step::Wrapped(wrapper, block) => in_block(block, |block| Step::Wrapped(*wrapper, block)),
        Step::Spawn(spawner, wrapper, block, ends) => {
            let mut found = in_block(block, |block| Step::Spawn(*spawner, *wrapper, block, *ends));
            if !matches!(wrapper, Wrapper::Nothing) {
                found.push(Step::Spawn(*spawner, Wrapper::Nothing, block.clone(), *ends));
            }
            if spawner.carries() {
                found.push(Step::Spawn(Spawner::Tokio, *wrapper, block.clone(), *ends));
            }
            found
        }
        Step::Join(blocks) => in_blocks(blocks, Step::Join),
        Step::Pool(share, blocks) => in_blocks(blocks, |blocks| Step::Pool(*share, blocks)),
        Step::Race(loser, limit) => {
            let mut found = in_block(loser, |loser| Step::Race(loser, limit.clone()));
            if let Limit::Winner { block, waits, is_first } = limit {
                let (waits, is_first) = (*waits, *is_first);
                let rebuild = |block| Step::Race(loser.clone(), Limit::Winner { block, waits, is_first });
                found.extend(in_block(block, rebuild));
            }
            found
        }
        Step::Send(sealed, wrapper, block) => in_block(block, |block| Step::Send(*sealed, *wrapper, block)),
        Step::Thread(thread, block) => {
            let mut found = in_block(block, |block| Step::Thread(*thread, block));
            if thread.carries() {
                found.push(Step::Thread(Thread::Std, block.clone()));
            }
            found
        }
        Step::BlockOn(local, block) => in_block(block, |block| Step::BlockOn(*local, block)),
        _ => Vec::new(),
    }
}

/// Simpler calls: less around them, less inside them.
fn calls(call: &Call) -> Vec<Call> {
    let mut found = Vec::new();
    let node = &*call.node;
    let with = |node: Node| Call { node: Arc::new(node), ..call.clone() };
    let same = || Node {
        segments: node.segments.clone(),
        first: node.first.clone(),
        takes: node.takes.clone(),
        ..*node
    };
    if call.around.is_some() {
        found.push(Call { around: None, ..call.clone() });
    }
    if !matches!(call.wrapper, Wrapper::Nothing) {
        found.push(Call { wrapper: Wrapper::Nothing, ..call.clone() });
    }
    if node.end != End::Ok {
        found.push(with(Node { end: End::Ok, ..same() }));
    }
    if !matches!(node.flavour, Flavour::Nothing) {
        found.push(with(Node { flavour: Flavour::Nothing, ..same() }));
    }
    for first in smaller(&node.first) {
        found.push(with(Node { first, ..same() }));
    }
    for (index, steps) in node.segments.iter().enumerate() {
        let mut fewer = node.segments.clone();
        fewer.remove(index);
        found.push(with(Node { segments: fewer, ..same() }));
        for steps in smaller(steps) {
            let mut segments = node.segments.clone();
            segments[index] = steps;
            found.push(with(Node { segments, ..same() }));
        }
    }
    found
}
