//! The table `payload`: the long texts of a run, and how those of two messages merge.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use serde_json::value::RawValue;

use crate::model::{
    change::{ChangeKind, RunChange},
    encoded_text::EncodedText,
};
use crate::store::{
    StoreError,
    run_row::{RunRow, flag},
};

/// The payload columns to write; `None` leaves a column as it is.
#[derive(Default)]
pub(crate) struct Payload<'a> {
    pub(crate) inputs: Option<&'a EncodedText>,
    pub(crate) outputs: Option<&'a EncodedText>,
    pub(crate) extra: Option<EncodedText>,
    /// Nothing was laid over the change's `extra`, or below it.
    pub(crate) extra_is_as_sent: bool,
    pub(crate) events: Option<&'a EncodedText>,
    pub(crate) error: Option<&'a EncodedText>,
    serialized: Option<&'a EncodedText>,
}

/// How long a stored `{}` is.
const EMPTY: i64 = 3;

impl<'a> Payload<'a> {
    /// Decides which columns a change may set, and marks in the row which kind of message set them.
    pub(crate) fn merge(
        conn: &Connection,
        row: &mut RunRow,
        change: &'a RunChange,
    ) -> Result<Self, StoreError> {
        let (inputs, outputs, extra) = match row.rid {
            Some(rid) => conn
                .prepare_cached("SELECT length(inputs), length(outputs), extra FROM payload WHERE rid = ?1")?
                .query_row([rid], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<Vec<u8>>>(2)?)))
                .optional()?
                .unwrap_or_default(),
            None => (None, None, None),
        };
        let mut payload = Payload {
            inputs: object(row, flag::INPUTS, change.kind, inputs, change.inputs.as_ref()),
            outputs: object(row, flag::OUTPUTS, change.kind, outputs, change.outputs.as_ref()),
            ..Payload::default()
        };
        payload.events = text(row, flag::EVENTS, change.kind, change.events.as_ref());
        payload.serialized = text(row, flag::SERIALIZED, change.kind, change.serialized.as_ref());
        payload.error = text(row, flag::ERROR, change.kind, change.error.as_ref());
        if payload.error.is_some() {
            row.flags |= flag::HAS_ERROR;
        }
        (payload.extra, payload.extra_is_as_sent) = self::extra(row, change, extra.as_deref())?;
        Ok(payload)
    }

    /// Writes the columns.
    pub(crate) fn save(self, conn: &Connection, rid: i64) -> rusqlite::Result<()> {
        conn.prepare_cached(
            "INSERT INTO payload(rid, inputs, outputs, extra, events, error, serialized) \
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(rid) DO UPDATE SET \
             inputs = coalesce(excluded.inputs, inputs), outputs = coalesce(excluded.outputs, outputs), \
             extra = coalesce(excluded.extra, extra), events = coalesce(excluded.events, events), \
             error = coalesce(excluded.error, error), serialized = coalesce(excluded.serialized, serialized)",
        )?
        .execute((
            rid,
            self.inputs.map(EncodedText::as_bytes),
            self.outputs.map(EncodedText::as_bytes),
            self.extra.as_ref().map(EncodedText::as_bytes),
            self.events.map(EncodedText::as_bytes),
            self.error.map(EncodedText::as_bytes),
            self.serialized.map(EncodedText::as_bytes),
        ))?;
        Ok(())
    }
}

fn object<'a>(
    row: &mut RunRow,
    bit: i64,
    kind: ChangeKind,
    stored: Option<i64>,
    new: Option<&'a EncodedText>,
) -> Option<&'a EncodedText> {
    let new = new?;
    let take = match stored {
        None => true,
        Some(_) if new.is_empty_object() => false,
        Some(EMPTY) => true,
        Some(_) => row.may_set(bit, kind),
    };
    take.then(|| {
        row.set_by(bit, kind);
        new
    })
}

fn text<'a>(
    row: &mut RunRow,
    bit: i64,
    kind: ChangeKind,
    new: Option<&'a EncodedText>,
) -> Option<&'a EncodedText> {
    let new = new.filter(|_| row.may_set(bit, kind))?;
    row.set_by(bit, kind);
    Some(new)
}

fn extra(
    row: &mut RunRow,
    change: &RunChange,
    stored: Option<&[u8]>,
) -> Result<(Option<EncodedText>, bool), StoreError> {
    if change.extra.is_none() && change.unknown.is_empty() {
        return Ok((None, false));
    }
    let stored = stored.map(EncodedText::decode).transpose()?;
    if change.unknown.is_empty() && (stored.is_none() || stored == change.extra) {
        row.set_by(flag::EXTRA, change.kind);
        let encoded = change.encoded_extra.clone();
        return Ok((encoded.or_else(|| change.extra.as_deref().map(EncodedText::new)), true));
    }
    let own = change.extra.as_deref().unwrap_or("{}");
    // what the client itself put under `extra` counts more than a key beside it
    let new = overlay(&write(&change.unknown), own, 0);
    let old = stored.as_deref().unwrap_or("{}");
    let merged = if row.may_set(flag::EXTRA, change.kind) {
        row.set_by(flag::EXTRA, change.kind);
        overlay(old, &new, 0)
    } else {
        overlay(&new, old, 0)
    };
    Ok((Some(EncodedText::new(&merged)), false))
}

/// Objects nested deeper than this are replaced, not merged.
const MAX_MERGED_LEVELS: usize = 32;

/// Objects with longer texts likewise: taken apart, they take many times their bytes, and the writer's time.
const MAX_MERGED_BYTES: usize = 1 << 20;

/// Lays one object over another, objects in objects likewise; a null covers nothing. Values are carried over as text,
/// so that no digit of a number changes.
fn overlay(base: &str, over: &str, level: usize) -> String {
    if base.len().max(over.len()) > MAX_MERGED_BYTES {
        return over.to_owned();
    }
    let (Some(base), Some(over)) = (members(base), members(over)) else { return over.to_owned() };
    let mut merged: BTreeMap<String, Cow<'_, str>> =
        base.into_iter().map(|(key, value)| (key, Cow::Borrowed(value.get()))).collect();
    for (key, value) in over {
        let value = value.get();
        match merged.get_mut(&key) {
            Some(_) if value == "null" => {}
            Some(old) if level < MAX_MERGED_LEVELS && old.starts_with('{') && value.starts_with('{') => {
                *old = Cow::Owned(overlay(old, value, level + 1));
            }
            _ => {
                merged.insert(key, Cow::Borrowed(value));
            }
        }
    }
    write(&merged)
}

fn members(json: &str) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(json).ok()
}

/// An object of members whose values are JSON already.
fn write(members: &BTreeMap<String, impl AsRef<str>>) -> String {
    let mut json = String::from("{");
    for (key, value) in members {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&serde_json::Value::from(key.as_str()).to_string());
        json.push(':');
        json.push_str(value.as_ref());
    }
    json.push('}');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlay_goes_into_objects() {
        let base = r#"{"metadata":{"a":1,"b":{"c":2.50}},"runtime":{"sdk":"x"},"big":123456789012345678901234567890}"#;
        let over = r#"{"metadata":{"a":9,"b":{"d":3},"e":null},"runtime":null,"n\"w":[1]}"#;
        assert_eq!(
            overlay(base, over, 0),
            r#"{"big":123456789012345678901234567890,"metadata":{"a":9,"b":{"c":2.50,"d":3},"e":null},"n\"w":[1],"runtime":{"sdk":"x"}}"#
        );
        assert_eq!(overlay("{}", "{}", 0), "{}");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |end: &str| format!("{}{end}{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
        assert_eq!(overlay(&deep("1"), &deep("2"), 0), deep("2"));
    }

    #[test]
    fn length_is_bounded() {
        let long = |key: &str| format!("{{\"{key}\":\"{}\"}}", "x".repeat(MAX_MERGED_BYTES));
        assert_eq!(overlay(&long("a"), &long("b"), 0), long("b"));
    }
}
