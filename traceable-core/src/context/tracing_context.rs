//! `TracingContext`: settings for everything inside a block. LangSmith's `tracing_context`.

use std::sync::Arc;

use serde::Serialize;

use super::ambient::{ambient, enter};
use super::extra::Extra;
use super::parent::{IntoParent, Parent};
use crate::capture::payload::Payload;
use crate::process;
use crate::run::inherited_settings::Settings;
use crate::run::node::{Context, Scope};
use crate::sink::run_sink::RunSink;
use crate::sink::text::Text;

/// Sets parent, project, tags, metadata, sink, or recording on and off, for everything that is called inside.
///
/// What is not set is inherited from the ambient context. A value can be reused, and sent to other threads.
///
/// ```
/// use traceable_core::TracingContext;
/// # fn answer(question: &str) -> String { question.to_owned() }
/// let text = TracingContext::new().project("evaluation").tag("nightly").scope(|| answer("why?"));
/// ```
#[derive(Clone, Default)]
#[must_use = "a `TracingContext` does nothing until `.scope(|| ..)` or `.with_context(..)`"]
pub struct TracingContext {
    parent: Parent,
    settings: Settings,
}

impl TracingContext {
    /// Changes nothing yet.
    pub fn new() -> TracingContext {
        TracingContext::default()
    }

    /// The parent of what is called inside: a `&RunTree`, an `Option<&RunTree>`, a dotted order, request headers, or
    /// [`Parent::Root`].
    pub fn parent(mut self, parent: impl IntoParent) -> TracingContext {
        self.parent = parent.to_parent();
        self
    }

    /// The project of traces that begin inside, or continue one of another process that does not tell its project.
    pub fn project(mut self, project: impl Into<Text>) -> TracingContext {
        self.settings.project = Some(project.into());
        self
    }

    /// A tag for the runs inside.
    pub fn tag(mut self, tag: impl Into<Text>) -> TracingContext {
        self.settings.add_tags([tag.into()]);
        self
    }

    /// Tags for the runs inside.
    pub fn tags<T: Into<Text>>(mut self, tags: impl IntoIterator<Item = T>) -> TracingContext {
        self.settings.add_tags(tags.into_iter().map(Into::into));
        self
    }

    /// One entry of the metadata of the runs inside.
    pub fn metadata<T: Serialize>(mut self, key: impl Into<String>, value: T) -> TracingContext {
        if process::gate_is_open() {
            self.settings.metadata.insert(key, Payload::of(&value));
        }
        self
    }

    /// Where the runs inside go.
    pub fn sink(mut self, sink: Arc<dyn RunSink>) -> TracingContext {
        // something is recorded from now on, what was called before this is polled included
        process::open_gate();
        self.settings.sink = Some(sink);
        self.settings.enabled = self.settings.enabled.or(Some(true));
        self
    }

    /// `false`: nothing inside is recorded. `true`: it is, although the process has tracing off, if there is a sink.
    pub fn enabled(mut self, enabled: bool) -> TracingContext {
        self.settings.enabled = Some(enabled);
        self
    }

    /// Runs `f` inside. For a future, a stream or an iterator use
    /// [`with_context`](crate::TraceableExt::with_context).
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let scope = self.clone().into_scope(ambient().context());
        let _entered = enter(Some(Context::Scope(scope)));
        f()
    }

    pub(crate) fn into_scope(self, around: Option<Context>) -> Arc<Scope> {
        self.into_extra().into_scope(|| around, None)
    }

    pub(crate) fn into_extra(self) -> Extra {
        Extra::of(self.parent, self.settings)
    }
}
