//! `&mut self -> &mut T`

use traceable_forms::{leaf, run, traced};

#[derive(Debug)]
struct Store(u32);

impl Store {
    #[traced]
    fn form(&mut self) -> &mut u32 {
        leaf(1);
        &mut self.0
    }
}

fn main() {
    run(|| {
        *Store(1).form() = 2;
    });
}
