//! A search index over passages (BM25), built by a pool of threads.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use traceable::ContextThreadPool;
use traceable::prelude::*;

use crate::load::{self, Corpus, Source};
use crate::passages::{self, Passage, Term};

/// Passages that one run embeds: a run for each would cost more than the work.
pub(crate) const BATCH: usize = 128;
/// Parts of the index that are searched at the same time.
pub(crate) const SHARDS: usize = 4;
/// Hits of a shard.
const HITS: usize = 3;

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
    /// Which passage of the index.
    pub(crate) place: usize,
}

/// Loads files and indexes them.
#[traceable(skip_all, inputs(source = source.name()), process_outputs = summary)]
pub(crate) fn build_index(source: &Source, one_more: PathBuf) -> Result<Index, Box<dyn Error>> {
    let corpus = load::load_files(source, one_more)?;
    let passages: Vec<_> = corpus.files.iter().flat_map(|(name, text)| passages::split(name, text)).collect();

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
        passages::terms(&passage.text).for_each(|term| *vector.entry(term).or_default() += 1);
    }
    vectors
}

/// The best passages of a part of the index. A task of its own polls it, so it owns what it uses.
#[traceable(run_type = "retriever", skip(index), metadata(ranking = "bm25"))]
pub(crate) async fn search_shard(index: Arc<Index>, shard: usize, query: Vec<Term>) -> Vec<Hit> {
    let places = (shard..index.passages.len()).step_by(SHARDS);
    let scored = places.map(|place| (place, index.score(place, &query))).filter(|(_, score)| *score > 0.0);
    let mut hits: Vec<_> =
        scored.map(|(place, score)| Hit { passage: index.passages[place].clone(), score, place }).collect();
    best_first(&mut hits);
    hits.truncate(HITS);
    hits
}

pub(crate) fn best_first(hits: &mut [Hit]) {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
}

impl Index {
    /// The terms of a question, each with its weight: rare ones say more.
    pub(crate) fn query(&self, question: &str) -> Vec<Term> {
        let weigh = |word: String| {
            let frequency = f64::from(self.frequency.get(&word).copied().unwrap_or(0));
            let weight = (1.0 + (self.terms.len() as f64 - frequency + 0.5) / (frequency + 0.5)).ln();
            Term { word, weight }
        };
        passages::terms(question).map(weigh).collect()
    }

    /// BM25: what a passage repeats counts less and less, and a long one has to say more.
    fn score(&self, place: usize, query: &[Term]) -> f64 {
        let length = self.passages[place].text.len() as f64 / 300.0;
        let weigh = |term: &Term| {
            let count = f64::from(*self.terms[place].get(&term.word)?);
            Some(term.weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length)))
        };
        query.iter().filter_map(weigh).sum()
    }
}
