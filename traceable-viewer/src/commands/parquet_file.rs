//! Runs in a Parquet file: a row a run, a column a key of a line of `traceable export`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::record::Field;
use ::parquet::schema::parser::parse_message_type;
use serde_json::{Value, value::RawValue};
use traceable_core::Timestamp;
use traceable_viewer::parse_time;

/// What a column holds of the member of its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A moment.
    Time,
    /// The JSON as it is.
    Json,
}

const COLUMNS: [(&str, Kind); 20] = [
    ("id", Kind::Text),
    ("name", Kind::Text),
    ("run_type", Kind::Text),
    ("status", Kind::Text),
    ("session_name", Kind::Text),
    ("session_id", Kind::Text),
    ("trace_id", Kind::Text),
    ("parent_run_id", Kind::Text),
    ("dotted_order", Kind::Text),
    ("start_time", Kind::Time),
    ("end_time", Kind::Time),
    ("error", Kind::Text),
    ("tags", Kind::Json),
    ("reference_example_id", Kind::Text),
    ("inputs", Kind::Json),
    ("outputs", Kind::Json),
    ("extra", Kind::Json),
    ("events", Kind::Json),
    ("serialized", Kind::Json),
    ("attachments", Kind::Json),
];

/// Feedback is the last column: a list.
const FEEDBACK: (&str, Kind) = ("feedback", Kind::Json);

/// Runs of a row group, and their bytes: as many are in memory.
const GROUP_ROWS: usize = 5_000;
const GROUP_BYTES: usize = 32 << 20;

fn columns() -> impl Iterator<Item = (&'static str, Kind)> {
    COLUMNS.into_iter().chain([FEEDBACK])
}

/// Writes lines of an export as rows.
pub(crate) struct Rows<W: Write + Send> {
    file: SerializedFileWriter<W>,
    lines: Vec<String>,
    bytes: usize,
}

impl<W: Write + Send> Rows<W> {
    pub(crate) fn new(file: W) -> Result<Self, Box<dyn Error>> {
        let fields: String = columns()
            .map(|(name, kind)| match kind {
                Kind::Text => format!("OPTIONAL BYTE_ARRAY {name} (UTF8);"),
                Kind::Time => format!("OPTIONAL INT64 {name} (TIMESTAMP(MICROS,true));"),
                Kind::Json => format!("OPTIONAL BYTE_ARRAY {name} (JSON);"),
            })
            .collect();
        let schema = parse_message_type(&format!("message run {{ {fields} }}"))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
        Ok(Rows { file, lines: Vec::new(), bytes: 0 })
    }

    pub(crate) fn line(&mut self, line: &str) -> std::io::Result<()> {
        self.bytes += line.len();
        self.lines.push(line.to_owned());
        if self.lines.len() >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.group().map_err(std::io::Error::other)?;
        }
        Ok(())
    }

    /// Writes what is left and the end of the file, and returns what was written to.
    pub(crate) fn finish(mut self) -> std::io::Result<W> {
        self.group().map_err(std::io::Error::other)?;
        self.file.into_inner().map_err(std::io::Error::other)
    }

    fn group(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.bytes = 0;
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() {
            return Ok(());
        }
        let rows: Vec<BTreeMap<String, &RawValue>> =
            lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>()?;
        let mut group = self.file.next_row_group()?;
        for (name, kind) in columns() {
            let Some(mut column) = group.next_column()? else { break };
            let values: Vec<Option<&RawValue>> = rows.iter().map(|row| row.get(name).copied()).collect();
            let text = |value: &RawValue| serde_json::from_str::<String>(value.get()).unwrap_or_default();
            match kind {
                Kind::Time => {
                    let values: Vec<_> = values
                        .into_iter()
                        .map(|value| value.and_then(|value| parse_time(&text(value))))
                        .collect();
                    let (present, levels) = levels(values);
                    column.typed::<Int64Type>().write_batch(&present, Some(&levels), None)?;
                }
                Kind::Text | Kind::Json => {
                    let bytes = |value: &RawValue| match kind {
                        Kind::Text => ByteArray::from(text(value).into_bytes()),
                        Kind::Time | Kind::Json => ByteArray::from(value.get().as_bytes().to_vec()),
                    };
                    let (present, levels) =
                        levels(values.into_iter().map(|value| value.map(bytes)).collect());
                    column.typed::<ByteArrayType>().write_batch(&present, Some(&levels), None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

/// The values that are there, and for each row whether it has one.
fn levels<T>(values: Vec<Option<T>>) -> (Vec<T>, Vec<i16>) {
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
    (values.into_iter().flatten().collect(), levels)
}

/// Hands over the rows of a file as lines of an export.
pub(crate) fn each_line(
    path: &Path,
    mut each: impl FnMut(&str) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let unreadable = |error: &dyn std::fmt::Display| format!("cannot read {}: {error}", path.display());
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let file = SerializedFileReader::new(file).map_err(|error| unreadable(&error))?;
    for row in file.get_row_iter(None)? {
        let row = row.map_err(|error| unreadable(&error))?;
        let mut line = String::from("{");
        for (name, field) in row.get_column_iter() {
            let kind = columns().find(|(known, _)| known == name).map(|(_, kind)| kind);
            if let Some(json) = kind.and_then(|kind| json(kind, field)) {
                line.push_str(if line.len() > 1 { "," } else { "" });
                line += &format!("{}:{json}", Value::from(name.as_str()));
            }
        }
        line.push('}');
        each(&line)?;
    }
    Ok(())
}

fn json(kind: Kind, field: &Field) -> Option<String> {
    let text = match field {
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::TimestampMicros(us) => Timestamp::from_signed_micros(*us).to_string(),
        Field::TimestampMillis(ms) => Timestamp::from_signed_micros(ms.saturating_mul(1_000)).to_string(),
        _ => return None,
    };
    Some(if kind == Kind::Json { text } else { Value::from(text).to_string() })
}
