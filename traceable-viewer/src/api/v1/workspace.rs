//! The one workspace that there is.

use axum::Json;
use serde_json::{Value, json};

use crate::run_json::links::TENANT;

/// `GET /settings`
pub(crate) async fn settings() -> Json<Value> {
    Json(json!({
        "id": TENANT, "display_name": "Local", "created_at": "2026-01-01T00:00:00Z", "tenant_handle": null,
    }))
}

/// `GET /workspaces`
pub(crate) async fn list() -> Json<Value> {
    Json(json!([{
        "id": TENANT, "display_name": "Local", "created_at": "2026-01-01T00:00:00Z", "tenant_handle": null,
        "is_personal": true, "is_deleted": false, "read_only": false,
    }]))
}
