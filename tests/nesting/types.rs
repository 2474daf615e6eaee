//! Every shape of a function that has a future for its body, and the types of what it returns.

use std::pin::Pin;
use std::rc::Rc;

use futures::future::{BoxFuture, FutureExt as _};
use tokio::task::LocalSet;
use traceable::prelude::*;
use traceable::trace;

use crate::support::{child, leaf, on_both_runtimes};

#[traceable]
fn opaque(x: i32) -> impl Future<Output = i32> + Send {
    let prepared = leaf(x);
    async move { child(prepared).await }
}

#[traceable]
fn boxed(x: i32) -> BoxFuture<'static, i32> {
    let prepared = leaf(x);
    let body = async move { child(prepared).await };
    body.boxed()
}

#[traceable]
fn pinned<'a>(x: &'a i32) -> Pin<Box<dyn Future<Output = i32> + Send + 'a>> {
    let prepared = leaf(*x);
    let body = async move { child(prepared).await };
    Box::pin(body)
}

type Reply = Pin<Box<dyn Future<Output = i32> + Send>>;

#[traceable(future)]
fn aliased(x: i32) -> Reply {
    let prepared = leaf(x);
    Box::pin(async move { child(prepared).await })
}

#[test]
fn what_a_function_does_at_once_and_what_its_future_does_later_are_under_one_run() {
    let shapes = ["opaque", "boxed", "pinned", "aliased"].map(|name| format!("{name} > (leaf, child)"));
    on_both_runtimes(&format!("top > ({})", shapes.join(", ")), async || {
        let top = trace("top").future(|_| async {
            assert_eq!(opaque(1).await, 1);
            assert_eq!(tokio::spawn(boxed(2)).await.unwrap(), 2);
            assert_eq!(pinned(&3).await, 3);
            let later = aliased(4);
            assert_eq!(tokio::spawn(later).await.unwrap(), 4);
        });
        top.await;
    });
}

#[async_trait::async_trait]
trait Tool: Send + Sync {
    async fn run(&self, x: i32) -> i32;

    #[traceable]
    async fn by_default(&self, x: i32) -> i32 {
        self.run(x).await
    }
}

struct Search;

#[async_trait::async_trait]
impl Tool for Search {
    #[traceable(name = "Search::run")]
    async fn run(&self, x: i32) -> i32 {
        child(x).await
    }
}

/// The attribute behind the other macro's work: it sees a function that returns a box.
struct ByHand;

impl Tool for ByHand {
    #[traceable(name = "ByHand::run")]
    fn run<'a: 'b, 'b>(&'a self, x: i32) -> Pin<Box<dyn Future<Output = i32> + Send + 'b>>
    where
        Self: 'b,
    {
        Box::pin(async move { child(x).await })
    }
}

#[test]
fn methods_behind_async_trait_are_open_as_long_as_they_run() {
    on_both_runtimes(
        "top > (by_default > Search::run > child, by_default > ByHand::run > child, Search::run > child)",
        async || {
            let top = trace("top").future(|_| async {
                let tools: [Box<dyn Tool>; 2] = [Box::new(Search), Box::new(ByHand)];
                for tool in &tools {
                    assert_eq!(tool.by_default(1).await, 1);
                }
                let [search, _] = tools;
                assert_eq!(
                    tokio::spawn(async move { search.run(2).await }.in_current_run()).await.unwrap(),
                    2
                );
            });
            top.await;
        },
    );
}

#[traceable]
async fn borrows<'a>(text: &'a str, more: &str) -> &'a str {
    child(more.len() as i32).await;
    text
}

#[traceable(skip_all)]
async fn generic<T: Send + serde::Serialize>(value: T) -> T {
    leaf(1);
    value
}

#[traceable(skip_all)]
async fn stays(shared: Rc<i32>) -> i32 {
    child(*shared).await
}

#[test]
fn a_call_may_borrow_its_arguments_and_is_sent_if_its_body_may_be() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    fn is_static<T: 'static>(value: T) -> T {
        value
    }
    on_both_runtimes("top > (borrows > child, generic > leaf, stays > child, generic > leaf)", async || {
        let top = trace("top").future(|_| async {
            let text = String::from("text");
            {
                let more = String::from("more");
                assert_eq!(is_send(borrows(&text, &more)).await, "text");
            }
            assert_eq!(is_send(generic(text.as_str())).await, "text");
            let local = LocalSet::new();
            let stays = local.run_until(async { tokio::task::spawn_local(stays(Rc::new(5))).await.unwrap() });
            assert_eq!(stays.await, 5);
            assert_eq!(tokio::spawn(is_static(is_send(generic(6)))).await.unwrap(), 6);
        });
        top.await;
    });
}

#[test]
fn the_future_of_a_call_grows_by_a_few_words() {
    async fn plain(buffer: [u8; 4096]) -> usize {
        tokio::task::yield_now().await;
        buffer.len()
    }
    #[traceable(skip_all)]
    async fn traced(buffer: [u8; 4096]) -> usize {
        tokio::task::yield_now().await;
        buffer.len()
    }
    let (plain, traced) = (plain([0; 4096]), traced([0; 4096]));
    let grown = size_of_val(&traced).saturating_sub(size_of_val(&plain));
    assert!(grown <= 128, "{grown} bytes");
}
