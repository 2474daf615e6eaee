//! `#[async_trait]`, default method
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[async_trait::async_trait]
trait Agent: Sync + std::fmt::Debug {
    #[traced]
    async fn form(&self, x: u32) -> u32 {
        leaf_later(x).await
    }
}

#[derive(Debug)]
struct Robot;

impl Agent for Robot {}

fn main() {
    run(|| {
        block_on(Robot.form(1));
    });
}
