//! Hidden nodes between runs: where a parent is named, or something is given to what is called inside.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};

use uuid::Uuid;

use super::Text;
use super::node::{Context, OnEnd};
use super::object::{ObjectId, Target};
use super::settings::Settings;
use crate::diagnostics::broken_trace_reason::BrokenTraceReason;
use crate::identity::fork::this_process;

/// A hidden node of the ancestry.
pub(crate) struct Scope {
    pub(crate) up: Option<Context>,
    /// What is given here.
    pub(crate) own: Settings,
    /// What is found around, if that is not `up`: where a trace of its own goes.
    around: Option<Arc<Settings>>,
    /// Known once `up` has started. A scope does not start what is around it; what is called inside may.
    place: OnceLock<Place>,
    /// The process it was entered in.
    pub(crate) process: u32,
    /// Whether what is called inside without a parent was meant to be a root.
    pub(crate) wants_roots: bool,
    /// The parent was named for the call inside, and so beats one that the function's attribute names.
    pub(crate) names_parent: bool,
    /// It gives tags and the like, and moves nothing: for the parent rule it is not there.
    pub(crate) only_gives: bool,
    /// It stands for a call that is no run: what was meant for that call is not for what it calls.
    pub(crate) is_call: bool,
    /// For the first traced call inside.
    pub(crate) one_shots: Mutex<Option<Box<OneShots>>>,
    /// Why a root inside is one, if it was to have a parent.
    pub(crate) broken_trace_reason: Option<BrokenTraceReason>,
    /// Made by `.with_parent(..)` and its like, on this object.
    pub(crate) target: Option<Target>,
    /// That object has been polled: what lies in its place from now on may be another.
    is_entered: AtomicBool,
}

/// What becomes known of a scope.
struct Place {
    depth: u32,
    settings: Option<Arc<Settings>>,
}

/// What an [`Extra`](crate::Extra) gives to one call alone.
#[derive(Default)]
pub(crate) struct OneShots {
    pub(crate) name: Option<Text>,
    pub(crate) run_id: Option<Uuid>,
    /// In a lock for the sake of its type: what holds it may be shared, as it could be without it.
    pub(crate) on_end: Option<Mutex<OnEnd>>,
}

impl OneShots {
    pub(crate) fn is_some(&self) -> bool {
        self.name.is_some() || self.run_id.is_some() || self.on_end.is_some()
    }
}

// As safe to unwind through as what it holds: what is shared is behind locks.
impl std::panic::UnwindSafe for Scope {}
impl std::panic::RefUnwindSafe for Scope {}

impl Scope {
    /// A scope in what is current around it.
    pub(crate) fn under(up: Option<Context>) -> Scope {
        Scope {
            up,
            own: Settings::default(),
            around: None,
            place: OnceLock::new(),
            process: this_process(),
            wants_roots: false,
            names_parent: false,
            only_gives: false,
            is_call: false,
            one_shots: Mutex::new(None),
            broken_trace_reason: None,
            target: None,
            is_entered: AtomicBool::new(false),
        }
    }

    /// A scope somewhere else than in what is current around it.
    pub(crate) fn apart(up: Option<Context>, around: Option<Context>) -> Scope {
        let mut scope = Scope::under(up);
        scope.around = around.as_ref().and_then(Context::settings_so_far);
        scope
    }

    /// Whether it names the parent of this object, or something else for it, and for nothing inside.
    pub(crate) fn is_put_on(&self, object: &ObjectId) -> bool {
        self.target.is_some_and(|target| !self.is_entered.load(Relaxed) && target.is(object))
    }

    /// Whether it was put on something that is polled for the first time just now.
    pub(crate) fn is_being_entered(&self) -> bool {
        self.target.is_some() && !self.is_entered.load(Relaxed)
    }

    /// What it was put on has been polled.
    pub(crate) fn note_entered(&self) {
        self.is_entered.store(true, Relaxed);
    }

    /// What is found inside of a call that is no run, where this is around it.
    pub(crate) fn inside_call(around: Context) -> Context {
        match around {
            Context::Scope(scope) if !scope.is_call => {
                let mut inside = Scope::under(Some(Context::Scope(scope)));
                inside.is_call = true;
                inside.settle();
                Context::Scope(Arc::new(inside))
            }
            around => around,
        }
    }

    /// Finds its place at once, if that starts no run.
    pub(crate) fn settle(&self) {
        if self.known_depth().is_some() {
            self.place();
        }
    }

    /// What is inherited inside. Starts the run around if that has not started.
    pub(crate) fn settings(&self) -> Option<Arc<Settings>> {
        self.place().settings.clone()
    }

    /// As `settings`, if it is known by now.
    pub(crate) fn known_settings(&self) -> Option<Option<Arc<Settings>>> {
        self.place.get().map(|place| place.settings.clone())
    }

    /// Number of nodes above.
    pub(crate) fn depth(&self) -> u32 {
        self.place().depth
    }

    /// As `depth`, unless it takes the start of a run to know it.
    pub(crate) fn known_depth(&self) -> Option<u32> {
        if let Some(place) = self.place.get() {
            return Some(place.depth);
        }
        match &self.up {
            Some(up) => up.known_depth()?.checked_add(1),
            None => Some(0),
        }
    }

    fn place(&self) -> &Place {
        if let Some(place) = self.place.get() {
            return place;
        }
        // before the lock, as it may start a run
        let depth = self.up.as_ref().map_or(0, |up| up.depth().saturating_add(1));
        let above = self.up.as_ref().and_then(Context::settings);
        self.place.get_or_init(|| Place { depth, settings: self.lay_over(above) })
    }

    /// What is given here, over what is inherited.
    pub(crate) fn lay_over(&self, above: Option<Arc<Settings>>) -> Option<Arc<Settings>> {
        let around = self.around.as_deref();
        if self.own.is_empty() && around.is_none() {
            return above;
        }
        let mut settings = self.own.clone();
        // a context that is switched off silences everything inside
        let is_silenced = around.is_some_and(|around| around.enabled == Some(false));
        settings.enabled = settings.enabled.or(is_silenced.then_some(false));
        settings = settings.over(above.as_deref());
        let goes_away =
            || self.up.as_ref().and_then(Context::run_ref).is_none_or(|run| run.is_of_another_process());
        if let Some(around) = around.filter(|_| goes_away()) {
            // a trace of its own, or of another process, still goes where everything around it goes
            settings.sink = settings.sink.or_else(|| around.sink.clone());
            settings.enabled = settings.enabled.or(around.enabled);
        }
        Some(Arc::new(settings))
    }

    /// What it gives to a call inside, wherever that hangs.
    pub(crate) fn given(&self) -> Settings {
        Settings { sink: None, enabled: None, ..self.own.clone() }
    }
}
