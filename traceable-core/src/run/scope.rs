//! What a scope gives to what is called inside, and what is known of its position.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};

use super::around::goes_away;
use super::inherited_settings::Settings;
use super::node::{Context, OneShots, Position, Scope};
use super::object_id::ObjectId;
use crate::identity::fork::fork_generation;

impl OneShots {
    pub(crate) fn is_some(&self) -> bool {
        self.name.is_some() || self.run_id.is_some() || self.on_end.is_some() || !self.fields.is_empty()
    }
}

impl Scope {
    /// A scope in what is current around it.
    pub(crate) fn under(up: Option<Context>) -> Scope {
        Scope {
            up,
            own: Settings::default(),
            around: None,
            position: OnceLock::new(),
            process: fork_generation(),
            wants_roots: false,
            names_parent: false,
            only_adds_settings: false,
            stands_for_nothing: AtomicBool::new(false),
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

    /// A scope that gives nothing, but is a node of its own: what is called inside is apart from what else is called
    /// there, or apart from everything if there is nothing.
    pub(crate) fn of_its_own(up: Option<Context>) -> Context {
        match up {
            // nothing is called there, or what is has no place here
            Some(up) if matches!(up, Context::Off) || up.is_copy() => return up,
            _ => {}
        }
        let scope = Scope::under(up);
        scope.precompute_position();
        Context::Scope(Arc::new(scope))
    }

    /// What is current inside of what was made where there was nothing, while something is current around it.
    pub(crate) fn of_nothing() -> Arc<Scope> {
        let mut scope = Scope::under(None);
        scope.stands_for_nothing = AtomicBool::new(true);
        scope.precompute_position();
        Arc::new(scope)
    }

    /// Whether what is called here is called where there is nothing, as it would be without the scope.
    pub(crate) fn stands_for_nothing(&self) -> bool {
        self.stands_for_nothing.load(Relaxed)
    }

    /// What it was around is over.
    pub(crate) fn note_over(&self) {
        self.stands_for_nothing.store(false, Relaxed);
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
            Context::Scope(scope) if !scope.is_call && !scope.stands_for_nothing() => {
                let mut inside = Scope::under(Some(Context::Scope(scope)));
                inside.is_call = true;
                inside.precompute_position();
                Context::Scope(Arc::new(inside))
            }
            around => around,
        }
    }

    /// Computes its position now, unless that would start a run.
    pub(crate) fn precompute_position(&self) {
        if self.known_depth().is_some() {
            self.position();
        }
    }

    /// What is inherited inside. Starts the run around if that has not started.
    pub(crate) fn settings(&self) -> Option<Arc<Settings>> {
        self.position().settings.clone()
    }

    /// As `settings`, if it is known by now.
    pub(crate) fn known_settings(&self) -> Option<Option<Arc<Settings>>> {
        self.position.get().map(|position| position.settings.clone())
    }

    /// Whether what is inherited inside is what is inherited around it.
    pub(crate) fn gives_nothing(&self) -> bool {
        self.own.is_empty() && self.around.is_none()
    }

    /// Number of nodes above.
    pub(crate) fn depth(&self) -> u32 {
        self.position().depth
    }

    /// As `depth`, unless it takes the start of a run to know it.
    pub(crate) fn known_depth(&self) -> Option<u32> {
        if let Some(position) = self.position.get() {
            return Some(position.depth);
        }
        match &self.up {
            Some(up) => up.known_depth()?.checked_add(1),
            None => Some(0),
        }
    }

    fn position(&self) -> &Position {
        if let Some(position) = self.position.get() {
            return position;
        }
        // before the lock, as it may start a run
        let depth = self.up.as_ref().map_or(0, |up| up.depth().saturating_add(1));
        let above = self.up.as_ref().and_then(Context::settings);
        self.position.get_or_init(|| Position { depth, settings: self.lay_over(above) })
    }

    /// What is given here, over what is inherited.
    pub(crate) fn lay_over(&self, above: Option<Arc<Settings>>) -> Option<Arc<Settings>> {
        if self.gives_nothing() {
            return above;
        }
        let around = self.around.as_deref();
        let mut settings = self.own.clone();
        // a context that is switched off silences everything inside
        let is_silenced = around.is_some_and(|around| around.enabled == Some(false));
        settings.enabled = settings.enabled.or(is_silenced.then_some(false));
        settings = settings.over(above.as_deref());
        if let Some(around) = around.filter(|_| goes_away(self.up.as_ref())) {
            settings.take_from_around(around, self.up.as_ref());
        }
        Some(Arc::new(settings))
    }

    /// What it gives to a call inside, wherever that attaches.
    pub(crate) fn given(&self) -> Settings {
        Settings { sink: None, enabled: None, ..self.own.clone() }
    }
}
