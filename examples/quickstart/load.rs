//! Reads a folder of text and splits it into passages: plain functions, whose calls are below them.

use std::path::{Path, PathBuf};
use std::{error, fmt, fs, io};

use serde::Serialize;
use traceable::prelude::*;

const EXTENSIONS: [&str; 10] = ["md", "txt", "rst", "adoc", "rs", "py", "js", "ts", "go", "toml"];
/// In bytes; what is larger is data rather than text.
const LARGEST_FILE: u64 = 1 << 20;
/// In bytes; a paragraph that is longer becomes several passages.
const PASSAGE: usize = 600;

/// A paragraph of a file.
#[derive(Clone, Serialize)]
pub(crate) struct Passage {
    pub(crate) file: String,
    pub(crate) text: String,
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
        write!(f, "cannot read {}", self.file)
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Reads the files of a folder, and one more. A file that cannot be read does not end the program.
#[traceable(process_outputs = summary)]
pub(crate) fn load_folder(folder: &str, one_more: PathBuf) -> Result<Corpus, ReadError> {
    let mut paths = Vec::new();
    find_files(Path::new(folder), &mut paths)
        .map_err(|source| ReadError { file: folder.to_owned(), source })?;
    paths.sort();
    paths.push(one_more);

    let mut corpus = Corpus { files: Vec::new(), unreadable: Vec::new() };
    for path in paths {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        match read_file(folder, &name) {
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
pub(crate) fn read_file(folder: &str, file: &str) -> Result<String, ReadError> {
    let path = Path::new(folder).join(file);
    fs::read_to_string(path).map_err(|source| ReadError { file: file.to_owned(), source })
}

/// Splits a text into paragraphs, without the marks of comments, headings and lists.
#[traceable(run_type = "parser", skip(text), process_outputs = Vec::len)]
pub(crate) fn split(file: &str, text: &str) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut paragraph = String::new();
    let bare = |line: &'_ str| {
        line.trim_start_matches(['/', '!', '#', '*', '-', '>', ' ', '\t']).trim_end().to_owned()
    };
    for line in text.lines().map(bare).chain([String::new()]) {
        if line.is_empty() || paragraph.len() > PASSAGE {
            let text = std::mem::take(&mut paragraph);
            passages.extend((!text.is_empty()).then(|| Passage { file: file.to_owned(), text }));
        }
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        paragraph.push_str(&line);
    }
    passages
}
