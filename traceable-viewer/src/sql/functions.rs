//! What SQL cannot do by itself: unpack payloads, print ids and times.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error};
use traceable_core::Timestamp;
use uuid::Uuid;

use crate::model::encoded_text::EncodedText;

/// Registers them on a connection.
pub(crate) fn register(conn: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("payload_text", 1, flags, |context| {
        optional(context, |value| {
            let text = EncodedText::decode(value.as_blob()?);
            text.map_err(|damage| Error::UserFunctionError(Box::new(damage)))
        })
    })?;
    conn.create_scalar_function("uuid_text", 1, flags, |context| {
        optional(context, |value| match value {
            ValueRef::Blob(bytes) => match Uuid::from_slice(bytes) {
                Ok(id) => Ok(id.to_string()),
                Err(_) => Err(Error::UserFunctionError("uuid_text takes 16 bytes".into())),
            },
            // one that is readable already
            value => Ok(value.as_str()?.to_owned()),
        })
    })?;
    conn.create_scalar_function("uuid_blob", 1, flags, |context| {
        optional(context, |value| match Uuid::try_parse(value.as_str()?) {
            Ok(id) => Ok(id.into_bytes().to_vec()),
            Err(_) => Err(Error::UserFunctionError("uuid_blob takes the text of a UUID".into())),
        })
    })?;
    conn.create_scalar_function("time_text", 1, flags, |context| {
        optional(context, |value| Ok(Timestamp::from_signed_micros(value.as_i64()?).to_string()))
    })
}

/// Of null, every function is null.
fn optional<T>(
    context: &Context<'_>,
    call: impl FnOnce(ValueRef<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        value => call(value).map(Some),
    }
}
