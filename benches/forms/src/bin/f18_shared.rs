//! `Arc<Self>`

use traceable_forms::{leaf, run, traced};

#[derive(Debug)]
struct Store(u32);

impl Store {
    #[traced]
    fn form(self: std::sync::Arc<Self>) -> u32 {
        leaf(self.0)
    }
}

fn main() {
    run(|| {
        std::sync::Arc::new(Store(1)).form();
    });
}
