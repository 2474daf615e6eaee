//! Where things are: pages of runs, files.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use crate::model::stored_run::StoredRun;

/// The one tenant that there is.
pub(crate) const TENANT: Uuid = Uuid::from_u128(1);

/// Letters of a name that stay as they are in a path.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// The path of a run's page.
pub(crate) fn run_page(run: &StoredRun) -> String {
    format!("/o/{TENANT}/projects/p/{}/r/{}", run.project_id, run.id)
}

/// The path of the bytes of a file.
pub(crate) fn attachment(run_id: Uuid, name: &str) -> String {
    format!("/attachments/{run_id}/{}", utf8_percent_encode(name, KEPT))
}
