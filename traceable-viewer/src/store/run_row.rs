//! One row of the table `run`: loading it, changing it field by field, saving it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

/// Bits of `flags`. The low ones say that a field holds the value of a patch, which a post that arrives later must not
/// undo.
pub(crate) mod flag {
    pub(crate) const NAME: i64 = 1;
    pub(crate) const RUN_TYPE: i64 = 1 << 1;
    pub(crate) const START: i64 = 1 << 2;
    pub(crate) const END: i64 = 1 << 3;
    pub(crate) const ORDER: i64 = 1 << 4;
    pub(crate) const PARENT: i64 = 1 << 5;
    pub(crate) const PROJECT: i64 = 1 << 6;
    pub(crate) const TAGS: i64 = 1 << 7;
    pub(crate) const REFERENCE: i64 = 1 << 8;
    pub(crate) const INPUTS: i64 = 1 << 9;
    pub(crate) const OUTPUTS: i64 = 1 << 10;
    pub(crate) const EXTRA: i64 = 1 << 11;
    pub(crate) const EVENTS: i64 = 1 << 12;
    pub(crate) const ERROR: i64 = 1 << 13;
    pub(crate) const SERIALIZED: i64 = 1 << 14;
    /// No dotted order was received; this one is made up. The index `run_guessed` names this number.
    pub(crate) const ORDER_GUESSED: i64 = 1 << 16;
    /// No project was named.
    pub(crate) const PROJECT_GUESSED: i64 = 1 << 17;
    pub(crate) const HAS_ERROR: i64 = 1 << 18;
    /// It has a parent that was not received. The indexes `run_orphan..` name this number.
    pub(crate) const ORPHAN: i64 = 1 << 19;
    /// It came as a span of OTLP, and in no other way.
    pub(crate) const OTEL: i64 = 1 << 24;
    /// Such a span, of LangSmith's SDK: the run itself may come too.
    pub(crate) const OTEL_OF_LANGSMITH: i64 = 1 << 25;
}

pub(crate) const PENDING: i64 = 0;
pub(crate) const SUCCESS: i64 = 1;
pub(crate) const ERROR: i64 = 2;

/// The scalars of a run while it is being changed.
#[derive(Debug)]
pub(crate) struct RunRow {
    /// `None` until it is saved for the first time.
    pub(crate) rid: Option<i64>,
    pub(crate) id: Uuid,
    pub(crate) trace_id: Uuid,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) pid: i64,
    pub(crate) name: Option<String>,
    pub(crate) run_type: Option<String>,
    pub(crate) start_us: Option<i64>,
    pub(crate) end_us: Option<i64>,
    pub(crate) dotted_order: String,
    pub(crate) depth: i64,
    /// A JSON array of texts.
    pub(crate) tags: Option<String>,
    pub(crate) reference_example_id: Option<Uuid>,
    pub(crate) received_us: i64,
    pub(crate) flags: i64,
}

impl RunRow {
    /// A run that is new.
    pub(crate) fn new(id: Uuid, received_us: i64) -> Self {
        RunRow {
            rid: None,
            id,
            trace_id: id,
            parent_id: None,
            pid: 0,
            name: None,
            run_type: None,
            start_us: None,
            end_us: None,
            dotted_order: String::new(),
            depth: 1,
            tags: None,
            reference_example_id: None,
            received_us,
            flags: flag::ORDER_GUESSED | flag::PROJECT_GUESSED,
        }
    }

    pub(crate) fn load(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT rid, id, trace_id, parent_id, pid, name, run_type, start_us, end_us, dotted_order, depth, \
                   tags, reference_example_id, received_us, flags FROM run WHERE id = ?1";
        conn.prepare_cached(sql)?.query_row([id], Self::read).optional()
    }

    /// Whether a run is known.
    pub(crate) fn exists(conn: &Connection, id: Uuid) -> rusqlite::Result<bool> {
        conn.prepare_cached("SELECT 1 FROM run WHERE id = ?1")?.exists([id])
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(RunRow {
            rid: Some(row.get(0)?),
            id: row.get(1)?,
            trace_id: row.get(2)?,
            parent_id: row.get(3)?,
            pid: row.get(4)?,
            name: row.get(5)?,
            run_type: row.get(6)?,
            start_us: row.get(7)?,
            end_us: row.get(8)?,
            dotted_order: row.get(9)?,
            depth: row.get(10)?,
            tags: row.get(11)?,
            reference_example_id: row.get(12)?,
            received_us: row.get(13)?,
            flags: row.get(14)?,
        })
    }

    /// Saves the row with a new `seq` and returns its key.
    pub(crate) fn save(&self, conn: &Connection) -> rusqlite::Result<i64> {
        let sql = "INSERT INTO run(rid, id, trace_id, parent_id, pid, name, run_type, status, start_us, end_us, \
                   dotted_order, depth, tags, reference_example_id, received_us, flags, seq) \
                   VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
                          (SELECT coalesce(max(seq), 0) + 1 FROM run)) \
                   ON CONFLICT(id) DO UPDATE SET trace_id = excluded.trace_id, parent_id = excluded.parent_id, \
                   pid = excluded.pid, name = excluded.name, run_type = excluded.run_type, \
                   status = excluded.status, start_us = excluded.start_us, end_us = excluded.end_us, \
                   dotted_order = excluded.dotted_order, depth = excluded.depth, tags = excluded.tags, \
                   reference_example_id = excluded.reference_example_id, flags = excluded.flags, \
                   seq = excluded.seq RETURNING rid";
        conn.prepare_cached(sql)?.query_row(
            params![
                self.rid,
                self.id,
                self.trace_id,
                self.parent_id,
                self.pid,
                self.name,
                self.run_type,
                self.status(),
                self.start_us,
                self.end_us,
                self.dotted_order,
                self.depth,
                self.tags,
                self.reference_example_id,
                self.received_us,
                self.flags,
            ],
            |row| row.get(0),
        )
    }

    fn status(&self) -> i64 {
        match (self.flags & flag::HAS_ERROR != 0, self.end_us) {
            (true, _) => ERROR,
            (false, Some(_)) => SUCCESS,
            (false, None) => PENDING,
        }
    }
}
