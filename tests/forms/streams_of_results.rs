//! Streams of `Result`s, as the clients of models return them: hooks see the items that are no errors.

use std::fmt;

use futures::{stream, Stream, StreamExt, TryStream, TryStreamExt};
use traceable::testing::Recorder;
use traceable::traceable;

use crate::support::{record, record_async};

/// An error as clients have it: it is no `Clone`, no `Serialize`.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection broke")
    }
}

impl std::error::Error for Broken {}

type Chunk<T> = Result<T, Broken>;

fn answer(breaks: bool) -> Vec<Chunk<String>> {
    let mut chunks = vec![Ok("Hel".to_owned()), Ok("lo".to_owned())];
    if breaks {
        chunks.push(Err(Broken));
    }
    chunks
}

fn concat(chunks: &[String]) -> String {
    chunks.concat()
}

#[traceable(reduce = concat)]
fn reduced(breaks: bool) -> impl Stream<Item = Result<String, Broken>> {
    stream::iter(answer(breaks))
}

#[traceable(reduce = concat)]
fn aliased(breaks: bool) -> impl Stream<Item = Chunk<String>> {
    stream::iter(answer(breaks))
}

#[traceable(reduce = |chunks| chunks.concat())]
fn tried(breaks: bool) -> impl TryStream<Ok = String, Error = Broken, Item = Result<String, Broken>> {
    stream::iter(answer(breaks))
}

#[traceable(reduce = |sizes| sizes.iter().sum::<usize>(), process_chunk = String::len)]
fn measured(breaks: bool) -> impl Iterator<Item = Result<String, Broken>> {
    answer(breaks).into_iter()
}

#[traceable(process_chunk = |chunk| chunk.to_uppercase())]
fn shouted(breaks: bool) -> impl Iterator<Item = Chunk<String>> {
    answer(breaks).into_iter()
}

#[traceable(aggregate(String::new(), |whole, chunk| whole.push_str(chunk)))]
fn folded(breaks: bool) -> impl Stream<Item = Chunk<String>> {
    stream::iter(answer(breaks))
}

#[traceable(aggregate(String::new(), String::push_str))]
async fn awaited(breaks: bool) -> Result<impl Stream<Item = Chunk<String>>, Broken> {
    Ok(stream::iter(answer(breaks)))
}

/// The outputs of the only run; its error is what it should be.
fn outputs(recorder: &Recorder, breaks: bool) -> serde_json::Value {
    let [run] = &recorder.runs()[..] else { panic!("one run") };
    let error = run.error.as_deref();
    assert_eq!(
        error.is_some_and(|error| error.contains("the connection broke")),
        breaks,
        "{}: {error:?}",
        run.name
    );
    assert!(run.metadata.get("items_not_recorded").is_none(), "{}", run.name);
    run.outputs["output"].clone()
}

#[test]
fn hooks_see_the_items_that_are_no_errors() {
    for breaks in [false, true] {
        let (_, recorder) = record_async(|| reduced(breaks).collect::<Vec<_>>());
        assert_eq!(outputs(&recorder, breaks), "Hello");
        let (_, recorder) = record_async(|| aliased(breaks).collect::<Vec<_>>());
        assert_eq!(outputs(&recorder, breaks), "Hello");
        let (_, recorder) = record_async(|| tried(breaks).into_stream().collect::<Vec<_>>());
        assert_eq!(outputs(&recorder, breaks), "Hello");
        let (_, recorder) = record_async(|| folded(breaks).collect::<Vec<_>>());
        assert_eq!(outputs(&recorder, breaks), "Hello");
        let (_, recorder) =
            record_async(
                || async move { awaited(breaks).await.expect("a stream").collect::<Vec<_>>().await },
            );
        assert_eq!(outputs(&recorder, breaks), "Hello");
        let (_, recorder) = record(|| measured(breaks).count());
        assert_eq!(outputs(&recorder, breaks), 5);
        let (_, recorder) = record(|| shouted(breaks).count());
        assert_eq!(outputs(&recorder, breaks), serde_json::json!(["HEL", "LO"]));
    }
}

#[test]
fn errors_between_items_are_no_items() {
    #[traceable(reduce = |numbers| numbers.len())]
    fn bumpy() -> impl Iterator<Item = Result<u8, Broken>> {
        [Ok(1), Err(Broken), Ok(2)].into_iter()
    }
    let (_, recorder) = record(|| bumpy().count());
    assert_eq!(outputs(&recorder, false), 2);
}
