//! What a program should leave behind, by the documented rule alone.
//!
//! Nothing here runs: the steps are read in order, each with the context it stands in. That a task runs later, or
//! elsewhere, makes no difference to where things attach; where it makes one to whether a run exists at all, the run is
//! a "maybe".

mod call;
mod contexts;
mod steps;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use traceable::testing::Status;

use crate::program::{ACTOR, Id, OUTSIDE, Program, UNSAMPLED};
use contexts::{At, Context, Contexts};

/// What is expected of one run.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) parent: Option<Id>,
    /// It is a root, and was meant to be.
    pub(crate) is_root_on_purpose: bool,
    /// Whether it exists depends on who is faster.
    pub(crate) is_maybe: bool,
    /// So does where it attaches: it is called as a value is dropped, which may have been polled before or not.
    pub(crate) is_anywhere: bool,
    /// Nothing if that depends on who is faster.
    pub(crate) status: Option<Status>,
}

#[derive(Default)]
pub(crate) struct Expectation {
    pub(crate) runs: BTreeMap<Id, Expected>,
    /// The current run at each look, and whether the look is a maybe.
    pub(crate) looks: BTreeMap<Id, (Option<Id>, bool)>,
    /// The program does what the library is known to do wrong: nothing is expected of it.
    pub(crate) is_avoided: bool,
}

pub(crate) fn expect(program: &Program) -> Expectation {
    let mut contexts = Contexts::default();
    let outside = contexts.started(OUTSIDE, None);
    let actor = contexts.started(ACTOR, None);
    let unsampled = contexts.started(UNSAMPLED, None);
    let expectation = Expectation::default();
    let mut model = Model { contexts, expectation, actor, unsampled, is_maybe: false, is_anywhere: false };
    model.expect_run(outside);
    model.expect_run(actor);
    model.ends(Some(outside), Status::Success);
    model.ends(Some(actor), Status::Success);
    let frame = Rc::new(Frame { run: Cell::new(Some(outside)), inside: Cell::new(None), up: None });
    let top = Env { at: None, frame };
    // a panic at the top is caught there
    let left = model.body(&top, call::Locals::default(), &program.0).unwrap_or_default();
    model.drop_all(left);
    model.expectation
}

/// Where a step stands.
#[derive(Clone)]
struct Env {
    at: Context,
    frame: Rc<Frame>,
}

/// A function around, as the program's text has it.
struct Frame {
    /// What its handle leads to: its run. If it is switched off, the run above if that is not recorded, else nothing.
    run: Cell<Option<At>>,
    /// The context inside.
    inside: Cell<Context>,
    up: Option<Rc<Frame>>,
}

/// Why steps end early.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    Panic,
    /// It waits for ever, until it is dropped.
    Hang,
}

struct Model {
    contexts: Contexts,
    expectation: Expectation,
    actor: At,
    unsampled: At,
    /// What is read now may happen or not.
    is_maybe: bool,
    /// The rule does not say where: perhaps where it is recorded, perhaps where it is not.
    is_anywhere: bool,
}

impl Model {
    /// The run exists: it was polled, or a child attaches to it.
    fn expect_run(&mut self, run: At) {
        let id = self.contexts.id(run);
        // what attaches to a run from afar does not bring that run into being
        if !self.contexts.is_run(run) || self.expectation.runs.contains_key(&id) {
            return;
        }
        if !self.contexts.is_recorded(Some(run)) {
            return;
        }
        let above = self.contexts.start_where_called(run);
        let parent = self.contexts.run_of(above);
        let is_root_on_purpose = parent.is_none() && self.contexts.is_root_on_purpose(above);
        let parent_id = parent.map(|parent| self.contexts.id(parent));
        let expected = Expected {
            parent: parent_id,
            is_root_on_purpose,
            is_maybe: self.is_maybe,
            is_anywhere: false,
            status: Some(Status::Open),
        };
        self.expectation.runs.insert(id, expected);
        if let Some(parent) = parent {
            self.expect_run(parent);
        }
    }

    /// A run starts because its id has to be known, and with it those of the runs above.
    fn start_early(&mut self, mut run: Option<At>) {
        while let Some(waiting) = run.filter(|run| self.waits(*run)) {
            let above = self.contexts.start_where_called(waiting);
            run = self.contexts.run_of(above);
        }
    }

    /// Whether it has not started, and has a place when it does: in a trace that is not sampled too.
    fn waits(&self, run: At) -> bool {
        !self.contexts.has_started(run) && !self.contexts.is_silenced(Some(run))
    }

    /// Whether the run is expected to be recorded.
    fn is_expected(&self, run: At) -> bool {
        self.expectation.runs.contains_key(&self.contexts.id(run))
    }

    fn ends(&mut self, run: Option<At>, status: Status) {
        let Some(run) = run.filter(|run| self.is_expected(*run)) else { return };
        let status = (!self.is_maybe).then_some(status);
        if let Some(expected) = self.expectation.runs.get_mut(&self.contexts.id(run))
            && expected.status == Some(Status::Open)
        {
            expected.status = status;
        }
    }

    /// The call that a guard makes.
    fn leaf(&mut self, id: Id, at: Context) {
        let run = self.contexts.started(id, at);
        self.expect_run(run);
        self.ends(Some(run), Status::Success);
        let (parent, is_root_on_purpose) = (None, false);
        let anywhere =
            Expected { parent, is_root_on_purpose, is_maybe: true, is_anywhere: true, status: None };
        match self.expectation.runs.entry(id) {
            Entry::Occupied(mut expected) => expected.get_mut().is_anywhere = self.is_maybe,
            Entry::Vacant(place) if self.is_anywhere => {
                place.insert(anywhere);
            }
            Entry::Vacant(_) => {}
        }
    }
}
