//! the name of the return type shadowed in the body
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

type Answer = u32;

#[traced]
async fn form(x: u32) -> Answer {
    #[allow(dead_code)]
    struct Answer;
    leaf_later(x).await
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
