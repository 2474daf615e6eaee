//! Where a page ends, as text that clients hand back: a time and the id that is the last at that time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};

use crate::query::QueryError;

/// A cursor of our own; anything else that looks like JSON in base64 is not.
const MARK: &str = "t1";

pub(crate) fn encode(last_us: i64, id: &impl Serialize) -> String {
    // numbers and texts always serialise
    let text = serde_json::to_vec(&(MARK, last_us, id)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(text)
}

pub(crate) fn decode<T: DeserializeOwned>(cursor: &str) -> Result<(i64, T), QueryError> {
    let text = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| QueryError::Cursor)?;
    match serde_json::from_slice::<(String, i64, T)>(&text) {
        Ok((mark, last_us, id)) if mark == MARK => Ok((last_us, id)),
        _ => Err(QueryError::Cursor),
    }
}
