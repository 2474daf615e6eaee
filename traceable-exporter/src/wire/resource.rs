//! What all runs of an exporter share, as OpenTelemetry's resource: placement, revision, runtime.

use super::placement::Placement;

/// What all runs of an exporter share.
pub(crate) struct Resource {
    pub(crate) placement: Placement,
    pub(crate) revision_id: Option<String>,
    /// The value of `extra.runtime`.
    pub(super) runtime: Vec<u8>,
}

impl Resource {
    pub(crate) fn new(placement: impl Into<Placement>, revision_id: Option<String>) -> Resource {
        let runtime = serde_json::json!({
            "sdk": "traceable",
            "sdk_version": env!("CARGO_PKG_VERSION"),
            "library": "traceable",
            "platform": format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            "runtime": "rust",
        });
        Resource { placement: placement.into(), revision_id, runtime: runtime.to_string().into_bytes() }
    }
}
