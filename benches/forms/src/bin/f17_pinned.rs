//! `Pin<&mut Self>`

use traceable_forms::{leaf, run, traced};

#[derive(Debug)]
struct Store(u32);

impl Store {
    #[traced]
    fn form(self: std::pin::Pin<&mut Self>) -> u32 {
        leaf(self.0)
    }
}

fn main() {
    run(|| {
        std::pin::Pin::new(&mut Store(1)).form();
    });
}
