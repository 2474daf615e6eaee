//! Functions that return streams and iterators.

use std::iter::FusedIterator;
use std::pin::Pin;

use futures::stream::{BoxStream, LocalBoxStream, Stream, StreamExt, TryStream, TryStreamExt};
use traceable::testing::Status;
use traceable::{assert_tree, traceable};

use crate::support::{line, only, record, record_async};

#[traceable]
fn words(text: &str) -> impl Stream<Item = String> + use<> {
    let text = text.to_owned();
    async_stream::stream! {
        for word in text.split(' ') {
            yield word.to_owned();
        }
    }
}

#[traceable]
fn boxed(text: String) -> BoxStream<'static, String> {
    words(&text).boxed()
}

#[traceable]
fn local(text: &str) -> LocalBoxStream<'_, &str> {
    futures::stream::iter(text.split(' ')).boxed_local()
}

#[traceable]
fn pinned(text: &str) -> Pin<Box<dyn Stream<Item = String> + Send + '_>> {
    words(text).boxed()
}

#[traceable]
fn tried(fails: bool) -> impl TryStream<Ok = u8, Error = String, Item = Result<u8, String>> {
    futures::stream::iter(if fails { vec![Ok(1), Err("no".to_owned())] } else { vec![Ok(1), Ok(2)] })
}

#[traceable]
fn checked(text: &str) -> Result<impl Stream<Item = String>, String> {
    if text.is_empty() {
        Err("empty".to_owned())
    } else {
        Ok(words(text))
    }
}

#[traceable]
async fn later(text: &str) -> impl Stream<Item = String> {
    words(text)
}

#[traceable]
async fn later_checked(text: &str) -> Result<impl Stream<Item = String>, String> {
    if text.is_empty() {
        Err("empty".to_owned())
    } else {
        Ok(words(text))
    }
}

#[traceable]
async fn later_boxed(text: &str) -> Option<BoxStream<'_, String>> {
    if text.is_empty() {
        None
    } else {
        Some(words(text).boxed())
    }
}

#[traceable]
fn count(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

#[traceable]
fn two_ended(
    text: &'static str,
) -> impl DoubleEndedIterator<Item = u8> + ExactSizeIterator + FusedIterator + use<> {
    text.bytes()
}

#[traceable]
fn dynamic<'a>(items: &'a [u8]) -> Box<dyn Iterator<Item = &'a u8> + 'a> {
    Box::new(items.iter())
}

#[traceable]
fn inferred() -> impl Iterator<Item = Vec<u8>> {
    std::iter::empty()
}

type Hidden = Pin<Box<dyn Stream<Item = u8> + Send>>;
type HiddenIter = Box<dyn Iterator<Item = Result<u8, String>>>;

#[traceable(stream)]
fn aliased() -> Hidden {
    futures::stream::iter([1, 2]).boxed()
}

#[traceable(iter)]
fn aliased_in_result() -> Result<HiddenIter, String> {
    Ok(Box::new([Ok(1), Err("no".to_owned())].into_iter()))
}

fn concat(items: &[String]) -> String {
    items.concat()
}

#[traceable(reduce = concat)]
fn reduced(text: &str) -> impl Stream<Item = String> {
    words(text)
}

#[traceable(reduce = |lengths| lengths.iter().sum::<usize>(), process_chunk = |word| word.len())]
fn reduced_chunks(text: &str) -> impl Stream<Item = String> {
    words(text)
}

#[traceable(process_chunk = String::len)]
fn chunks(text: &str) -> impl Stream<Item = String> {
    words(text)
}

#[traceable(aggregate(0, |sum: &mut u32, x| *sum += u32::from(*x)))]
fn aggregated(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

#[traceable(skip_output)]
fn silent(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

#[test]
fn streams() {
    let (items, recorder) = record_async(|| words("a b").collect::<Vec<_>>());
    assert_eq!(items, ["a", "b"]);
    assert_eq!(only(&recorder), r#"{"text":"a b"} -> {"output":["a","b"]}"#);

    let (_, recorder) = record_async(|| boxed("a b".to_owned()).collect::<Vec<_>>());
    assert_eq!(line(&recorder.run("boxed")), r#"{"text":"a b"} -> {"output":["a","b"]}"#);
    let (_, recorder) = record_async(|| local("a b").collect::<Vec<_>>());
    assert_eq!(only(&recorder), r#"{"text":"a b"} -> {"output":["a","b"]}"#);
    let (_, recorder) = record_async(|| pinned("a b").collect::<Vec<_>>());
    assert_eq!(line(&recorder.run("pinned")), r#"{"text":"a b"} -> {"output":["a","b"]}"#);
    let (_, recorder) = record_async(|| aliased().collect::<Vec<_>>());
    assert_eq!(only(&recorder), r#"{} -> {"output":[1,2]}"#);
}

#[test]
fn err_items() {
    let (_, recorder) = record_async(|| tried(false).try_collect::<Vec<_>>());
    assert_eq!(only(&recorder), r#"{"fails":false} -> {"output":[1,2]}"#);
    let (_, recorder) = record_async(|| tried(true).try_collect::<Vec<_>>());
    assert_eq!(only(&recorder), r#"{"fails":true} -> error: no"#);
    let (_, recorder) = record(|| aliased_in_result().map(Iterator::count));
    assert_eq!(only(&recorder), "{} -> error: no");
}

#[test]
fn a_stream_behind_a_result_a_future_or_both() {
    assert_eq!(only(&record(|| checked("").map(|_| ())).1), r#"{"text":""} -> error: empty"#);
    let collect = |recorder: &traceable::testing::Recorder, name| line(&recorder.run(name));
    let expected = r#"{"text":"a b"} -> {"output":["a","b"]}"#;

    let (_, recorder) = record_async(|| checked("a b").unwrap().collect::<Vec<_>>());
    assert_eq!(collect(&recorder, "checked"), expected);
    let (_, recorder) = record_async(|| async { later("a b").await.collect::<Vec<_>>().await });
    assert_eq!(collect(&recorder, "later"), expected);
    let (_, recorder) =
        record_async(|| async { later_checked("a b").await.unwrap().collect::<Vec<_>>().await });
    assert_eq!(collect(&recorder, "later_checked"), expected);
    assert_eq!(recorder.runs().len(), 2);
    let (_, recorder) =
        record_async(|| async { later_boxed("a b").await.unwrap().collect::<Vec<_>>().await });
    assert_eq!(collect(&recorder, "later_boxed"), expected);

    let (_, recorder) = record_async(|| async { later_checked("").await.map(|_| ()) });
    assert_eq!(only(&recorder), r#"{"text":""} -> error: empty"#);
    let (_, recorder) = record_async(|| async { later_boxed("").await.is_none() });
    assert_eq!(only(&recorder), r#"{"text":""} -> {"output":null}"#);
}

#[test]
fn iterators() {
    assert_eq!(only(&record(|| count(3).collect::<Vec<_>>()).1), r#"{"n":3} -> {"output":[0,1,2]}"#);
    assert_eq!(only(&record(|| dynamic(&[1]).count()).1), r#"{"items":[1]} -> {"output":[1]}"#);
    assert_eq!(record(|| inferred().count()).0, 0);
    let (items, _) = record(|| {
        let mut items = two_ended("abc");
        assert_eq!(items.len(), 3);
        items.next_back().into_iter().chain(items).collect::<Vec<_>>()
    });
    assert_eq!(items, b"cab");
}

#[test]
fn left_early() {
    let (_, recorder) = record(|| count(3).next());
    assert_eq!(recorder.run("count").status(), Status::Dropped);
    assert_eq!(only(&recorder), r#"{"n":3} -> {"output":[0]}"#);
}

#[test]
fn what_is_called_inside_nests() {
    #[traceable]
    fn leaf(x: u8) -> u8 {
        x
    }
    #[traceable]
    fn lazily(n: u8) -> impl Iterator<Item = u8> {
        leaf(9);
        (0..n).map(leaf)
    }
    let (_, recorder) = record(|| lazily(2).count());
    assert_tree!(recorder.forest(), "lazily > (leaf, leaf, leaf)");
}

#[test]
fn items_made_into_one_output() {
    let (_, recorder) = record_async(|| reduced("a b").collect::<Vec<_>>());
    assert_eq!(line(&recorder.run("reduced")), r#"{"text":"a b"} -> {"output":"ab"}"#);
    let (_, recorder) = record_async(|| reduced_chunks("aa b").collect::<Vec<_>>());
    assert_eq!(line(&recorder.run("reduced_chunks")), r#"{"text":"aa b"} -> {"output":3}"#);
    let (_, recorder) = record_async(|| chunks("aa b").collect::<Vec<_>>());
    assert_eq!(line(&recorder.run("chunks")), r#"{"text":"aa b"} -> {"output":[2,1]}"#);
    assert_eq!(only(&record(|| aggregated(4).count()).1), r#"{"n":4} -> {"output":6}"#);
    let (_, recorder) = record(|| silent(2).count());
    assert!(!recorder.run("silent").outputs.to_string().contains('1'));
}

#[test]
fn what_is_jumped_over_is_an_item_too() {
    let (_, recorder) = record(|| count(4).nth(2));
    assert_eq!(only(&recorder), r#"{"n":4} -> {"output":[0,1,2]}"#);
}

#[test]
fn what_a_fold_calls_is_not_under_the_iterator() {
    #[traceable]
    fn leaf(x: u8) -> u8 {
        x
    }
    let (_, recorder) = record(|| traceable::trace("top").scope(|_| count(2).map(leaf).sum::<u8>()));
    assert_tree!(recorder.forest(), "top > (count, leaf, leaf)");
}

#[test]
fn items_without_end_are_kept_up_to_a_cap_and_counted() {
    #[traceable]
    fn many(n: usize, text: String) -> impl Iterator<Item = String> {
        (0..n).map(move |_| text.clone())
    }
    let kept = |n, text: String| {
        let (count, recorder) = record(|| many(n, text.clone()).count());
        assert_eq!(count, n);
        let run = recorder.run("many");
        let kept = run.outputs["output"].as_array().unwrap().len();
        (kept, run.metadata.get("items_not_recorded").map_or(0, |n| n.as_u64().unwrap()))
    };
    assert_eq!(kept(10_000, String::new()), (10_000, 0));
    assert_eq!(kept(12_345, String::new()), (10_000, 2_345));
    // a mebibyte at most
    let (few, rest) = kept(20, "x".repeat(100_000));
    assert_eq!((few, rest), (10, 10));
    #[traceable(reduce = |items| items.len())]
    fn reduced(n: u32) -> impl Iterator<Item = u32> {
        0..n
    }
    let (_, recorder) = record(|| reduced(10_001).count());
    let run = recorder.run("reduced");
    assert_eq!(run.outputs["output"], 10_000);
    assert_eq!(run.metadata["items_not_recorded"], 1);
    let (_, recorder) = record(|| silent(3).count());
    assert_eq!(recorder.run("silent").metadata["items_not_recorded"], 3);
}
