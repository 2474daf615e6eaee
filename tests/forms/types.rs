//! Return types that hide something, and files.

use std::fmt::{Debug, Display};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures::future::FusedFuture;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _, TryFuture, TryStream, TryStreamExt as _};
use serde::Serialize;
use traceable::{traceable, Attachment};

use crate::support::{only, record, record_async};

#[traceable]
fn boxed(n: u8) -> Box<dyn Iterator<Item = impl Display + Serialize>> {
    Box::new(0..n)
}

#[traceable]
async fn boxed_later(n: u8) -> Box<dyn Iterator<Item = impl Display + Serialize> + Send> {
    Box::new(0..n)
}

#[traceable]
fn pinned(n: u8) -> Pin<Box<dyn Future<Output = impl Serialize + use<>>>> {
    Box::pin(async move { n })
}

#[traceable]
fn boxed_stream(n: u8) -> BoxStream<'static, impl Serialize + use<>> {
    futures::stream::iter(0..n).boxed()
}

#[test]
fn impl_trait_inside_a_box() {
    let (shown, recorder) = record(|| boxed(2).map(|x| x.to_string()).collect::<String>());
    assert_eq!((shown.as_str(), only(&recorder).as_str()), ("01", r#"{"n":2} -> {"output":[0,1]}"#));
    let (_, recorder) = record_async(|| async { boxed_later(1).await.count() });
    assert_eq!(only(&recorder), r#"{"n":1} -> {"output":[0]}"#);
    let (_, recorder) = record_async(|| async { drop(pinned(1).await) });
    assert_eq!(only(&recorder), r#"{"n":1} -> {"output":1}"#);
    assert_eq!(only(&record_async(|| boxed_stream(1).count()).1), r#"{"n":1} -> {"output":[0]}"#);
}

#[traceable]
fn fallible(n: u8) -> impl TryStream<Ok = u8, Error = String> {
    async_stream::stream! {
        yield Ok(n);
        yield Err("lost".into());
    }
}

#[traceable]
async fn fallible_later(n: u8) -> Result<impl TryStream<Ok = u8, Error = String> + Send, String> {
    Ok(futures::stream::iter((0..n).map(Ok)))
}

#[traceable]
#[allow(clippy::implied_bounds_in_impls, reason = "this is what is tested")]
fn said_twice(n: u8) -> impl Stream<Item = Result<u8, String>> + TryStream<Ok = u8, Error = String> {
    async_stream::try_stream! { yield n; }
}

#[traceable]
fn fallible_future(n: u8) -> impl TryFuture<Ok = u8, Error = String> {
    async move {
        if n > 3 {
            Err("big".into())
        } else {
            Ok(n)
        }
    }
}

#[test]
fn ok_and_error_are_the_item() {
    let (all, recorder) = record_async(|| fallible(1).try_collect::<Vec<_>>());
    assert_eq!(all, Err("lost".to_owned()));
    assert_eq!(only(&recorder), r#"{"n":1} -> error: lost"#);
    let (_, recorder) = record_async(|| async { fallible_later(2).await?.try_collect::<Vec<_>>().await });
    assert_eq!(only(&recorder), r#"{"n":2} -> {"output":[0,1]}"#);
    let (_, recorder) = record_async(|| said_twice(2).try_collect::<Vec<_>>());
    assert_eq!(only(&recorder), r#"{"n":2} -> {"output":[2]}"#);
    let (_, recorder) = record_async(|| futures::TryFutureExt::into_future(fallible_future(4)));
    assert_eq!(only(&recorder), r#"{"n":4} -> error: big"#);
}

#[traceable]
fn shown_items(n: u8) -> impl Iterator<Item = u8> + Debug {
    0..n
}

#[traceable]
fn shown_stream(n: u8) -> impl Stream<Item = u8> + Debug {
    futures::stream::iter(0..n)
}

#[traceable]
fn shown_future(n: u8) -> impl Future<Output = u8> + Debug {
    std::future::ready(n)
}

#[traceable]
fn fused(n: u8) -> impl FusedFuture<Output = u8> {
    futures::FutureExt::fuse(std::future::ready(n))
}

#[test]
fn what_wrappers_hand_on() {
    assert_eq!(format!("{:?}", shown_items(2)), "0..2");
    assert_eq!(format!("{:?}", shown_stream(2)), format!("{:?}", futures::stream::iter(0..2u8)));
    assert_eq!(format!("{:?}", shown_future(2)), format!("{:?}", std::future::ready(2)));
    assert!(!fused(1).is_terminated());
}

/// A trait of the user's that is no iterator.
trait Numbers: Serialize {
    fn first(&self) -> u8;
}

impl Numbers for Vec<u8> {
    fn first(&self) -> u8 {
        self[0]
    }
}

#[traceable]
fn numbers(n: u8) -> Option<impl Numbers> {
    Some(vec![n])
}

#[test]
fn a_trait_of_the_users_is_a_value_unless_it_is_lazy() {
    let (first, recorder) = record(|| numbers(3).map(|numbers| numbers.first()));
    assert_eq!((first, only(&recorder).as_str()), (Some(3), r#"{"n":3} -> {"output":[3]}"#));
}

#[traceable(skip_output)]
fn closure(n: usize) -> impl Fn(&str) -> usize {
    move |text| text.len() + n
}

#[traceable(skip_output, metadata(text = text))]
fn generic_closure<'a, T: AsRef<str> + Serialize + 'a>(text: T) -> impl Fn(&str, &T) -> usize + 'a {
    move |first, second| first.len() + second.as_ref().len() + text.as_ref().len()
}

#[traceable(skip_output)]
fn changing() -> impl FnMut(&mut Vec<u8>) {
    |list| list.push(1)
}

#[traceable(skip_output)]
fn beside_a_value() -> (impl Fn(&str) -> usize, u8) {
    (|text| text.len(), 1)
}

#[traceable(skip_output)]
fn borrowing<'a>(first: &'a str) -> impl for<'b> Fn(&'b str) -> (&'a str, &'b str) {
    move |second| (first, second)
}

struct Maker<T>(T);

impl<T: Clone> Maker<T> {
    /// The types of a method may belong to the `impl`.
    #[traceable(skip_output)]
    fn closure(&self) -> impl Fn(&T) -> T + use<T> {
        |value: &T| value.clone()
    }
}

#[test]
fn closures_learn_their_types_from_the_return_type() {
    assert_eq!(record(|| closure(1)("ab")).0, 3);
    assert_eq!(record(|| generic_closure("a")("b", &"c")).0, 3);
    let (list, _) = record(|| {
        let mut list = vec![];
        changing()(&mut list);
        list
    });
    assert_eq!(list, [1]);
    assert_eq!(record(|| beside_a_value().0("ab")).0, 2);
    assert_eq!(record(|| borrowing("a")("b")).0, ("a", "b"));
    assert_eq!(record(|| Maker(1).closure()(&2)).0, 2);
}

#[traceable]
#[allow(clippy::too_many_arguments, reason = "each is a kind of parameter")]
fn files(
    #[attachment] none: Option<Attachment>,
    #[attachment] pages: Vec<Attachment>,
    #[attachment] slice: &[Attachment],
    #[attachment] one: &Attachment,
    #[attachment] some: Option<&Attachment>,
    #[attachment] shared: Arc<Attachment>,
    #[attachment] array: [Attachment; 1],
    #[attachment] nested: &Option<Vec<Attachment>>,
) -> usize {
    let _ = (none, one, some, shared, nested);
    pages.len() + slice.len() + array.len()
}

#[test]
fn files_come_alone_or_in_lists() {
    let file = || Attachment::new("image/png", vec![1]);
    let (_, recorder) = record(|| {
        files(
            None,
            vec![file(), file()],
            &[file()],
            &file(),
            Some(&file()),
            Arc::new(file()),
            [file()],
            &Some(vec![file()]),
        )
    });
    let names: Vec<_> = recorder.runs()[0].attachments.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, ["pages_0", "pages_1", "slice_0", "one", "some", "shared", "array_0", "nested_0"]);
}
