//! `async fn(&mut self) -> &mut T`
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[derive(Debug)]
struct Store(u32);

impl Store {
    #[traced]
    async fn form(&mut self) -> &mut u32 {
        leaf_later(1).await;
        &mut self.0
    }
}

fn main() {
    run(|| {
        *block_on(Store(1).form()) = 2;
    });
}
