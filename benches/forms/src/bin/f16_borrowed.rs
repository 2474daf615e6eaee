//! `&mut self`

use traceable_forms::{leaf, run, traced};

#[derive(Debug)]
struct Store(u32);

impl Store {
    #[traced]
    fn form(&mut self) -> u32 {
        leaf(self.0)
    }
}

fn main() {
    run(|| {
        Store(1).form();
    });
}
