//! `GET /api/local/nesting`: runs that are not where they belong, by function, place and reason.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use super::answer::written;
use super::fixes::{MISSING_PARENT, Suspect, fix, function_and_place, text};
use super::params;
use super::rows::ms_of;
use crate::api::{ApiResponse, ApiState, Fields, read_store};
use crate::query::{LostRun, QueryError, Scope};
use crate::store::Store;

/// Runs of a group that are listed.
const MAX_LISTED: usize = 20;

/// Groups at most.
const MAX_GROUPS: usize = 500;

#[derive(Serialize)]
struct Nesting {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    function: String,
    site: Option<String>,
    reason: String,
    text: String,
    fix: String,
    count: usize,
    /// When all that are known have the same name.
    suspect: Option<Named>,
    runs: Vec<Lost>,
}

#[derive(Clone, PartialEq, Serialize)]
struct Named {
    name: String,
}

#[derive(Serialize)]
struct Lost {
    id: Uuid,
    trace_id: Uuid,
    start: Option<f64>,
    suspect: Option<Suspect>,
}

/// Function, place and reason.
type Key = (String, Option<String>, String);

pub(crate) async fn answer(state: &ApiState, fields: &Fields) -> Result<Vec<u8>, ApiResponse> {
    let scope = match (fields.id("trace")?, params::text(fields, "project")?) {
        (Some(trace), _) => Scope::Trace(trace),
        (None, Some(project)) => Scope::Project(project),
        (None, None) => Scope::All,
    };
    read_store(state, move |store| written(&Nesting { groups: groups(store, &scope)? })).await
}

/// The largest first.
fn groups(store: &Store, scope: &Scope) -> Result<Vec<Group>, QueryError> {
    let mut found: HashMap<Key, Vec<LostRun>> = HashMap::new();
    for run in store.lost_roots(scope)? {
        let (function, place) = run.marks.site.as_deref().map_or((None, None), function_and_place);
        let reason = run.marks.broken().unwrap_or_default().to_owned();
        let key = (function.unwrap_or(&run.name).to_owned(), place.map(str::to_owned), reason);
        found.entry(key).or_default().push(run);
    }
    for run in store.orphans(scope)? {
        found.entry((run.name.clone(), None, MISSING_PARENT.to_owned())).or_default().push(run);
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by(|(a_key, a), (b_key, b)| b.len().cmp(&a.len()).then_with(|| a_key.cmp(b_key)));
    found.truncate(MAX_GROUPS);
    found.into_iter().map(|(key, runs)| group(store, key, &runs)).collect()
}

fn group(store: &Store, (function, site, reason): Key, runs: &[LostRun]) -> Result<Group, QueryError> {
    let listed = runs.get(..MAX_LISTED).unwrap_or(runs);
    let suspects: Vec<Uuid> = listed.iter().filter_map(|run| run.marks.suspect).collect();
    let names = store.names(&suspects)?;
    let listed: Vec<Lost> = listed.iter().map(|run| lost(run, &names)).collect();
    let mut named = listed.iter().filter_map(|run| Some(Named { name: run.suspect.as_ref()?.name.clone() }));
    let suspect = named.next().filter(|first| named.all(|other| other == *first));
    Ok(Group {
        text: text(&reason, &function, suspect.as_ref().map(|it| &*it.name)),
        fix: fix(&reason, &function),
        count: runs.len(),
        function,
        site,
        reason,
        suspect,
        runs: listed,
    })
}

fn lost(run: &LostRun, names: &HashMap<Uuid, (Uuid, String)>) -> Lost {
    let suspect = run.marks.suspect.and_then(|id| Some(Suspect::new(id, names.get(&id)?)));
    Lost { id: run.id, trace_id: run.trace_id, start: ms_of(run.start_us), suspect }
}
