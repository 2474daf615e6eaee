//! Answers a question: searches in tasks, streams an answer, and has it verified by another thread.

use std::error::Error;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, thread};

use futures::{Stream, StreamExt};
use tokio::sync::{mpsc, oneshot};
use traceable::prelude::*;

use crate::index::{self, Hit, Index, SHARDS};
use crate::load::{self, Source};
use crate::passages::{self, Term};

/// Passages that an answer is made of.
const PASSAGES: usize = 4;

/// An answer, and how it came about.
#[derive(Default, serde::Serialize)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) passages: usize,
    pub(crate) refusals: usize,
    pub(crate) quotes: usize,
    pub(crate) verified: usize,
}

/// Answers a question from an index, and writes the answer out as it comes.
#[traceable(skip(index, verifier, out))]
pub(crate) async fn answer_question(
    question: String,
    index: Arc<Index>,
    verifier: mpsc::Sender<Job>,
    out: &mut impl Write,
    #[run_tree] rt: RunTree, // filled in by the attribute: callers do not pass it
) -> Result<Answer, Box<dyn Error>> {
    let query = index.query(&question);

    // The calls are made here and polled by other tasks: they are children of this run all the same.
    let search = |shard| tokio::spawn(index::search_shard(Arc::clone(&index), shard, query.clone()));
    let searches: Vec<_> = (0..SHARDS).map(search).collect();
    let mut hits = Vec::new();
    for search in searches {
        hits.extend(search.await?);
    }
    hits.retain(|hit: &Hit| !hit.passage.text.contains(&question)); // repeating the question answers nothing
    index::best_first(&mut hits);
    hits.truncate(PASSAGES);
    let enough = hits.first().map_or(0.0, |best| best.score * 0.6);
    hits.retain(|hit| hit.score >= enough);
    hits.sort_by_key(|hit| hit.place); // an answer reads as its source does
    let mut answer = Answer { passages: hits.len(), ..Answer::default() };

    // Each attempt is a run of its own: one that was refused stays visible, with its error.
    let quota = Quota::used_up();
    let tokens = loop {
        match generate(query.clone(), hits.clone(), &quota).await {
            Ok(tokens) => break tokens,
            Err(refused) => tokio::time::sleep(refused.retry_after).await,
        }
        answer.refusals += 1;
    };
    let mut tokens = std::pin::pin!(tokens);
    while let Some(token) = tokens.next().await {
        answer.text.push_str(&token);
        out.write_all(token.as_bytes())?;
        out.flush()?;
    }

    let (reply, verified) = oneshot::channel();
    verifier.send(Job { run: rt, text: answer.text.clone(), reply }).await?;
    (answer.verified, answer.quotes) = verified.await?;
    Ok(answer)
}

/// Stands for a language model: says the best sentence of each passage, word by word.
///
/// The run begins with the call and ends after the last word. What the stream calls in between is below it; what its
/// consumer does between two words is not.
#[traceable(run_type = "llm", reduce = concat, skip(quota), metadata(ls_model_name = "extractive"))]
async fn generate(
    query: Vec<Term>,
    hits: Vec<Hit>,
    quota: &Quota,
) -> Result<impl Stream<Item = String>, Refused> {
    quota.take()?;
    Ok(async_stream::stream! {
        for hit in &hits {
            let Some(sentence) = passages::pick_sentence(&query, &hit.passage.text) else { continue };
            for word in sentence.split_inclusive(' ') {
                yield word.to_owned();
            }
            yield format!(" [{}]\n", hit.passage.file);
        }
    })
}

/// What the trace keeps of the stream: the text instead of its words.
fn concat(words: &[String]) -> String {
    words.concat()
}

/// Work for the verifier. Its thread is older than the call it works for and cannot inherit a context, so the run
/// travels with the job.
pub(crate) struct Job {
    run: RunTree,
    text: String,
    reply: oneshot::Sender<(usize, usize)>,
}

pub(crate) fn start_verifier(source: Source) -> mpsc::Sender<Job> {
    let (jobs, mut queue) = mpsc::channel::<Job>(1);
    thread::spawn(move || {
        while let Some(Job { run, text, reply }) = queue.blocking_recv() {
            let extra = Extra::new().parent(&run).tag("verifier");
            // an error means that nobody waits for the result any more
            let _ = reply.send(extra.call(|| verify_quotes(&source, &text)));
        }
    });
    jobs
}

/// Looks for each quote in its file. Returns how many are there, of how many.
#[traceable(skip(source))]
fn verify_quotes(source: &Source, text: &str) -> (usize, usize) {
    let quotes: Vec<_> = text.lines().filter_map(|line| line.strip_suffix(']')?.rsplit_once(" [")).collect();
    let is_there = |(sentence, file): &&(&str, &str)| {
        let text = load::read_file(source.folder(), file);
        text.is_ok_and(|text| {
            passages::split(file, &text).iter().any(|passage| passage.text.contains(sentence))
        })
    };
    (quotes.iter().filter(is_there).count(), quotes.len())
}

/// Lets a call through every 20 ms, and is used up to begin with, as if others had just called.
struct Quota(Mutex<Instant>);

#[derive(Debug)]
struct Refused {
    retry_after: Duration,
}

impl Quota {
    const INTERVAL: Duration = Duration::from_millis(20);

    fn used_up() -> Quota {
        Quota(Mutex::new(Instant::now() + Quota::INTERVAL))
    }

    fn take(&self) -> Result<(), Refused> {
        let mut free_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let retry_after = free_at.saturating_duration_since(Instant::now());
        if !retry_after.is_zero() {
            return Err(Refused { retry_after });
        }
        *free_at = Instant::now() + Quota::INTERVAL;
        Ok(())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "429 Too Many Requests: try again in {} ms", self.retry_after.as_millis() + 1)
    }
}

impl Error for Refused {}
