//! Plain nesting.

use traceable::assert_tree;
use traceable::prelude::*;

use crate::support::{child, forests, here, leaf, on_both_runtimes, pause, with_retry};

#[traceable]
fn outer(x: i32) -> i32 {
    leaf(x) + leaf(x + 1)
}

#[test]
fn functions_nest_under_their_caller() {
    here("outer > (leaf, leaf)", || {
        outer(1);
    });
}

#[traceable]
async fn doubles(x: i32) -> i32 {
    child(2 * x).await
}

#[traceable]
async fn feeds(x: i32) -> i32 {
    let once = doubles(x).await;
    outer(doubles(once).await)
}

#[test]
fn each_run_has_the_inputs_and_the_outputs_of_its_own_call() {
    for forest in forests(async || assert_eq!(feeds(1).await, 9)) {
        assert_tree!(forest, "feeds > (doubles > child, doubles > child, outer > (leaf, leaf))");
        let seen: Vec<_> = forest
            .runs()
            .iter()
            .map(|run| (run.inputs["x"].clone(), run.outputs["output"].clone()))
            .collect();
        let expected = [(1, 9), (1, 2), (2, 2), (2, 4), (4, 4), (4, 9), (4, 4), (5, 5)];
        assert_eq!(seen, expected.map(|(x, output)| (x.into(), output.into())));
    }
}

#[traceable]
async fn parent() {
    child(1).await;
    leaf(2);
    child(3).await;
}

#[test]
fn async_functions_nest_under_their_caller() {
    on_both_runtimes("parent > (child, leaf, child)", async || parent().await);
}

#[test]
fn what_is_called_in_sequence_is_in_sequence() {
    on_both_runtimes("child; leaf; child", async || {
        child(1).await;
        leaf(1);
        child(2).await;
    });
}

#[traceable]
async fn joins() {
    tokio::join!(child(1), child(2), async {
        pause().await;
        leaf(3);
    });
}

#[test]
fn siblings_of_one_task_stay_siblings() {
    on_both_runtimes("joins > (child, child, leaf)", async || joins().await);
}

#[traceable]
async fn walk(n: u32) -> u32 {
    if n == 0 { 0 } else { Box::pin(walk(n - 1)).await + 1 }
}

#[test]
fn recursion_makes_a_line() {
    on_both_runtimes("walk > walk > walk > walk", async || {
        walk(3).await;
    });
}

#[traceable]
async fn retries() {
    with_retry(child(1)).await;
}

#[test]
fn what_a_traced_wrapper_polls_is_under_the_wrapper() {
    on_both_runtimes("retries > with_retry > child", async || retries().await);
}

#[traceable]
fn blocks() -> i32 {
    futures::executor::block_on(child(1))
}

#[test]
fn a_bridge_to_async_on_the_same_thread_nests() {
    here("blocks > child", || {
        blocks();
    });
}

#[traceable]
fn starts_a_runtime() -> i32 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { child(1).await + tokio::spawn(child(2)).await.unwrap() })
}

#[test]
fn a_runtime_inside_a_function_nests() {
    here("starts_a_runtime > (child, child)", || {
        starts_a_runtime();
    });
}

struct Agent {
    name: String,
}

trait Step {
    fn step(&mut self, x: i32) -> impl Future<Output = i32> + Send;

    #[traceable]
    fn fallback(&self) -> i32 {
        leaf(0)
    }
}

impl Agent {
    #[traceable]
    fn describe(&self) -> String {
        leaf(1);
        self.name.clone()
    }

    #[traceable]
    async fn consume(self) -> usize {
        self.name.len()
    }
}

impl Step for Agent {
    #[traceable]
    async fn step(&mut self, x: i32) -> i32 {
        self.name.push('!');
        child(x).await
    }
}

#[test]
fn methods_nest_like_functions() {
    on_both_runtimes("describe > leaf; step > child; fallback > leaf; consume", async || {
        let mut agent = Agent { name: "a".into() };
        agent.describe();
        agent.step(1).await;
        agent.fallback();
        assert_eq!(agent.consume().await, 2);
    });
}

#[async_trait::async_trait]
trait Tool {
    async fn run(&self, x: i32) -> i32;
}

struct Above;
struct Below;

#[async_trait::async_trait]
impl Tool for Above {
    #[traceable]
    async fn run(&self, x: i32) -> i32 {
        child(x).await
    }
}

#[async_trait::async_trait]
impl Tool for Below {
    #[traceable(name = "run2")]
    async fn run(&self, x: i32) -> i32 {
        pause().await;
        child(x).await
    }
}

#[test]
fn async_trait_methods_nest_also_through_dyn() {
    on_both_runtimes("run > child; run2 > child", async || {
        let tools: [Box<dyn Tool + Sync + Send>; 2] = [Box::new(Above), Box::new(Below)];
        for tool in tools {
            tool.run(1).await;
        }
    });
}
