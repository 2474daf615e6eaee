//! A search index over passages (BM25), built by a pool of threads.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use traceable::ContextThreadPool;
use traceable::prelude::*;

use crate::load::{self, Corpus, Passage};

/// Passages that one run embeds: a run for each would cost more than the work.
pub(crate) const BATCH: usize = 256;
/// Parts of the index that are searched at the same time.
pub(crate) const SHARDS: usize = 4;
/// Hits of a shard.
const HITS: usize = 3;
/// Words that say nothing about what a text is about.
const EMPTY: [&str; 16] = [
    "the", "and", "are", "does", "how", "what", "why", "who", "when", "where", "which", "for", "from",
    "this", "that", "with",
];

/// How often each term occurs: a sparse vector.
type Terms = HashMap<String, u32>;

pub(crate) struct Index {
    pub(crate) corpus: Corpus,
    pub(crate) passages: Vec<Passage>,
    /// Of each passage.
    terms: Vec<Terms>,
    /// In how many passages each term occurs.
    frequency: Terms,
}

#[derive(Clone, Serialize)]
pub(crate) struct Hit {
    #[serde(flatten)]
    pub(crate) passage: Passage,
    pub(crate) score: f64,
}

/// Loads a folder and indexes it.
#[traceable(process_outputs = summary)]
pub(crate) fn build_index(folder: &str, one_more: PathBuf) -> Result<Index, Box<dyn Error>> {
    let corpus = load::load_folder(folder, one_more)?;
    let passages: Vec<_> = corpus.files.iter().flat_map(|(name, text)| load::split(name, text)).collect();

    // The pool's threads have no context of their own. It lends them ours, so each `embed` is a child of this run.
    let pool = ContextThreadPool::new(0)?;
    let terms = pool.map(passages.chunks(BATCH), embed).concat();

    let mut frequency = Terms::new();
    for term in terms.iter().flat_map(HashMap::keys) {
        *frequency.entry(term.clone()).or_default() += 1;
    }
    Ok(Index { corpus, passages, terms, frequency })
}

fn summary(index: &Index) -> serde_json::Value {
    serde_json::json!({"passages": index.passages.len(), "terms": index.frequency.len()})
}

/// Counts the terms of some passages.
#[traceable(run_type = "embedding", skip_all, inputs(passages = batch.len()), process_outputs = Vec::len)]
fn embed(batch: &[Passage]) -> Vec<Terms> {
    let mut vectors = vec![Terms::new(); batch.len()];
    for (passage, vector) in batch.iter().zip(&mut vectors) {
        terms(&passage.text).for_each(|term| *vector.entry(term).or_default() += 1);
    }
    vectors
}

pub(crate) fn terms(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| word.len() > 2 && !EMPTY.contains(&word.as_str()))
}

/// The best passages of a part of the index. A task of its own polls it, so it owns what it uses.
#[traceable(run_type = "retriever", skip(index), metadata(ranking = "bm25"))]
pub(crate) async fn search_shard(index: Arc<Index>, shard: usize, query: Vec<String>) -> Vec<Hit> {
    let places = (shard..index.passages.len()).step_by(SHARDS);
    let scored = places.map(|place| (place, index.score(place, &query))).filter(|(_, score)| *score > 0.0);
    let mut hits: Vec<_> =
        scored.map(|(place, score)| Hit { passage: index.passages[place].clone(), score }).collect();
    best_first(&mut hits);
    hits.truncate(HITS);
    hits
}

pub(crate) fn best_first(hits: &mut [Hit]) {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
}

impl Index {
    /// BM25: rare terms count more, repeated ones less and less, and a long passage has to say more.
    fn score(&self, place: usize, query: &[String]) -> f64 {
        let length = self.passages[place].text.len() as f64 / 300.0;
        let weigh = |term: &String| {
            let count = f64::from(*self.terms[place].get(term)?);
            let frequency = f64::from(*self.frequency.get(term)?);
            let rarity = (1.0 + (self.terms.len() as f64 - frequency + 0.5) / (frequency + 0.5)).ln();
            Some(rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length)))
        };
        query.iter().filter_map(weigh).sum()
    }
}
