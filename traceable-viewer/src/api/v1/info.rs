//! `GET /info`: what this server can do, which decides how clients send.

use axum::Json;
use serde_json::{Value, json};

/// The version of LangSmith whose API is spoken. Clients compare it with what they need and complain about older ones,
/// so it is not this program's own version.
const SPOKEN_VERSION: &str = "0.18.0";

pub(crate) async fn info() -> Json<Value> {
    Json(json!({
        "version": SPOKEN_VERSION,
        "traceable_version": env!("CARGO_PKG_VERSION"),
        "instance_flags": { "zstd_compression_enabled": true, "gzip_body_enabled": true },
        "batch_ingest_config": {
            "use_multipart_endpoint": true,
            "size_limit": 100,
            "size_limit_bytes": 20_971_520,
            "scale_up_qsize_trigger": 1000,
            "scale_up_nthreads_limit": 16,
            "scale_down_nempty_trigger": 4,
        },
    }))
}
