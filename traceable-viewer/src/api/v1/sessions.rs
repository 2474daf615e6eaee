//! Projects, which the API calls sessions.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::fields::{Fields, Pairs, bad, id};
use crate::api::path::Path;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::{QueryError, RunQuery};
use crate::run_json::{matches_metadata, project};
use crate::store::{
    ProjectEdit, Store, StoredProject, SubmitError, delete_some_runs, find_or_create_project, id_of_name,
    save_project,
};

/// Projects on a page when nobody says, and at most.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;

/// Longer names are no names.
const MAX_NAME_BYTES: usize = 4096;

/// `GET /sessions`: those that all conditions hold for.
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, ApiResponse> {
    let fields = Fields::of_query(pairs);
    let wanted = Wanted::of(&fields)?;
    let limit = fields.number("limit", 1..=1_000_000)?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    let offset = fields.number("offset", 0..=1_000_000_000)?.unwrap_or(0);
    let stats = fields.flag("include_stats")? == Some(true);
    read_store(&state, move |store| {
        let mut projects = store.projects()?;
        projects.retain(|project| wanted.has(project));
        wanted.sort(&mut projects);
        let page = projects.iter().skip(offset).take(limit);
        Ok(Json(page.map(|project| write(store, project, stats)).collect::<Result<_, _>>()?))
    })
    .await
}

/// Which projects are asked for, and in which order.
struct Wanted {
    ids: Vec<Uuid>,
    name: Option<String>,
    name_contains: Option<String>,
    metadata: Map<String, Value>,
    /// Projects of datasets (experiments); there are none.
    of_datasets: bool,
    sort_by: SortBy,
    descending: bool,
}

#[derive(Clone, Copy)]
enum SortBy {
    Name,
    StartTime,
    LastRun,
}

impl Wanted {
    fn of(fields: &Fields) -> Result<Self, ApiResponse> {
        let sort_by = match fields.text("sort_by")?.as_deref() {
            None | Some("start_time") => SortBy::StartTime,
            Some("name") => SortBy::Name,
            Some("last_run_start_time") => SortBy::LastRun,
            Some(_) => {
                return Err(bad("projects are sorted by `name`, `start_time` or `last_run_start_time`"));
            }
        };
        let metadata = match fields.text("metadata")? {
            None => Map::new(),
            Some(text) => serde_json::from_str(&text).map_err(|_| bad("`metadata` is no JSON object"))?,
        };
        Ok(Wanted {
            ids: fields.ids("id")?,
            name: fields.text("name")?,
            name_contains: fields.text("name_contains")?.map(|text| text.to_lowercase()),
            metadata,
            of_datasets: fields.flag("reference_free")? == Some(false) || fields.has("reference_dataset"),
            sort_by,
            descending: fields.flag("sort_by_desc")?.unwrap_or(true),
        })
    }

    fn has(&self, project: &StoredProject) -> bool {
        let contains = |part: &String| project.name.to_lowercase().contains(part);
        !self.of_datasets
            && (self.ids.is_empty() || self.ids.contains(&project.id))
            && self.name.as_ref().is_none_or(|name| *name == project.name)
            && self.name_contains.as_ref().is_none_or(contains)
            && (self.metadata.is_empty() || matches_metadata(project, &self.metadata))
    }

    fn sort(&self, projects: &mut [StoredProject]) {
        projects.sort_by(|a, b| {
            let order = match self.sort_by {
                SortBy::Name => a.name.cmp(&b.name),
                SortBy::StartTime => a.created_us.cmp(&b.created_us),
                SortBy::LastRun => a.last_start_us.cmp(&b.last_start_us),
            };
            if self.descending { order.reverse() } else { order }
        });
    }
}

/// `GET /sessions/{id}`
pub(crate) async fn retrieve(
    State(state): State<ApiState>,
    Path(project_id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, ApiResponse> {
    let project_id = id("id", &project_id)?;
    let stats = Fields::of_query(pairs).flag("include_stats")? == Some(true);
    let found = read_store(&state, move |store| {
        let project = store.project(project_id)?;
        project.map(|project| write(store, &project, stats)).transpose()
    });
    found.await?.map(Json).ok_or_else(not_found)
}

fn write(store: &Store, stored: &StoredProject, stats: bool) -> Result<Value, QueryError> {
    let stats = match stats {
        true => Some(store.stats(&RunQuery { project_ids: vec![stored.id], ..RunQuery::default() })?),
        false => None,
    };
    Ok(project(stored, stats.as_ref()))
}

/// `POST /sessions`: with the client's own id, if it gives one.
pub(crate) async fn create(
    State(state): State<ApiState>,
    Query(pairs): Pairs,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ApiResponse> {
    let upsert = Fields::of_query(pairs).flag("upsert")? == Some(true);
    let fields = Fields::of_body(&state, &headers, body).await?;
    let edit = project_edit(&fields)?;
    let Some(name) = edit.name.clone() else { return Err(bad("a project needs a `name`")) };
    let project_id = fields.id("id")?.unwrap_or_else(|| id_of_name(&name));
    let saved = state.writer.edit(move |conn| {
        if upsert {
            let found = find_or_create_project(conn, &name)?.map_or(project_id, |found| found.id);
            return save_project(conn, found, &edit, false);
        }
        save_project(conn, project_id, &edit, true)
    });
    answer(saved.await)
}

/// `PATCH /sessions/{id}`: a null leaves a value as it is.
pub(crate) async fn change(
    State(state): State<ApiState>,
    Path(project_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ApiResponse> {
    let project_id = id("id", &project_id)?;
    let edit = project_edit(&Fields::of_body(&state, &headers, body).await?)?;
    answer(state.writer.edit(move |conn| save_project(conn, project_id, &edit, false)).await)
}

fn project_edit(fields: &Fields) -> Result<ProjectEdit, ApiResponse> {
    let name = fields.text("name")?;
    if name.as_ref().is_some_and(|name| name.trim().is_empty() || name.len() > MAX_NAME_BYTES) {
        return Err(bad(format!(
            "a project's `name` has at least one letter and at most {MAX_NAME_BYTES} bytes"
        )));
    }
    let extra = fields.object("extra")?.map(|extra| Value::Object(extra).to_string());
    Ok(ProjectEdit { name, description: fields.text("description")?, extra })
}

type Saved = Result<Option<Result<StoredProject, crate::store::NameTaken>>, SubmitError>;

fn answer(saved: Saved) -> Result<Json<Value>, ApiResponse> {
    match saved? {
        Some(Ok(stored)) => Ok(Json(project(&stored, None))),
        Some(Err(_)) => {
            Err(ApiResponse::detail(StatusCode::CONFLICT, "there is another project of this name"))
        }
        None => Err(not_found()),
    }
}

/// `DELETE /sessions/{id}`: with all its runs, some at a time. It goes on when the client no longer waits.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Path(project_id): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiResponse> {
    let project_id = id("id", &project_id)?;
    if read_store(&state, move |store| Ok(store.project(project_id)?)).await?.is_none() {
        return Err(not_found());
    }
    let writer = state.writer.clone();
    let all = tokio::spawn(async move {
        loop {
            match writer.edit(move |conn| delete_some_runs(conn, project_id)).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                // others are served meanwhile
                Err(SubmitError::Busy) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                Err(error) => return Err(error),
            }
        }
    });
    all.await.map_err(|_| ApiResponse::internal())??;
    Ok((StatusCode::ACCEPTED, Json(json!({ "message": "deleted" }))))
}

/// `GET /sessions/resolutions`: the project of an agent's address, made when there is none.
pub(crate) async fn resolve(
    State(state): State<ApiState>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, ApiResponse> {
    let fields = Fields::of_query(pairs);
    let Some(address) = fields.text("id")?.filter(|id| !id.trim().is_empty() && id.len() <= MAX_NAME_BYTES)
    else {
        return Err(bad("an address needs an `id`"));
    };
    let name = match fields.text("environment")?.as_deref() {
        None => address,
        Some(environment @ ("LOCAL" | "DEVELOPMENT" | "STAGING" | "PRODUCTION")) => {
            format!("{address} ({environment})")
        }
        Some(_) => return Err(bad("`environment` is LOCAL, DEVELOPMENT, STAGING or PRODUCTION")),
    };
    let found = state.writer.edit(move |conn| find_or_create_project(conn, &name)).await?;
    found.map(|project| Json(json!({ "session_id": project.id }))).ok_or_else(not_found)
}

fn not_found() -> ApiResponse {
    ApiResponse::detail(StatusCode::NOT_FOUND, "Session not found")
}
