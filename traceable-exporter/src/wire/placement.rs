//! Places runs at a destination: in which project or at which address, under which ids. Destinations may use different
//! ids for the same run.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};
use traceable_core::RunOperation;
use uuid::Uuid;

use super::replica_ids::{remapped, remapped_order};

/// The fields of a run that name its target.
const PROJECT: &str = "session_name";
const ADDRESS: &str = "address";

/// How one destination places runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placement {
    /// The target of runs that name none.
    default: Target,
    /// How runs differ in this replica; `None`: it is no replica.
    changes: Option<Arc<Changes>>,
}

/// Where a run belongs in LangSmith: either a project or an address, never both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A project, by its name.
    Project(String),
    /// The environment of an agent, by its address.
    Address(String),
}

/// How runs differ in a replica.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// The project of all runs, whatever project they name.
    pub(crate) project: Option<String>,
    /// Whether runs keep their ids in another project, too.
    pub(crate) keeps_ids: bool,
    /// Whether the part of a trace below a run of another process becomes a trace of its own.
    pub(crate) reroot: bool,
    /// Added to each run; wins over the run's own entries.
    pub(crate) metadata: Map<String, Value>,
    /// Replace the run's own tags.
    pub(crate) tags: Option<Vec<String>>,
}

/// The ids and the target of a run at one destination.
pub(crate) struct Placed<'a> {
    pub(crate) id: Uuid,
    pub(crate) trace_id: Uuid,
    pub(crate) parent_run_id: Option<Uuid>,
    /// `None`: the run's own.
    pub(crate) dotted_order: Option<String>,
    /// The field that names the target, and its value.
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

    /// The project of runs that name no target; `None`: they go to an address.
    pub(crate) fn project(&self) -> Option<&str> {
        match &self.default {
            Target::Project(name) => Some(name),
            Target::Address(_) => None,
        }
    }

    /// The address of runs that name no target; `None`: they go to a project.
    pub(crate) fn address(&self) -> Option<&str> {
        match &self.default {
            Target::Project(_) => None,
            Target::Address(address) => Some(address),
        }
    }

    /// Whether this is one destination of several.
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

    /// The entries that are added to the metadata of each run.
    pub(crate) fn metadata(&self) -> Option<&Map<String, Value>> {
        self.changes.as_ref().map(|changes| &changes.metadata).filter(|metadata| !metadata.is_empty())
    }
}

impl Placed<'_> {
    /// Removes the ancestors in other processes: the run's highest ancestor in this process becomes the root.
    fn reroot(&mut self, operation: &RunOperation) {
        let Some(remote) = operation.distributed_parent_id() else { return };
        let order = operation.dotted_order();
        let ends_at = format!("{}.", remote.hyphenated());
        let Some((_, below)) = order.split_once(&ends_at) else { return };
        self.trace_id = below.split('.').next().and_then(id_of).unwrap_or(self.id);
        self.parent_run_id = self.parent_run_id.filter(|parent| *parent != remote);
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

/// The id at the end of a segment of a dotted order.
fn id_of(segment: &str) -> Option<Uuid> {
    let at = segment.len().checked_sub(uuid::fmt::Hyphenated::LENGTH)?;
    Uuid::try_parse(segment.get(at..)?).ok()
}
