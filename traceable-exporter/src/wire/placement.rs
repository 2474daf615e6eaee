//! Where in a server runs are put, and as who: not every destination of a run knows it by the same id.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};
use traceable_core::RunOperation;
use uuid::Uuid;

use super::replica_ids::{remapped, remapped_order};

/// The fields of a run that say where it is.
const PROJECT: &str = "session_name";
const ADDRESS: &str = "address";

/// Where one destination puts runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placement {
    /// For runs that name no project.
    default: Target,
    /// What differs here from what the program's own runs are.
    changes: Option<Arc<Changes>>,
}

/// A place for runs in a server. LangSmith takes one of them for each run, not both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A project, by its name.
    Project(String),
    /// The environment of an agent, by its address.
    Address(String),
}

/// What differs in a replica.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// All runs are put there, whatever project they name.
    pub(crate) project: Option<String>,
    /// Runs keep their ids in another project, too.
    pub(crate) keeps_ids: bool,
    /// A part of a trace that hangs under a run of another process is a trace of its own.
    pub(crate) reroot: bool,
    /// Win over the run's own.
    pub(crate) metadata: Map<String, Value>,
    /// Stand in the place of the run's own.
    pub(crate) tags: Option<Vec<String>>,
}

/// A run as one destination knows it.
pub(crate) struct Placed<'a> {
    pub(crate) id: Uuid,
    pub(crate) trace_id: Uuid,
    pub(crate) parent_run_id: Option<Uuid>,
    /// `None`: the run's own.
    pub(crate) dotted_order: Option<String>,
    /// The field that says where it is, and its value.
    pub(crate) target: (&'static str, &'a str),
}

impl From<String> for Placement {
    fn from(project: String) -> Placement {
        Placement::new(Target::Project(project))
    }
}

impl Placement {
    pub(crate) fn new(default: Target) -> Placement {
        Placement { default, changes: None }
    }

    pub(crate) fn with(&self, changes: Changes) -> Placement {
        Placement { default: self.default.clone(), changes: Some(Arc::new(changes)) }
    }

    /// The project of runs that name none; `None`: they are at an address.
    pub(crate) fn project(&self) -> Option<&str> {
        match &self.default {
            Target::Project(name) => Some(name),
            Target::Address(_) => None,
        }
    }

    /// The address of runs that name no project.
    pub(crate) fn address(&self) -> Option<&str> {
        match &self.default {
            Target::Project(_) => None,
            Target::Address(address) => Some(address),
        }
    }

    /// Whether it is one destination of several.
    pub(crate) fn is_replica(&self) -> bool {
        self.changes.is_some()
    }

    pub(crate) fn place<'a>(&'a self, operation: &'a RunOperation) -> Placed<'a> {
        let own = match (operation.project(), operation.address(), &self.default) {
            (Some(project), ..) => (PROJECT, project),
            (None, Some(address), _) => (ADDRESS, address),
            (None, None, Target::Project(project)) => (PROJECT, project.as_str()),
            (None, None, Target::Address(address)) => (ADDRESS, address.as_str()),
        };
        let mut placed = Placed {
            id: operation.id(),
            trace_id: operation.trace_id(),
            parent_run_id: operation.parent_run_id(),
            dotted_order: None,
            target: own,
        };
        if let Some(changes) = &self.changes {
            if changes.reroot {
                placed.reroot(operation);
            }
            if let Some(project) = &changes.project {
                placed.target = (PROJECT, project);
                if placed.target != own && !changes.keeps_ids {
                    placed.remap(operation, project);
                }
            }
        }
        placed
    }

    pub(crate) fn tags(&self) -> Option<&[String]> {
        self.changes.as_ref()?.tags.as_deref()
    }

    /// What goes into the metadata of each run.
    pub(crate) fn metadata(&self) -> Option<&Map<String, Value>> {
        self.changes.as_ref().map(|changes| &changes.metadata).filter(|metadata| !metadata.is_empty())
    }
}

impl Placed<'_> {
    /// Cuts the way to the run off below the run of another process.
    fn reroot(&mut self, operation: &RunOperation) {
        let Some(above) = operation.distributed_parent_id() else { return };
        let order = operation.dotted_order();
        let ends_at = format!("{}.", above.hyphenated());
        let Some((_, below)) = order.split_once(&ends_at) else { return };
        self.trace_id = below.split('.').next().and_then(id_of).unwrap_or(self.id);
        self.parent_run_id = self.parent_run_id.filter(|parent| *parent != above);
        self.dotted_order = Some(below.to_owned());
    }

    fn remap(&mut self, operation: &RunOperation, project: &str) {
        self.id = remapped(self.id, project);
        self.trace_id = remapped(self.trace_id, project);
        self.parent_run_id = self.parent_run_id.map(|parent| remapped(parent, project));
        let order: Cow<'_, str> = match &self.dotted_order {
            Some(order) => order.into(),
            None => operation.dotted_order().into(),
        };
        self.dotted_order = Some(remapped_order(&order, project));
    }
}

/// The id at the end of a part of a dotted order.
fn id_of(segment: &str) -> Option<Uuid> {
    let at = segment.len().checked_sub(uuid::fmt::Hyphenated::LENGTH)?;
    Uuid::try_parse(segment.get(at..)?).ok()
}
