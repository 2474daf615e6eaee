//! `traceable sql`: statements of the user's own, and their rows.

use std::error::Error;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::{SqlReader, SqlValue, Table};

use crate::commands::{
    database::Database,
    output::{print, say},
};

/// Rows of a table that are laid out together; a longer result is printed as several tables.
const ROWS_OF_A_TABLE: usize = 1_000;
/// Characters of a cell of a table.
const CELL_WIDTH: usize = 60;

/// Query the database in SQL; nothing can be changed
///
/// Without QUERY it is read from stdin; on a terminal, one after the other, each up to a `;`.
#[derive(Args)]
#[command(after_help = "\
Views, with ids and times as text and payloads as JSON:
  runs         id trace_id parent_id project name run_type status start_time end_time latency first_token_latency
               model prompt_tokens completion_tokens total_tokens prompt_cost completion_cost total_cost
               inputs outputs error metadata tags thread_id extra events serialized is_root depth dotted_order ..
  traces       id name project status start_time end_time latency first_token_latency runs errors, tokens, costs
  feedback     id run_id trace_id key score value comment created_time document
  attachments  run_id name mime_type size data
  projects     id name description extra created_time
Functions beside SQLite's own: payload_text(bytes), uuid_text(bytes), uuid_blob(text), time_text(microseconds).

  traceable sql \"SELECT name, json_extract(outputs, '$.answer') FROM runs WHERE latency > 2\"
  traceable sql --csv \"SELECT model, sum(total_tokens) FROM runs GROUP BY model\" > tokens.csv")]
pub(crate) struct Sql {
    /// Statements that read
    query: Option<String>,
    #[command(flatten)]
    database: Database,
    /// An object a row, one a line
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Comma-separated values (RFC 4180), the names of the columns first
    #[arg(long)]
    csv: bool,
}

impl Sql {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let reader = SqlReader::open(&self.database.path)?;
        match &self.query {
            Some(query) => self.query(&reader, query)?,
            None if std::io::stdin().is_terminal() => self.converse(&reader)?,
            None => {
                let mut query = String::new();
                std::io::stdin().read_to_string(&mut query)?;
                self.query(&reader, &query)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Statement after statement, until the input ends. What is wrong with one is said, and the next asked for.
    fn converse(&self, reader: &SqlReader) -> Result<(), Box<dyn Error>> {
        say(
            "end a statement with `;`, and this with Ctrl-D; the views are runs, traces, feedback, attachments, projects",
        );
        let mut query = String::new();
        loop {
            let prompt = if query.is_empty() { "sql> " } else { "...> " };
            let _ = write!(std::io::stderr(), "{prompt}");
            if std::io::stdin().lock().read_line(&mut query)? == 0 {
                return Ok(());
            }
            if query.trim().is_empty() {
                query.clear();
            }
            if query.trim_end().ends_with(';') {
                match self.query(reader, &std::mem::take(&mut query)) {
                    Err(error) if error.is::<traceable_viewer::SqlError>() => say(&error.to_string()),
                    result => result?,
                }
            }
        }
    }

    fn query(&self, reader: &SqlReader, query: &str) -> Result<(), Box<dyn Error>> {
        let mut rows = Rows { form: self.form(), columns: Vec::new(), table: None, in_table: 0 };
        let mut written = Ok(());
        reader.query(query, |columns, row| {
            written = rows.add(columns, row);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        written?;
        rows.end()
    }

    fn form(&self) -> Form {
        match (self.json, self.csv) {
            (true, _) => Form::Json,
            (_, true) => Form::Csv,
            _ => Form::Table,
        }
    }
}

#[derive(Clone, Copy)]
enum Form {
    Table,
    Json,
    Csv,
}

/// Rows on their way to stdout.
struct Rows {
    form: Form,
    columns: Vec<String>,
    table: Option<Table>,
    in_table: usize,
}

impl Rows {
    fn add(&mut self, columns: &[String], row: &[SqlValue]) -> Result<(), Box<dyn Error>> {
        let is_other = self.columns != columns;
        if is_other {
            self.end()?;
            columns.clone_into(&mut self.columns);
        }
        match self.form {
            Form::Json => {
                let values = columns.iter().zip(row);
                let members: Vec<_> =
                    values.map(|(name, value)| format!("{}:{}", quoted(name), json(value))).collect();
                print(&format!("{{{}}}\n", members.join(",")))
            }
            Form::Csv => {
                let head = is_other.then(|| csv_line(columns.iter().map(String::as_str)));
                let cells: Vec<_> = row.iter().map(cell).collect();
                print(&(head.unwrap_or_default() + &csv_line(cells.iter().map(String::as_str))))
            }
            Form::Table => {
                if self.in_table == ROWS_OF_A_TABLE {
                    self.end()?;
                }
                self.in_table += 1;
                let table = self.table.get_or_insert_with(|| {
                    let of_number =
                        |value: &SqlValue| matches!(value, SqlValue::Integer(_) | SqlValue::Real(_));
                    let align = |(name, value): (&String, _)| {
                        if of_number(value) { format!(">{name}") } else { name.clone() }
                    };
                    Table::new(columns.iter().zip(row).map(align))
                });
                table.row(row.iter().map(cell), CELL_WIDTH);
                Ok(())
            }
        }
    }

    fn end(&mut self) -> Result<(), Box<dyn Error>> {
        self.in_table = 0;
        match self.table.take() {
            Some(table) => print(&table.render(true)),
            None => Ok(()),
        }
    }
}

fn cell(value: &SqlValue) -> String {
    match value {
        SqlValue::Null => String::new(),
        SqlValue::Integer(number) => number.to_string(),
        SqlValue::Real(number) => number.to_string(),
        SqlValue::Text(text) => text.clone(),
        SqlValue::Blob(bytes) => hex(bytes),
    }
}

fn json(value: &SqlValue) -> String {
    match value {
        SqlValue::Null => "null".to_owned(),
        // as JSON has no number for infinity, it is null
        SqlValue::Integer(number) => number.to_string(),
        SqlValue::Real(number) => serde_json::Value::from(*number).to_string(),
        SqlValue::Text(text) => quoted(text),
        SqlValue::Blob(bytes) => quoted(&hex(bytes)),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn csv_line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quote = |cell: &str| match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    cells.map(quote).collect::<Vec<_>>().join(",") + "\r\n"
}
