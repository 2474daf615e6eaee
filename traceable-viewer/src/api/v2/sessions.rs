//! Projects, which the API calls sessions: pages of them, and one.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use uuid::Uuid;

use crate::api::fields::{Fields, Pairs, bad, id};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::v2::runs::Page;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::{QueryError, RunQuery, RunStats};
use crate::run_json::session;
use crate::store::{Store, StoredProject};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// `GET /sessions`: a page of projects, newest first unless another order is asked for.
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(pairs): Pairs,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_query(pairs);
    let wanted = Wanted::of(&fields)?;
    let order = Order::of(&fields)?;
    let limit = fields.number("page_size", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let after = fields.id("cursor").map_err(|_| QueryError::Cursor)?;
    let with_stats = fields.flag("include_stats")?.unwrap_or(false);
    read_store(&state, move |store| {
        let mut projects: Vec<_> =
            store.projects()?.into_iter().filter(|project| wanted.has(project)).collect();
        order.sort(&mut projects);
        if let Some(after) = after {
            let last = projects.iter().position(|project| project.id == after).ok_or(QueryError::Cursor)?;
            projects.drain(..=last);
        }
        let more = projects.len() > limit;
        projects.truncate(limit);
        let next_cursor = projects.last().filter(|_| more).map(|last| last.id.to_string());
        let items = projects.iter().map(|project| {
            let stats = if with_stats { Some(stats(store, project)?) } else { None };
            Ok(session(project, stats.as_ref()))
        });
        JsonBody::of(&Page { items: items.collect::<Result<_, QueryError>>()?, next_cursor })
    })
    .await
}

/// `GET /sessions/{id}`
pub(crate) async fn retrieve(
    State(state): State<ApiState>,
    Path(project_id): Path<String>,
    Query(pairs): Pairs,
) -> Result<JsonBody, ApiResponse> {
    let project_id = id("session_id", &project_id)?;
    let with_stats = Fields::of_query(pairs).flag("include_stats")?.unwrap_or(false);
    let body = read_store(&state, move |store| {
        let Some(project) = store.project(project_id)? else { return Ok(None) };
        let stats = if with_stats { Some(stats(store, &project)?) } else { None };
        JsonBody::of(&session(&project, stats.as_ref())).map(Some)
    });
    body.await?.ok_or_else(|| ApiResponse::detail(StatusCode::NOT_FOUND, "Session not found"))
}

fn stats(store: &Store, project: &StoredProject) -> Result<RunStats, QueryError> {
    store.stats(&RunQuery { project_ids: vec![project.id], ..RunQuery::default() })
}

/// Which projects are asked for.
struct Wanted {
    name: Option<String>,
    /// In small letters.
    part_of_name: Option<String>,
    ids: Vec<Uuid>,
    /// Whether projects of programs are: there are no others.
    projects: bool,
}

impl Wanted {
    fn of(fields: &Fields) -> Result<Self, ApiResponse> {
        for key in ["filter", "metadata"] {
            if fields.has(key) {
                let detail = format!("`{key}` is not supported for sessions; use `name_contains`");
                return Err(ApiResponse::detail(StatusCode::NOT_IMPLEMENTED, detail));
            }
        }
        let types = fields.texts("type")?;
        Ok(Wanted {
            name: fields.text("name")?,
            part_of_name: fields.text("name_contains")?.map(|part| part.to_lowercase()),
            ids: fields.ids("id")?,
            projects: types.is_empty() || types.iter().any(|of| of.eq_ignore_ascii_case("PROJECT")),
        })
    }

    fn has(&self, project: &StoredProject) -> bool {
        self.projects
            && self.name.as_ref().is_none_or(|name| *name == project.name)
            && self.part_of_name.as_ref().is_none_or(|part| project.name.to_lowercase().contains(part))
            && (self.ids.is_empty() || self.ids.contains(&project.id))
    }
}

/// In which order.
struct Order {
    by: String,
    ascending: bool,
}

impl Order {
    fn of(fields: &Fields) -> Result<Self, ApiResponse> {
        let by = fields.text("sort_by")?.unwrap_or_else(|| "start_time".to_owned()).to_ascii_lowercase();
        if !["start_time", "name", "last_run_start_time"].contains(&&*by) {
            return Err(bad("`sort_by` is none of start_time, name and last_run_start_time"));
        }
        let ascending = match fields.text("sort_order")? {
            None => by == "name",
            Some(order) if order.eq_ignore_ascii_case("asc") => true,
            Some(order) if order.eq_ignore_ascii_case("desc") => false,
            Some(_) => return Err(bad("`sort_order` is neither asc nor desc")),
        };
        Ok(Order { by, ascending })
    }

    fn sort(&self, projects: &mut [StoredProject]) {
        match &*self.by {
            "name" => projects.sort_by(|one, other| one.name.cmp(&other.name)),
            "last_run_start_time" => projects.sort_by_key(|project| (project.last_start_us, project.id)),
            _ => projects.sort_by_key(|project| (project.created_us, project.id)),
        }
        if !self.ascending {
            projects.reverse();
        }
    }
}
