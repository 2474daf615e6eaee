//! Other attributes on the same function, above and below.

use std::future::Future;

use traceable::{assert_tree, traceable};

use crate::support::{only, record, record_async};

#[traceable]
async fn step(x: u8) -> u8 {
    tokio::task::yield_now().await;
    x
}

#[traceable]
#[tokio::main(flavor = "current_thread")]
async fn above_main(x: u8) -> u8 {
    step(x).await
}

#[tokio::main(flavor = "current_thread")]
#[traceable]
async fn below_main(x: u8) -> Result<u8, String> {
    if x == 0 {
        Err("zero".to_owned())
    } else {
        Ok(step(x).await)
    }
}

#[traceable]
#[tokio::test]
async fn above_test() {
    step(1).await;
}

#[tokio::test]
#[traceable]
async fn below_test() {
    step(1).await;
}

#[async_trait::async_trait]
trait Agent: Sync {
    async fn act(&mut self, x: u8) -> Result<u8, String>;

    #[traceable]
    async fn think(&self, x: u8) -> u8
    where
        Self: Sized,
    {
        step(x).await
    }
}

struct Robot;

#[async_trait::async_trait]
impl Agent for Robot {
    #[traceable]
    async fn act(&mut self, x: u8) -> Result<u8, String> {
        if x == 0 {
            Err("zero".to_owned())
        } else {
            Ok(self.think(x).await)
        }
    }
}

#[async_trait::async_trait(?Send)]
trait Local {
    async fn act(&self, x: u8) -> u8;
}

#[async_trait::async_trait(?Send)]
impl Local for Robot {
    #[traceable]
    async fn act(&self, x: u8) -> u8 {
        let held = std::rc::Rc::new(x);
        step(*held).await
    }
}

#[inline]
#[must_use = "as on the plain function"]
#[traceable]
fn inlined(x: u8) -> u8 {
    x
}

#[traceable]
#[inline(never)]
#[cold]
#[doc(hidden)]
#[cfg_attr(not(any()), must_use)]
pub(crate) async fn many(x: u8) -> u8 {
    step(x).await
}

#[cfg_attr(not(any()), traceable(name = "conditionally"))]
fn conditional(x: u8) -> u8 {
    x
}

#[cfg_attr(any(), traceable)]
fn never(x: u8) -> u8 {
    x
}

#[deprecated]
#[traceable]
fn old(x: u8) -> u8 {
    x
}

/// The lower of two attributes is given what the upper one made of the function, and so lies around it.
#[traceable(name = "within")]
#[traceable(name = "around")]
async fn twice(x: u8) -> u8 {
    step(x).await
}

#[traceable]
#[tracing::instrument]
async fn above_instrument(x: u8) -> u8 {
    step(x).await
}

#[tracing::instrument]
#[traceable]
async fn below_instrument(x: u8) -> u8 {
    step(x).await
}

#[test]
fn tokio_main() {
    let (value, recorder) = record(|| above_main(1));
    assert_eq!(value, 1);
    assert_tree!(recorder.forest(), "above_main > step");
    assert_eq!(recorder.run("above_main").inputs, serde_json::json!({"x": 1}));
    let (value, recorder) = record(|| below_main(1));
    assert_eq!(value, Ok(1));
    assert_tree!(recorder.forest(), "below_main > step");
    assert_eq!(only(&record(|| below_main(0)).1), r#"{"x":0} -> error: zero"#);
}

#[test]
fn tokio_test() {
    assert_tree!(record(above_test).1.forest(), "above_test > step");
    assert_tree!(record(below_test).1.forest(), "below_test > step");
}

#[test]
fn async_trait() {
    let (value, recorder) = record_async(|| async { Robot.act(1).await });
    assert_eq!(value, 1);
    assert_tree!(recorder.forest(), "act > step");
    let mut robot: Box<dyn Agent> = Box::new(Robot);
    let (_, recorder) = record_async(|| robot.act(1));
    assert_tree!(recorder.forest(), "act > think > step");
    assert_eq!(only(&record_async(|| robot.act(0)).1), r#"{"x":0} -> error: zero"#);
}

#[test]
fn attributes_of_the_compiler() {
    assert_eq!(only(&record(|| inlined(1)).1), r#"{"x":1} -> {"output":1}"#);
    assert_tree!(record_async(|| many(1)).1.forest(), "many > step");
    assert_tree!(record(|| conditional(1)).1.forest(), "conditionally");
    assert!(record(|| never(1)).1.runs().is_empty());
    #[expect(deprecated)]
    let (_, recorder) = record(|| old(1));
    assert_tree!(recorder.forest(), "old");
}

#[test]
fn attributes_that_trace_too() {
    assert_tree!(record_async(|| twice(1)).1.forest(), "around > within > step");
    assert_tree!(record_async(|| above_instrument(1)).1.forest(), "above_instrument > step");
    assert_tree!(record_async(|| below_instrument(1)).1.forest(), "below_instrument > step");
}

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn they_stay_send() {
    drop((is_send(many(1)), is_send(twice(1)), is_send(above_instrument(1)), is_send(below_instrument(1))));
}
