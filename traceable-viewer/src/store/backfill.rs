//! Fills what lists, filters and the full text read, in a file from before there were such columns.

use rusqlite::Connection;

use crate::model::encoded_text::EncodedText;
use crate::store::{
    StoreError,
    run_facts::{self, StoredTexts},
    run_row::RunRow,
    run_text, trace_totals,
    writer_settings::WriterSettings,
};

/// How many runs are loaded at once; progress is told after each.
const AT_ONCE: usize = 1000;

/// Fills the columns of all runs. `on_progress` gets how many are done, and how many there are.
pub(crate) fn fill(
    conn: &Connection,
    settings: &WriterSettings,
    on_progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let all: u64 = conn.query_row("SELECT count(*) FROM run", (), |row| row.get(0))?;
    let (mut after, mut done) = (i64::MIN, 0);
    loop {
        let rows = RunRow::after(conn, after, AT_ONCE)?;
        let Some(last) = rows.last().and_then(|row| row.rid) else { break };
        for mut row in rows {
            let Some(rid) = row.rid else { continue };
            let texts = texts(conn, rid)?;
            row.changed_us = row.received_us;
            let words = run_facts::fill(conn, &mut row, rid, &texts, settings.prices.as_ref())?;
            row.save(conn)?;
            if settings.search_index {
                run_text::index(conn, rid, words, true)?;
            }
            done += 1;
        }
        after = last;
        on_progress(done, all);
    }
    Ok(trace_totals::recount_all(conn)?)
}

fn texts(conn: &Connection, rid: i64) -> Result<StoredTexts, StoreError> {
    let sql = "SELECT inputs, outputs, extra, events, error FROM payload WHERE rid = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([rid])?;
    let Some(row) = rows.next()? else { return Ok(StoredTexts::default()) };
    let text = |column: usize| -> Result<Option<String>, StoreError> {
        let bytes = row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
        // a damaged text stays where it is, and has no facts
        Ok(bytes.and_then(|bytes| EncodedText::decode(bytes).ok()))
    };
    Ok(StoredTexts {
        inputs: text(0)?,
        outputs: text(1)?,
        extra: text(2)?,
        events: text(3)?,
        error: text(4)?,
    })
}
