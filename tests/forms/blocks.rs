//! `#[traceable]` on blocks of methods.

use async_trait::async_trait;
use traceable::testing::Recorder;
use traceable::{traceable, RunTree, RunType};

use crate::support::{line, record, record_async};

struct Agent {
    model: &'static str,
}

/// Every method, with defaults and exceptions.
#[traceable(run_type = "tool", tags = ["agent"], metadata(model = self.model), skip(key))]
impl Agent {
    const MODEL: &'static str = { "tiny" };

    // a constructor is no method: its result need not be serialisable
    fn new() -> Self {
        Agent { model: Self::MODEL }
    }

    const fn len(&self) -> usize {
        self.model.len()
    }

    fn search(&self, query: &str, key: String) -> usize {
        query.len() + key.len() + self.len()
    }

    #[traceable(run_type = "llm", name = "Model", tags = ["answer"], skip(secret))]
    async fn answer(&mut self, query: &str, key: &str, secret: u8) -> String {
        format!("{query} {}", self.search(query, key.to_owned()) + usize::from(secret))
    }

    #[traceable(skip)]
    fn left_out(&self) -> &Self {
        self
    }

    fn words(&self) -> impl Iterator<Item = String> {
        ["a", "b"].into_iter().map(str::to_owned)
    }
}

fn described(recorder: &Recorder) -> Vec<String> {
    let runs = recorder.runs();
    runs.iter()
        .map(|run| {
            format!("{} {:?} {:?} {} {}", run.name, run.run_type, run.tags, run.metadata["model"], line(run))
        })
        .collect()
}

#[test]
fn every_method_of_an_inherent_block() {
    let (text, recorder) = record_async(|| async {
        let mut agent = Agent::new();
        agent.left_out().words().for_each(drop);
        agent.answer("why?", "key", 1).await
    });
    assert_eq!(text, "why? 12");
    assert_eq!(recorder.forest().render(), "words; Model > search");
    assert_eq!(
        described(&recorder),
        [
            r#"words Tool ["agent"] "tiny" {} -> {"output":["a","b"]}"#,
            r#"Model Llm ["agent", "answer"] "tiny" {"query":"why?"} -> {"output":"why? 12"}"#,
            // a child has its parent's tags too
            r#"search Tool ["agent", "answer"] "tiny" {"query":"why?"} -> {"output":11}"#,
        ]
    );
}

struct Counter<const N: usize>;

#[traceable(methods(make, twice))]
impl<const N: usize> Counter<{ N }> {
    fn make(of: usize) -> usize {
        Self::twice(of) + N
    }

    fn twice(of: usize) -> usize {
        Self::hidden(of) + of
    }

    fn hidden(of: usize) -> usize {
        of
    }
}

#[test]
fn named_functions_need_no_receiver() {
    let (sum, recorder) = record(|| Counter::<3>::make(2));
    assert_eq!(sum, 7);
    assert_eq!(recorder.forest().render(), "make > twice");
}

macro_rules! traced {
    ($name:ident, $body:block, $block:item) => {
        #[traceable(metadata(length = self.0))]
        impl Made {
            fn $name(&self) -> usize $body
        }

        #[traceable]
        $block
    };
}

struct Made(usize);

traced!(length, { 1 }, impl Made {
    fn twice(&self) -> usize {
        self.length() + self.0
    }
});

#[test]
fn blocks_made_by_macros() {
    let (sum, recorder) = record(|| Made(2).twice());
    assert_eq!(sum, 3);
    assert_eq!(recorder.forest().render(), "twice > length");
}

#[traceable(except(silent))]
trait Answers {
    fn ask(&self, query: &str) -> usize;

    fn twice(&self, query: &str) -> usize {
        self.ask(query) + self.silent(query)
    }

    async fn later(&self, query: &str, #[run_tree] rt: RunTree) -> usize {
        assert!(rt.is_recorded());
        self.twice(query)
    }

    fn silent(&self, query: &str) -> usize {
        self.ask(query)
    }
}

#[traceable(run_type = "retriever")]
impl Answers for Agent {
    fn ask(&self, query: &str) -> usize {
        query.len()
    }
}

#[test]
fn default_methods_of_a_trait_and_the_methods_of_its_impl() {
    let (sum, recorder) = record_async(|| async { Agent::new().later("why?").await });
    assert_eq!(sum, 8);
    assert_eq!(recorder.forest().render(), "later > twice > (ask, ask)");
    let types: Vec<_> = recorder.runs().iter().map(|run| run.run_type.clone()).collect();
    assert_eq!(types, [RunType::Chain, RunType::Chain, RunType::Retriever, RunType::Retriever]);
}

struct Above;
struct Below;

#[async_trait]
trait Job: Sync {
    async fn run(&self, times: u8) -> Result<u8, String>;
}

#[async_trait]
#[traceable]
impl Job for Above {
    async fn run(&self, times: u8) -> Result<u8, String> {
        Below.run(times + 1).await
    }
}

#[traceable]
#[async_trait]
impl Job for Below {
    async fn run(&self, times: u8) -> Result<u8, String> {
        tokio::spawn(async move { times }).await.map_err(|error| error.to_string())
    }
}

#[tokio::test]
async fn async_trait_above_and_below() {
    let recorder = Recorder::new();
    static JOB: Above = Above;
    let job: &'static dyn Job = &JOB;
    let run = recorder.scoped(|| job.run(1));
    assert_eq!(tokio::spawn(run).await.unwrap(), Ok(2));
    assert_eq!(recorder.forest().render(), "run > run");
    let lines: Vec<_> = recorder.runs().iter().map(line).collect();
    assert_eq!(lines, [r#"{"times":1} -> {"output":2}"#, r#"{"times":2} -> {"output":2}"#]);
}
