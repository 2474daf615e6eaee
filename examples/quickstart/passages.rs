//! Splits texts into passages, and passages into sentences.

use std::collections::HashSet;

use serde::Serialize;
use traceable::prelude::*;

/// In bytes; a paragraph that is longer becomes several passages.
const PASSAGE: usize = 600;
/// Words that say nothing about what a text is about.
const EMPTY: [&str; 20] = [
    "the", "and", "are", "can", "does", "how", "what", "why", "who", "when", "where", "which", "while",
    "for", "from", "this", "that", "with", "you", "your",
];

/// A paragraph of a file, an item of a list or a row of a table.
#[derive(Clone, Serialize)]
pub(crate) struct Passage {
    pub(crate) file: String,
    pub(crate) text: String,
}

/// Splits a text into passages. Markdown loses its headings, its code and its marks; Rust keeps its comments alone.
#[traceable(run_type = "parser", skip(text), process_outputs = Vec::len)]
pub(crate) fn split(file: &str, text: &str) -> Vec<Passage> {
    let is_rust = file.ends_with(".rs");
    let is_markdown = is_rust || file.ends_with(".md");
    let mut passages = Vec::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    let comment = |line: &str| match line.strip_prefix("//") {
        Some(comment) => comment.trim_start_matches(['/', '!']).trim_start().to_owned(),
        None => String::new(),
    };
    let lines = text.lines().map(str::trim).chain([""]);
    let mut lines = lines.map(|line| if is_rust { comment(line) } else { line.to_owned() }).peekable();
    while let Some(line) = lines.next() {
        let is_fence = is_markdown && line.starts_with("```");
        in_code ^= is_fence;
        let is_table_head = line.starts_with("|-") || lines.peek().is_some_and(|next| next.starts_with("|-"));
        let is_left_out =
            in_code || is_fence || (is_markdown && (is_table_head || line.starts_with(['#', '<'])));
        let is_item = line.starts_with(['|', '-', '*', '>']);
        if line.is_empty() || is_left_out || is_item || paragraph.len() > PASSAGE {
            let text = plain(&std::mem::take(&mut paragraph));
            passages.extend((!text.is_empty()).then(|| Passage { file: file.to_owned(), text }));
        }
        if !is_left_out {
            paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
            paragraph.push_str(&line);
        }
    }
    passages
}

/// Without the marks of lists, tables, links and bold print.
fn plain(markdown: &str) -> String {
    let cells: Vec<_> = markdown.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '-'])).collect();
    let mut text = cells.join(": ").replace("**", "").trim_start_matches(['*', '>', ' ']).to_owned();
    // `[text](target)` becomes `text`
    while let Some(middle) = text.find("](") {
        let (Some(start), Some(end)) = (text[..middle].rfind('['), text[middle..].find(')')) else { break };
        text.replace_range(middle..=middle + end, "");
        text.remove(start);
    }
    text
}

/// The words that a text is found by. Plurals count as singulars.
pub(crate) fn terms(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let words = words.filter(|word| word.len() > 2 && !EMPTY.contains(&word.as_str()));
    words.map(|word| match word.strip_suffix('s') {
        Some(singular) if singular.len() > 2 && !singular.ends_with('s') => singular.to_owned(),
        _ => word,
    })
}

/// A word of a question, and how much it says.
#[derive(Clone, Serialize)]
pub(crate) struct Term {
    pub(crate) word: String,
    pub(crate) weight: f64,
}

/// The sentence with most of the question in it, if that is half of it. Code is no sentence.
#[traceable(run_type = "tool")]
pub(crate) fn pick_sentence(query: &[Term], text: &str) -> Option<String> {
    let is_prose = |sentence: &&str| {
        let marks = sentence.chars().filter(|c| !c.is_alphanumeric() && !" ,.:'`".contains(*c)).count();
        (30..300).contains(&sentence.len()) && marks * 12 < sentence.len() && !sentence.ends_with(':')
    };
    let known = |sentence: &str| -> f64 {
        let words: HashSet<String> = terms(sentence).collect();
        query.iter().filter(|term| words.contains(&term.word)).map(|term| term.weight).sum()
    };
    let whole: f64 = query.iter().map(|term| term.weight).sum();
    text.split_inclusive(". ")
        .map(str::trim)
        .filter(is_prose)
        .filter(|sentence| known(sentence) > 0.0 && known(sentence) >= whole / 2.0)
        .max_by(|a, b| known(a).total_cmp(&known(b)))
        .map(str::to_owned)
}
