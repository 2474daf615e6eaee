//! `#[async_trait]`, method
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[async_trait::async_trait]
trait Agent {
    async fn form(&self, x: u32) -> u32;
}

#[derive(Debug)]
struct Robot;

#[async_trait::async_trait]
impl Agent for Robot {
    #[traced]
    async fn form(&self, x: u32) -> u32 {
        leaf_later(x).await
    }
}

fn main() {
    run(|| {
        block_on(Robot.form(1));
    });
}
