//! One call of an annotated function.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::site::Site;
use super::start::{Head, Pending, Started};
use crate::capture::outcome::{Outcome, Report as _};
use crate::capture::payload::Payload;
use crate::context::parent::IntoParent;
use crate::context::slot::{Entered, enter, enter_beginning, number_call};
use crate::process;
use crate::run::lifecycle;
use crate::run::node::{Context, Run, State};
use crate::run::run_tree::to_value;
use crate::run::run_type::RunType;

/// One call of an annotated function, from the call to the end of its run.
pub struct Call {
    stage: Stage,
    site: &'static Site,
}

enum Stage {
    /// Not traced.
    Off,
    /// Called, not started.
    Pending(Pending),
    /// A run, reserved or started.
    Run(Arc<Run>),
    /// No run of its own: what is called inside attaches to this.
    Passive(Context),
}

impl Call {
    /// A call of a plain function, which starts now.
    #[inline]
    pub fn now(site: &'static Site) -> Call {
        Call { stage: if process::gate_is_open() { pending(site, 0) } else { Stage::Off }, site }
    }

    /// A call of an `async fn`, which starts at the first poll.
    #[inline]
    pub fn deferred(site: &'static Site) -> Call {
        Call { stage: if process::gate_is_open() { numbered(site) } else { Stage::Off }, site }
    }

    /// A call of a function that returns a future, a stream or an iterator: it starts at the first poll, or when a
    /// child needs it.
    #[inline]
    pub fn reserve(site: &'static Site) -> Call {
        Call::deferred(site)
    }

    /// Whether options are worth evaluating.
    #[inline]
    pub fn on(&self) -> bool {
        !self.is_off()
    }

    #[inline]
    pub(super) fn is_off(&self) -> bool {
        matches!(self.stage, Stage::Off)
    }

    /// `parent = expr`.
    pub fn parent<P: IntoParent + ?Sized>(&mut self, parent: &P) {
        if let Stage::Pending(pending) = &mut self.stage {
            pending.name_parent(parent.to_parent());
        }
    }

    /// `enabled = expr`: `false` leaves this call out; what it calls attaches to what is around it.
    pub fn enabled(&mut self, enabled: bool) {
        if !enabled && let Stage::Pending(pending) = &mut self.stage {
            self.stage = pending.at_call.take().map_or(Stage::Off, Stage::Passive);
        }
    }

    /// `metadata(key = expr)`.
    pub fn metadata<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) {
        if let Stage::Pending(pending) = &mut self.stage {
            pending.options().metadata.insert(key.to_owned(), to_value(value));
        }
    }

    /// Ends the run with this value.
    #[inline]
    pub fn finish<R>(self, value: R, record: impl FnOnce(&R, &mut Outcome)) -> R {
        if let Stage::Run(run) = &self.stage {
            finish(run, |outcome| record(&value, outcome), |_| ());
        }
        value
    }

    /// A call of nothing.
    pub(super) fn off(&self) -> Call {
        Call { stage: Stage::Off, site: self.site }
    }

    pub(super) fn take(&mut self) -> Call {
        Call { stage: std::mem::replace(&mut self.stage, Stage::Off), site: self.site }
    }

    /// Starts the call if it has not started, tells the sink, and enters its context, for one poll.
    pub(super) fn begin(&mut self) -> Entered {
        if matches!(self.stage, Stage::Pending(_))
            && let Stage::Pending(pending) = std::mem::replace(&mut self.stage, Stage::Off)
        {
            return self.begin_pending(pending);
        }
        match &self.stage {
            Stage::Run(run) => {
                if run.started().is_none() {
                    run.bound();
                    lifecycle::post(run);
                }
                enter(Some(Context::Run(run.clone())))
            }
            Stage::Passive(context) => enter(Some(context.clone())),
            Stage::Off | Stage::Pending(_) => enter(None),
        }
    }

    #[inline(never)]
    fn begin_pending(&mut self, pending: Pending) -> Entered {
        self.stage = stage(pending.start(&head(self.site)));
        match &self.stage {
            Stage::Run(run) => {
                if !self.site.begins {
                    lifecycle::post(run);
                }
                enter_beginning(Context::Run(run.clone()), self.site.begins)
            }
            _ => self.begin(),
        }
    }

    /// Reserves the run of a call and enters its context, for the part of the function that runs at the call.
    pub(super) fn begin_eagerly(&mut self) -> Entered {
        if matches!(self.stage, Stage::Pending(_))
            && let Stage::Pending(pending) = std::mem::replace(&mut self.stage, Stage::Off)
        {
            self.stage = stage(pending.reserve(&head(self.site)));
        }
        match &self.stage {
            Stage::Run(run) => enter_beginning(Context::Run(run.clone()), self.site.begins),
            Stage::Passive(context) => enter(Some(context.clone())),
            Stage::Off | Stage::Pending(_) => enter(None),
        }
    }

    /// Enters the context of a call that has started, to drop what belongs to it.
    pub(super) fn enter(&self) -> Option<Entered> {
        match &self.stage {
            Stage::Run(run) => Some(enter(Some(Context::Run(run.clone())))),
            Stage::Passive(context) => Some(enter(Some(context.clone()))),
            Stage::Off | Stage::Pending(_) => None,
        }
    }

    /// The run, if it has started.
    pub(super) fn started_run(&self) -> Option<&Arc<Run>> {
        match &self.stage {
            Stage::Run(run) if run.started().is_some() => Some(run),
            _ => None,
        }
    }

    /// Ends the run because the user's code panicked.
    pub(super) fn panicked(&mut self, panic: &(dyn std::any::Any + Send)) {
        if let Stage::Run(run) = &self.stage {
            let message = panic_message(panic);
            finish(run, |outcome| outcome.report(message), |_| ());
        }
        self.stage = Stage::Off;
    }

    /// Ends the run because what was called is dropped before its end.
    pub(super) fn cancelled(&mut self) {
        if let Some(run) = self.started_run() {
            let error = (!self.site.cancel_is_ok).then(|| "Cancelled".to_owned());
            lifecycle::end(run, None, error, |state| state.metadata("cancelled", true));
        }
        self.stage = Stage::Off;
    }
}

pub(super) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("(with a value that is no text)"))
}

/// Ends a run with what `record` says, in a context where nothing is traced: it calls the user's `Serialize`.
pub(super) fn finish(run: &Arc<Run>, record: impl FnOnce(&mut Outcome), last_words: impl FnOnce(&mut State)) {
    let mut outcome = Outcome::default();
    {
        let _silent = enter(Some(Context::Silent));
        record(&mut outcome);
    }
    let Outcome { outputs, error } = outcome;
    end(run, outputs, error, last_words);
}

fn end(run: &Arc<Run>, outputs: Option<Payload>, error: Option<String>, last_words: impl FnOnce(&mut State)) {
    // a reserved run that failed before its first poll is a run all the same
    run.bound();
    lifecycle::end(run, outputs, error, last_words);
}

#[cold]
#[inline(never)]
fn pending(site: &'static Site, number: u64) -> Stage {
    process::start_once(site.start);
    if process::gate_is_open() { Stage::Pending(Pending::here(site.is_root, number)) } else { Stage::Off }
}

#[cold]
#[inline(never)]
fn numbered(site: &'static Site) -> Stage {
    pending(site, number_call())
}

fn stage(started: Started) -> Stage {
    match started {
        Started::Run(run) => Stage::Run(run),
        Started::Passive(context) => Stage::Passive(context),
    }
}

fn head(site: &'static Site) -> Head {
    Head {
        name: Cow::Borrowed(site.name),
        run_type: RunType::from(site.run_type),
        method: "traceable",
        tags: Cow::Borrowed(site.tags),
        project: site.project.map(Cow::Borrowed),
        site: Some(site),
    }
}
