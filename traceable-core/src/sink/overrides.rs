//! Overrides: an operation says something else than its run, for sinks that must not see everything.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::heap_size::of_text;
use super::operation::{Identity, RunOperation};
use super::run_type::RunType;
use super::text::Text;
use crate::capture::json_object::JsonObject;
use crate::capture::payload::Payload;
use crate::identity::time::Timestamp;

/// Overrides hold for this operation alone: the run itself, its children and the operations of other sinks stay as they
/// are.
impl RunOperation {
    /// Replaces the run's name. LangSmith refuses an empty one, and cuts what is longer than 128 characters.
    ///
    /// ```
    /// use traceable_core::{RunOperation, RunSink, RunTree};
    /// use std::sync::Arc;
    ///
    /// struct Nameless;
    /// impl RunSink for Nameless {
    ///     fn submit(&self, mut operation: RunOperation) {
    ///         operation.set_name("step");
    ///         operation.set_tags(["internal".to_owned()]);
    ///         operation.set_metadata(serde_json::Map::new());
    ///         assert_eq!(operation.name(), "step");
    ///         assert!(operation.tags().eq(["internal"]));
    ///     }
    /// }
    /// RunTree::builder("of ada").tags(["ada"]).sink(Arc::new(Nameless)).build().post();
    /// ```
    pub fn set_name(&mut self, name: impl Into<Text>) {
        self.replace(|run| run.name = Some(name.into()));
    }

    /// Replaces the kind of work the run is.
    pub fn set_run_type(&mut self, run_type: RunType) {
        self.replace(|run| run.run_type = Some(run_type));
    }

    /// Replaces the project the run was put into; `None` leaves the choice to the sink.
    pub fn set_project(&mut self, project: Option<Text>) {
        self.replace(|run| run.project = Some(project));
    }

    /// Replaces the run's tags, those of its ancestors included.
    pub fn set_tags(&mut self, tags: impl IntoIterator<Item = String>) {
        self.own_labels();
        self.details_mut().tags = tags.into_iter().map(Text::Owned).collect();
    }

    /// Replaces the run's metadata, what its ancestors gave it included. `ls_method` is added if it is missing.
    pub fn set_metadata(&mut self, metadata: Map<String, Value>) {
        self.own_labels();
        self.details_mut().metadata = metadata.into();
    }

    /// Replaces one entry of the run's metadata; `None` takes it out. The others stay as they were written.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use traceable_core::{Payload, RunOperation, RunSink, RunTree};
    ///
    /// struct Renames;
    /// impl RunSink for Renames {
    ///     fn submit(&self, mut operation: RunOperation) {
    ///         operation.set_metadata_entry("user", None);
    ///         operation.set_metadata_entry("customer", Some(Payload::of("somebody")));
    ///         assert_eq!(serde_json::Value::from(operation.metadata()), serde_json::json!({"customer": "somebody"}));
    ///     }
    /// }
    /// RunTree::builder("ask").metadata("user", "ada").sink(Arc::new(Renames)).build().post();
    /// ```
    pub fn set_metadata_entry(&mut self, key: impl Into<String>, value: Option<Payload>) {
        self.own_labels();
        let (key, metadata) = (key.into(), &mut self.details_mut().metadata);
        match value {
            Some(value) => metadata.insert(key, value),
            None => metadata.remove(&key),
        }
    }

    /// As [`set_metadata`](Self::set_metadata), from JSON, which stays as it is written. What is no object is put under
    /// `metadata`.
    ///
    /// ```
    /// use traceable_core::{Payload, RunOperation};
    ///
    /// fn replace(operation: &mut RunOperation) -> Result<(), serde_json::Error> {
    ///     operation.set_metadata_json(&Payload::from_json(br#"{"cost": 0.0100000000000000000001}"#)?);
    ///     Ok(())
    /// }
    /// ```
    pub fn set_metadata_json(&mut self, metadata: &Payload) {
        self.own_labels();
        self.details_mut().metadata = JsonObject::read(metadata, "metadata");
    }

    /// Replaces one field of `extra` beside the metadata; `None` takes it out.
    ///
    /// ```
    /// use traceable_core::RunOperation;
    ///
    /// fn hide(operation: &mut RunOperation) {
    ///     operation.set_extra("invocation_params", None);
    /// }
    /// ```
    pub fn set_extra(&mut self, key: impl Into<String>, value: Option<Payload>) {
        let (key, fields) = (key.into(), &mut self.details_mut().fields);
        match value {
            Some(value) => fields.insert(key, value),
            None => fields.remove(&key),
        }
    }

    /// Makes what was inherited the operation's own.
    fn own_labels(&mut self) {
        let Some(labels) = self.inherited.take() else { return };
        let details = self.details_mut();
        let own_tags = std::mem::replace(&mut details.tags, labels.tags().to_vec());
        details.tags.extend(own_tags);
        let mut all = labels.metadata().clone();
        all.extend(std::mem::take(&mut details.metadata));
        details.metadata = all;
    }

    fn replace(&mut self, change: impl FnOnce(&mut Replaced)) {
        let mut run = Replaced { run: self.run.clone(), name: None, run_type: None, project: None };
        change(&mut run);
        self.run = Arc::new(run);
    }
}

/// A run under another name, of another kind or in another project.
struct Replaced {
    run: Arc<dyn Identity>,
    name: Option<Text>,
    run_type: Option<RunType>,
    project: Option<Option<Text>>,
}

impl Identity for Replaced {
    fn id(&self) -> Uuid {
        self.run.id()
    }

    fn trace_id(&self) -> Uuid {
        self.run.trace_id()
    }

    fn parent_run_id(&self) -> Option<Uuid> {
        self.run.parent_run_id()
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.run.name())
    }

    fn run_type(&self) -> RunType {
        self.run_type.clone().unwrap_or_else(|| self.run.run_type())
    }

    fn method(&self) -> Option<&'static str> {
        self.run.method()
    }

    fn start_time(&self) -> Timestamp {
        self.run.start_time()
    }

    fn project(&self) -> Option<&str> {
        self.project.as_ref().map_or_else(|| self.run.project(), Option::as_deref)
    }

    fn address(&self) -> Option<&str> {
        self.run.address()
    }

    fn reference_example_id(&self) -> Option<Uuid> {
        self.run.reference_example_id()
    }

    fn distributed_parent_id(&self) -> Option<Uuid> {
        self.run.distributed_parent_id()
    }

    fn write_dotted_order(&self, out: &mut Vec<u8>) {
        self.run.write_dotted_order(out);
    }

    fn has_top_ended(&self) -> bool {
        self.run.has_top_ended()
    }

    fn size(&self) -> usize {
        let own = self.name.iter().chain(self.project.iter().flatten()).map(of_text).sum::<usize>();
        2 * size_of::<usize>() + size_of::<Replaced>() + own + self.run.size()
    }

    fn marks(&self) -> &AtomicU32 {
        self.run.marks()
    }
}
