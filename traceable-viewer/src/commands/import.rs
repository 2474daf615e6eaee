//! `traceable import`: lines of JSON into a database.

use std::error::Error;
use std::io::{BufRead, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::{ImportError, Imported, Importer, one_line};

use crate::commands::{
    database::Database,
    files::{is_parquet, open, progress},
    output::{print, say},
};

/// A run with its files is seldom as long; it is in memory several times while it is read.
const MAX_LINE_BYTES: u64 = 256 << 20;

/// Store runs from JSON Lines, as `traceable export` writes them
///
/// Runs that LangSmith's SDKs dump are read too. The database is made if it does not exist. What it has already stays, so
/// an import that was interrupted can be repeated. The exit code is 1 if anything was refused.
#[derive(Args)]
pub(crate) struct Import {
    /// File to read, compressed if its name ends in .gz or .zst; `-` is stdin; .parquet if that is built in
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    /// Prices of models, LiteLLM's model_prices_and_context_window.json: costs of runs that name none
    #[arg(long, value_name = "PRICES")]
    prices: Option<PathBuf>,
}

impl Import {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let imported = if is_parquet(&self.file)? { self.columns()? } else { self.lines()? };
        for reason in &imported.reasons {
            say(&one_line(reason, 400));
        }
        print(&format!(
            "{} runs, files and feedback stored, {} refused\n",
            imported.stored, imported.refused
        ))?;
        Ok(if imported.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn importer(&self) -> Result<Importer, ImportError> {
        match &self.prices {
            Some(prices) => Importer::open_with_prices(&self.database.path, prices),
            None => Importer::open(&self.database.path),
        }
    }

    #[cfg(feature = "parquet")]
    fn columns(&self) -> Result<Imported, Box<dyn Error>> {
        let bar = progress("{spinner} {human_pos} runs, {per_sec}");
        let mut importer = None;
        super::parquet_file::each_line(&self.file, |line| {
            bar.inc(1);
            // the file first: without it, no database is made
            let importer = match &mut importer {
                Some(importer) => importer,
                none => none.insert(self.importer()?),
            };
            Ok(importer.line(line)?)
        })?;
        bar.finish_and_clear();
        Ok(importer.map(Importer::finish).transpose()?.unwrap_or_default())
    }

    #[cfg(not(feature = "parquet"))]
    fn columns(&self) -> Result<Imported, Box<dyn Error>> {
        Ok(Imported::default())
    }

    fn lines(&self) -> Result<Imported, Box<dyn Error>> {
        let bar = progress("{bar:40} {bytes} of {total_bytes}, {eta} left");
        // the file first: without it, no database is made
        let mut lines = open(&self.file, &bar)?;
        let mut importer = self.importer()?;
        let mut line = Vec::new();
        let mut number = 0_u64;
        loop {
            number += 1;
            line.clear();
            let read = (&mut lines).take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
            match read.map_err(|error| format!("{}, line {number}: {error}", self.file.display()))? {
                0 => break,
                read if read as u64 == MAX_LINE_BYTES => {
                    let (file, most) = (self.file.display(), MAX_LINE_BYTES >> 20);
                    return Err(format!(
                        "{file}, line {number}: it is longer than {most} MiB: is a line a run?"
                    )
                    .into());
                }
                _ => importer.line(&String::from_utf8_lossy(&line))?,
            }
        }
        let imported = importer.finish()?;
        bar.finish_and_clear();
        Ok(imported)
    }
}
