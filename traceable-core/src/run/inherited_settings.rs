//! What runs inherit besides their parent: project, tags, metadata, sink.

use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use crate::capture::json_object::JsonObject;
use crate::sink::heap_size::{of_text, of_texts};
use crate::sink::operation::Labels;
use crate::sink::run_sink::RunSink;
use crate::sink::text::Text;

/// One link's share of what is inherited. Shared by reference count: a call that changes nothing clones nothing.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) project: Option<Text>,
    pub(crate) tags: Vec<Text>,
    pub(crate) metadata: JsonObject,
    pub(crate) sink: Option<Arc<dyn RunSink>>,
    /// `Some(false)` silences everything inside, `Some(true)` records it although the process has tracing off.
    pub(crate) enabled: Option<bool>,
    /// For the next root only: the example of a dataset that the trace is an answer to.
    pub(crate) reference_example_id: Option<Uuid>,
    pub(crate) measured: Measured,
}

/// How many bytes of memory they take, once that was asked for. Every run of a trace may ask for the same.
#[derive(Default)]
pub(crate) struct Measured(OnceLock<usize>);

/// A copy is made to be changed.
impl Clone for Measured {
    fn clone(&self) -> Measured {
        Measured::default()
    }
}

impl Settings {
    /// `self` laid over `base`: lists and maps are joined, single values win.
    pub(crate) fn over(mut self, base: Option<&Settings>) -> Settings {
        let Some(base) = base else { return self };
        let own_tags = std::mem::replace(&mut self.tags, base.tags.clone());
        self.add_tags(own_tags);
        let own_metadata = std::mem::replace(&mut self.metadata, base.metadata.clone());
        self.metadata.extend(own_metadata);
        self.project = self.project.or_else(|| base.project.clone());
        self.sink = self.sink.or_else(|| base.sink.clone());
        self.enabled = self.enabled.or(base.enabled);
        self.reference_example_id = self.reference_example_id.or(base.reference_example_id);
        self
    }

    /// Whether nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        let Settings { project, tags, metadata, sink, enabled, reference_example_id, measured: _ } = self;
        tags.is_empty()
            && metadata.is_empty()
            && project.is_none()
            && sink.is_none()
            && enabled.is_none()
            && reference_example_id.is_none()
    }

    /// How many bytes of memory they take beside their own structure.
    pub(crate) fn heap_size(&self) -> usize {
        *self.measured.0.get_or_init(|| {
            self.project.as_ref().map_or(0, of_text) + of_texts(&self.tags) + self.metadata.heap_size()
        })
    }

    /// Adds tags that are not there yet, in order.
    pub(crate) fn add_tags(&mut self, tags: impl IntoIterator<Item = Text>) {
        for tag in tags {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
    }
}

impl Labels for Settings {
    fn tags(&self) -> &[Text] {
        &self.tags
    }

    fn metadata(&self) -> &JsonObject {
        &self.metadata
    }

    fn size(&self) -> usize {
        // with the counts of its `Arc`
        2 * size_of::<usize>() + size_of::<Settings>() + self.heap_size()
    }
}
