//! A connection for statements that somebody wrote.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, ErrorCode};

use crate::sql::{authorizer, functions, value::SqlValue, views::VIEWS};
use crate::store::{Reader, StoreError, open_reader};

/// Reads a database by SQL, also while a viewer writes to it.
///
/// Beside SQLite's own functions there are `payload_text(bytes)`, `uuid_text(bytes)`, `uuid_blob(text)` and
/// `time_text(microseconds)`, and these views over the tables. Times are ISO 8601 in UTC, latencies are seconds, costs
/// are US dollars, JSON is text.
///
/// | view | columns |
/// |---|---|
/// | `runs` | `id trace_id parent_id project name run_type status start_time end_time latency first_token_latency model prompt_tokens completion_tokens total_tokens prompt_cost completion_cost total_cost inputs outputs error metadata tags thread_id extra events serialized is_root depth dotted_order reference_example_id received_time seq rid` |
/// | `traces` | `id name project status start_time end_time latency first_token_latency runs errors prompt_tokens completion_tokens total_tokens prompt_cost completion_cost total_cost thread_id` |
/// | `feedback` | `id run_id trace_id key score value comment created_time document` |
/// | `attachments` | `run_id name mime_type size data` |
/// | `projects` | `id name description extra created_time` |
///
/// Tokens and costs of a run are its own, those of a trace are sums over its runs. `first_token_latency` is the time from
/// the start to the first token, of any of its runs for a trace. `model` and `thread_id` are what the run's metadata and
/// texts name; the thread, the name and the status of a trace are those of its root. A cost that nothing names is NULL.
///
/// The table `run_text` finds words: `SELECT name FROM runs WHERE rid IN (SELECT rowid FROM run_text WHERE run_text MATCH
/// 'harbour')`.
///
/// ```
/// use std::ops::ControlFlow;
/// use traceable_viewer::{SqlReader, SqlValue};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("traceable.db");
/// # drop(traceable_viewer::Viewer::builder().db(&path).port(0).start()?);
/// let sql = SqlReader::open(&path)?;
/// sql.query("SELECT name, json_extract(outputs, '$.answer') FROM runs WHERE status = 'success'", |columns, row| {
///     println!("{columns:?} {row:?}");
///     ControlFlow::Continue(())
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SqlReader(Reader);

/// Why a statement was not run, or not to its end.
///
/// Texts do not repeat the cause: it is the error's [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// The statement would change the file, or its settings.
    #[error("only statements that read are allowed, such as SELECT: nothing here changes the database")]
    NotAReader,
    /// SQLite does not understand the statement, or failed to run it.
    #[error("{0}")]
    Statement(String),
}

impl SqlReader {
    /// Opens an existing database.
    ///
    /// # Errors
    ///
    /// There is no such file, it is not one of traceable, or it cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let mut reader = open_reader(path.as_ref())?;
        functions::register(&reader.conn)?;
        // views of the connection are a change to SQLite, if to no file
        reader.conn.pragma_update(None, "query_only", false)?;
        reader.conn.pragma_update(None, "temp_store", "MEMORY")?;
        reader.conn.execute_batch(VIEWS)?;
        reader.conn.pragma_update(None, "query_only", true)?;
        reader.conn.authorizer(Some(authorizer::authorize))?;
        Ok(SqlReader(reader))
    }

    /// Runs one or more statements. Each row is handed over with the names of its columns; `Break` ends everything.
    ///
    /// # Errors
    ///
    /// A statement that would write, that SQLite does not understand, or that fails. Rows before it were handed over.
    pub fn query(
        &self,
        sql: &str,
        mut row: impl FnMut(&[String], &[SqlValue]) -> ControlFlow<()>,
    ) -> Result<(), SqlError> {
        let mut statements = Batch::new(&self.0.conn, sql);
        while let Some(mut statement) = statements.next().map_err(sql_error)? {
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query(()).map_err(sql_error)?;
            while let Some(found) = rows.next().map_err(sql_error)? {
                let values: rusqlite::Result<Vec<SqlValue>> =
                    (0..columns.len()).map(|column| Ok(found.get_ref(column)?.into())).collect();
                if row(&columns, &values.map_err(sql_error)?).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn sql_error(error: rusqlite::Error) -> SqlError {
    if let Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) = error.sqlite_error_code()
    {
        return SqlError::NotAReader;
    }
    let text = match error {
        // the statement itself is known to whoever wrote it
        rusqlite::Error::SqlInputError { msg, offset, .. } if offset >= 0 => {
            format!("{msg} (at character {})", offset + 1)
        }
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        rusqlite::Error::SqliteFailure(_, Some(message)) => message,
        error => error.to_string(),
    };
    // a view is refused before anybody is asked
    if text.starts_with("cannot modify") { SqlError::NotAReader } else { SqlError::Statement(text) }
}
