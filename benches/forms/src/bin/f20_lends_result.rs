//! `&mut self -> Result<&mut T, E>`

use traceable_forms::{leaf, run, traced};

#[derive(Debug)]
struct Store(u32);

impl Store {
    #[traced]
    fn form(&mut self) -> Result<&mut u32, String> {
        leaf(1);
        if self.0 > 0 { Ok(&mut self.0) } else { Err(String::new()) }
    }
}

fn main() {
    run(|| {
        let _ = Store(1).form();
    });
}
