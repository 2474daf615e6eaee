//! Files of lines, compressed as their names say, and how far the work on them has come.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use flate2::{read::MultiGzDecoder, write::GzEncoder};
use indicatif::{ProgressBar, ProgressStyle};

/// The name of stdin and stdout.
const STANDARD_STREAM: &str = "-";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Compression::Gzip,
            Some("zst" | "zstd") => Compression::Zstd,
            _ => Compression::None,
        }
    }
}

/// Opens a file of lines to read; `-` is stdin. The bar counts what is read of the file itself.
pub(crate) fn open(path: &Path, bar: &ProgressBar) -> Result<Box<dyn BufRead>, Box<dyn Error>> {
    if path.as_os_str() == STANDARD_STREAM {
        return Ok(Box::new(BufReader::new(bar.wrap_read(std::io::stdin()))));
    }
    let file = File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    bar.set_length(file.metadata().map_or(0, |file| file.len()));
    let file = bar.wrap_read(file);
    let reader: Box<dyn Read> = match Compression::of(path) {
        Compression::None => Box::new(file),
        Compression::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(file))),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(file)?),
    };
    Ok(Box::new(BufReader::with_capacity(1 << 16, reader)))
}

/// A file of lines that is written; it has its name only once it is whole.
pub(crate) enum Output {
    Stdout(std::io::StdoutLock<'static>),
    File { writer: Encoder, part: std::path::PathBuf, path: std::path::PathBuf },
}

pub(crate) enum Encoder {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(Box<zstd::stream::write::Encoder<'static, BufWriter<File>>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<super::parquet_file::Rows<BufWriter<File>>>),
}

/// Whether a file's name says that it holds columns, and not lines.
pub(crate) fn is_parquet(path: &Path) -> Result<bool, Box<dyn Error>> {
    let is_parquet = path.extension().is_some_and(|extension| extension == "parquet");
    if is_parquet && cfg!(not(feature = "parquet")) {
        return Err("this program was built without Parquet: install it with `--features parquet`".into());
    }
    Ok(is_parquet)
}

impl Output {
    /// Makes the file beside its place; `-` is stdout.
    pub(crate) fn create(path: &Path) -> Result<Self, Box<dyn Error>> {
        if path.as_os_str() == STANDARD_STREAM {
            return Ok(Output::Stdout(std::io::stdout().lock()));
        }
        #[cfg_attr(
            not(feature = "parquet"),
            expect(unused_variables, reason = "refused without the feature")
        )]
        let is_parquet = is_parquet(path)?;
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = std::path::PathBuf::from(part);
        let file = private(&part).map_err(|error| format!("cannot write {}: {error}", part.display()))?;
        let file = BufWriter::new(file);
        let writer = match Compression::of(path) {
            #[cfg(feature = "parquet")]
            Compression::None if is_parquet => {
                Encoder::Parquet(Box::new(super::parquet_file::Rows::new(file)?))
            }
            Compression::None => Encoder::Plain(file),
            Compression::Gzip => Encoder::Gzip(GzEncoder::new(file, flate2::Compression::default())),
            Compression::Zstd => Encoder::Zstd(Box::new(zstd::stream::write::Encoder::new(file, 3)?)),
        };
        Ok(Output::File { writer, part, path: path.to_owned() })
    }

    pub(crate) fn line(&mut self, line: &str) -> std::io::Result<()> {
        let writer: &mut dyn Write = match self {
            Output::Stdout(stdout) => stdout,
            Output::File { writer: Encoder::Plain(file), .. } => file,
            Output::File { writer: Encoder::Gzip(file), .. } => file,
            Output::File { writer: Encoder::Zstd(file), .. } => file,
            #[cfg(feature = "parquet")]
            Output::File { writer: Encoder::Parquet(rows), .. } => return rows.line(line),
        };
        writer.write_all(line.as_bytes())?;
        writer.write_all(b"\n")
    }

    /// Writes what is left, and gives the file its name.
    pub(crate) fn finish(self) -> std::io::Result<()> {
        match self {
            Output::Stdout(mut stdout) => stdout.flush(),
            Output::File { writer, part, path } => {
                let mut file = match writer {
                    Encoder::Plain(file) => file,
                    Encoder::Gzip(file) => file.finish()?,
                    Encoder::Zstd(file) => file.finish()?,
                    #[cfg(feature = "parquet")]
                    Encoder::Parquet(rows) => rows.finish()?,
                };
                file.flush()?;
                file.get_ref().sync_all()?;
                std::fs::rename(part, path)
            }
        }
    }
}

/// Makes a file that nobody else can read: what programs trace is as secret here as in the database.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A bar on stderr, if that is a terminal.
pub(crate) fn progress(form: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    // a form that cannot be read is a mistake of this file; the default is a bar too
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar
}
