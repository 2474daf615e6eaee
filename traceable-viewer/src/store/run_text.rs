//! The table `run_text`: the words of runs, for the full text.

use rusqlite::{Connection, OptionalExtension};

use crate::extract::{self, MAX_TEXT};
use crate::model::{encoded_text::EncodedText, facts::Words};
use crate::store::StoreError;

/// Words of the texts of a run; `None`: nothing came, or it came earlier and is in the file.
#[derive(Debug, Default)]
pub(crate) struct TextParts {
    pub(crate) inputs: Option<Words>,
    pub(crate) outputs: Option<Words>,
    pub(crate) error: Option<Words>,
    pub(crate) metadata: Option<Words>,
}

impl TextParts {
    /// Whether any came.
    pub(crate) fn any(&self) -> bool {
        [&self.inputs, &self.outputs, &self.error, &self.metadata].into_iter().any(Option::is_some)
    }

    /// Lays later words over these.
    pub(crate) fn merge(&mut self, later: TextParts) {
        let TextParts { inputs, outputs, error, metadata } = later;
        for (part, later) in [
            (&mut self.inputs, inputs),
            (&mut self.outputs, outputs),
            (&mut self.error, error),
            (&mut self.metadata, metadata),
        ] {
            if later.is_some() {
                *part = later;
            }
        }
    }

    fn load_missing(&mut self, conn: &Connection, rid: i64) -> Result<(), StoreError> {
        let sql = "SELECT inputs, outputs, error, extra FROM payload WHERE rid = ?1";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([rid])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        let text = |column: usize| -> Result<Option<String>, StoreError> {
            let bytes = row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
            // a damaged one has no words
            Ok(bytes.and_then(|bytes| EncodedText::decode(bytes).ok()))
        };
        if self.inputs.is_none() {
            self.inputs = text(0)?.map(|json| extract::inputs(&json).words);
        }
        if self.outputs.is_none() {
            self.outputs = text(1)?.map(|json| extract::outputs(&json).object.words);
        }
        if self.error.is_none() {
            self.error = text(2)?.map(|text| extract::text(&text));
        }
        if self.metadata.is_none() {
            self.metadata = text(3)?.map(|json| extract::extra(&json).words);
        }
        Ok(())
    }
}

/// Indexes a run, with what it has now. `is_new`: the index does not know it yet, and all its parts are here.
pub(crate) fn index(
    conn: &Connection,
    rid: i64,
    mut parts: TextParts,
    is_new: bool,
) -> Result<(), StoreError> {
    if !is_new {
        parts.load_missing(conn, rid)?;
        conn.prepare_cached("DELETE FROM run_text WHERE rowid = ?1")?.execute([rid])?;
    }
    let names: Option<(Option<String>, Option<String>)> = conn
        .prepare_cached("SELECT name, tags FROM run WHERE rid = ?1")?
        .query_row([rid], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((name, tags)) = names else { return Ok(()) };
    let texts = [&parts.error, &parts.metadata, &parts.inputs, &parts.outputs].map(|part| part.as_deref());
    let mut body = String::new();
    // the brackets and quotes of the tags' JSON are no words; an escape in it is worth no second copy
    for text in [name.as_deref(), tags.as_deref()].into_iter().chain(texts).flatten() {
        let room = MAX_TEXT.saturating_sub(body.len());
        body.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
        body.push(' ');
    }
    conn.prepare_cached("INSERT INTO run_text(rowid, body) VALUES(?1, ?2)")?.execute((rid, body))?;
    Ok(())
}
