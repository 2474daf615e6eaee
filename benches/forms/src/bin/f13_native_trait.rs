//! `async fn` in a trait
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

trait Agent {
    async fn form(&self, x: u32) -> u32;
}

#[derive(Debug)]
struct Robot;

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
