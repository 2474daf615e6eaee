//! One row of the table `run`: loading it, changing it field by field, saving it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::model::stored_run::Usage;

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
    pub(crate) first_token_us: Option<i64>,
    pub(crate) thread_id: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) inputs_preview: Option<String>,
    pub(crate) outputs_preview: Option<String>,
    /// When the last message about it was received.
    pub(crate) changed_us: i64,
}

/// The columns, in the order in which [`RunRow::read`] takes them.
const COLUMNS: &str = "rid, id, trace_id, parent_id, pid, name, run_type, start_us, end_us, dotted_order, depth, tags, \
    reference_example_id, received_us, flags, first_token_us, thread_id, model, prompt_tokens, completion_tokens, \
    total_tokens, prompt_cost, completion_cost, total_cost, inputs_preview, outputs_preview, \
    changed_us";

const INSERT: &str = "INSERT INTO run(rid, id, trace_id, parent_id, pid, name, run_type, status, start_us, end_us, \
    dotted_order, depth, tags, reference_example_id, received_us, flags, latency_us, first_token_us, thread_id, model, \
    prompt_tokens, completion_tokens, total_tokens, prompt_cost, completion_cost, total_cost, inputs_preview, \
    outputs_preview, changed_us, seq) \
    VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, \
    ?24, ?25, ?26, ?27, ?28, ?29, (SELECT coalesce(max(seq), 0) + 1 FROM \
    (SELECT max(seq) AS seq FROM run UNION ALL SELECT seq FROM highest_deleted)))";

/// With the parameters of [`INSERT`]. The id of a run and when it was received never change.
const UPDATE: &str = "UPDATE run SET trace_id = ?3, parent_id = ?4, pid = ?5, name = ?6, run_type = ?7, status = ?8, \
    start_us = ?9, end_us = ?10, dotted_order = ?11, depth = ?12, tags = ?13, reference_example_id = ?14, flags = ?16, \
    latency_us = ?17, first_token_us = ?18, thread_id = ?19, model = ?20, prompt_tokens = ?21, \
    completion_tokens = ?22, total_tokens = ?23, prompt_cost = ?24, completion_cost = ?25, total_cost = ?26, \
    inputs_preview = ?27, outputs_preview = ?28, changed_us = ?29, seq = (SELECT coalesce(max(seq), 0) + 1 FROM \
    (SELECT max(seq) AS seq FROM run UNION ALL SELECT seq FROM highest_deleted)) WHERE rid = ?1";

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
            first_token_us: None,
            thread_id: None,
            model: None,
            usage: Usage::default(),
            inputs_preview: None,
            outputs_preview: None,
            changed_us: received_us,
        }
    }

    pub(crate) fn load(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<Self>> {
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM run WHERE id = ?1"))?
            .query_row([id], Self::read)
            .optional()
    }

    /// The runs behind this key, in the order of their keys.
    pub(crate) fn after(conn: &Connection, rid: i64, limit: usize) -> rusqlite::Result<Vec<Self>> {
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM run WHERE rid > ?1 ORDER BY rid LIMIT ?2"))?
            .query_map((rid, limit), Self::read)?
            .collect()
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
            first_token_us: row.get(15)?,
            thread_id: row.get(16)?,
            model: row.get(17)?,
            usage: Usage {
                prompt_tokens: row.get(18)?,
                completion_tokens: row.get(19)?,
                total_tokens: row.get(20)?,
                prompt_cost: row.get(21)?,
                completion_cost: row.get(22)?,
                total_cost: row.get(23)?,
            },
            inputs_preview: row.get(24)?,
            outputs_preview: row.get(25)?,
            changed_us: row.get(26)?,
        })
    }

    /// Saves the row with a `seq` that no run has had, and returns its key.
    ///
    /// Two statements, for one that inserts or updates and returns the key keeps a copy of each page it writes.
    pub(crate) fn save(&self, conn: &Connection) -> rusqlite::Result<i64> {
        let sql = if self.rid.is_some() { UPDATE } else { INSERT };
        conn.prepare_cached(sql)?.execute(params![
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
            self.latency_us(),
            self.first_token_us,
            self.thread_id,
            self.model,
            self.usage.prompt_tokens,
            self.usage.completion_tokens,
            self.usage.total_tokens,
            self.usage.prompt_cost,
            self.usage.completion_cost,
            self.usage.total_cost,
            self.inputs_preview,
            self.outputs_preview,
            self.changed_us,
        ])?;
        Ok(self.rid.unwrap_or_else(|| conn.last_insert_rowid()))
    }

    /// From start to end; zero when the clock went backwards.
    fn latency_us(&self) -> Option<i64> {
        Some(self.end_us?.saturating_sub(self.start_us?).max(0))
    }

    pub(crate) fn status(&self) -> i64 {
        match (self.flags & flag::HAS_ERROR != 0, self.end_us) {
            (true, _) => ERROR,
            (false, Some(_)) => SUCCESS,
            (false, None) => PENDING,
        }
    }
}
