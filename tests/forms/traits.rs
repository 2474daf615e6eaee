//! Trait methods: native `async fn`, `async-trait`, defaults.

use std::future::Future;

use traceable::{assert_tree, traceable};

use crate::support::{only, record, record_async};

trait Native {
    async fn required(&self, x: i32) -> i32;

    fn sendable(&self, x: i32) -> impl Future<Output = i32> + Send;

    #[traceable]
    async fn provided(&self, x: i32) -> i32 {
        self.required(x).await
    }

    #[traceable]
    fn plain(&self) -> i32 {
        1
    }
}

#[async_trait::async_trait]
trait Dynamic: Send + Sync {
    async fn required(&self, text: &str) -> Result<String, std::fmt::Error>;

    #[traceable]
    async fn provided(&self, text: &str) -> Result<String, std::fmt::Error> {
        self.required(text).await
    }
}

struct Agent;

impl Native for Agent {
    #[traceable]
    async fn required(&self, x: i32) -> i32 {
        x
    }

    #[traceable]
    async fn sendable(&self, x: i32) -> i32 {
        x
    }
}

#[async_trait::async_trait]
impl Dynamic for Agent {
    #[traceable]
    async fn required(&self, text: &str) -> Result<String, std::fmt::Error> {
        if text.is_empty() {
            Err(std::fmt::Error)
        } else {
            Ok(text.to_owned())
        }
    }
}

#[test]
fn native_async_methods() {
    let (value, recorder) = record_async(|| async { Native::provided(&Agent, 1).await });
    assert_eq!(value, 1);
    assert_tree!(recorder.forest(), "provided > required");
    assert_eq!(only(&record_async(|| Agent.sendable(1)).1), r#"{"x":1} -> {"output":1}"#);
    assert_eq!(only(&record(|| Agent.plain()).1), r#"{} -> {"output":1}"#);
}

#[test]
fn async_trait_through_dyn() {
    let agent: Box<dyn Dynamic> = Box::new(Agent);
    let (value, recorder) = record_async(|| agent.provided("a"));
    assert_eq!(value.as_deref(), Ok("a"));
    assert_tree!(recorder.forest(), "provided > required");
    assert_eq!(recorder.run("required").inputs, serde_json::json!({"text": "a"}));
    let (_, recorder) = record_async(|| agent.required(""));
    assert!(recorder.run("required").error.is_some());
}
