//! Reads files of text: plain functions, whose calls are below them.

use std::path::{Path, PathBuf};
use std::{error, fmt, fs, io};

use traceable::prelude::*;

const EXTENSIONS: [&str; 10] = ["md", "txt", "rst", "adoc", "rs", "py", "js", "ts", "go", "toml"];
/// In bytes; what is larger is data rather than text.
const LARGEST_FILE: u64 = 1 << 20;

/// The crates of this repository, whose documentation is read by default.
const CRATES: [&str; 5] =
    ["", "traceable-core", "traceable-exporter", "traceable-macros", "traceable-viewer"];

/// What is read.
#[derive(Clone)]
pub(crate) struct Source {
    folder: PathBuf,
    what: What,
}

#[derive(Clone)]
enum What {
    /// The README, the guide and the first page of each crate's documentation.
    Documentation,
    Everything,
    File(PathBuf),
}

impl Source {
    pub(crate) fn documentation() -> Source {
        Source { folder: env!("CARGO_MANIFEST_DIR").into(), what: What::Documentation }
    }

    /// A folder with all that is in it, or a file.
    pub(crate) fn at(path: PathBuf) -> Source {
        match path.parent() {
            Some(folder) if path.is_file() => Source { folder: folder.into(), what: What::File(path) },
            _ => Source { folder: path, what: What::Everything },
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn name(&self) -> String {
        match &self.what {
            What::Documentation => "README.md, src/guide and the crates' lib.rs".to_owned(),
            What::Everything => self.folder.display().to_string(),
            What::File(path) => path.display().to_string(),
        }
    }

    fn paths(&self) -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        match &self.what {
            What::Documentation => {
                paths.push(self.folder.join("README.md"));
                find_files(&self.folder.join("src/guide"), &mut paths)?;
                paths.extend(CRATES.map(|krate| self.folder.join(krate).join("src/lib.rs")));
            }
            What::Everything => find_files(&self.folder, &mut paths)?,
            What::File(path) => paths.push(path.clone()),
        }
        Ok(paths)
    }
}

pub(crate) struct Corpus {
    /// Name, relative to the folder, and content.
    pub(crate) files: Vec<(String, String)>,
    pub(crate) unreadable: Vec<ReadError>,
}

/// A file that could not be read. Its run shows the error with the source.
#[derive(Debug)]
pub(crate) struct ReadError {
    file: String,
    source: io::Error,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Path::new(&self.file).file_name().unwrap_or(self.file.as_ref());
        write!(f, "cannot read {}", name.display())
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Reads files, and one more. A file that cannot be read does not end the program.
#[traceable(skip_all, process_outputs = summary)]
pub(crate) fn load_files(source: &Source, one_more: PathBuf) -> Result<Corpus, ReadError> {
    let mut paths = source.paths().map_err(|error| ReadError { file: source.name(), source: error })?;
    paths.sort();
    paths.push(one_more);

    let mut corpus = Corpus { files: Vec::new(), unreadable: Vec::new() };
    for path in paths {
        let name = path.strip_prefix(&source.folder).unwrap_or(&path).display().to_string();
        match read_file(&source.folder, &name) {
            Ok(text) => corpus.files.push((name, text)),
            Err(error) => corpus.unreadable.push(error),
        }
    }
    Ok(corpus)
}

/// What the trace keeps of a corpus: with the texts it would be as large as the folder.
fn summary(corpus: &Corpus) -> serde_json::Value {
    serde_json::json!({"files": corpus.files.len(), "unreadable": corpus.unreadable.len()})
}

/// Not traced: a run for each folder would tell nobody anything.
fn find_files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let is_text = name.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension));
        if kind.is_dir() && !name.starts_with('.') && name != "target" {
            find_files(&path, found)?;
        } else if kind.is_file() && is_text && entry.metadata()?.len() <= LARGEST_FILE {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads a file. The trace keeps the length of the text.
#[traceable(run_type = "tool", process_outputs = String::len)]
pub(crate) fn read_file(folder: &Path, file: &str) -> Result<String, ReadError> {
    fs::read_to_string(folder.join(file)).map_err(|source| ReadError { file: file.to_owned(), source })
}
