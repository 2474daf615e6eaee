//! made by `macro_rules!`, with arguments and `self` from outside

use traceable_forms::{leaf, run, traced};

macro_rules! make {
    ($name:ident, $this:ident, $argument:ident) => {
        #[traced]
        fn $name(&$this, $argument: u32) -> u32 {
            let local = $argument;
            leaf($this.0 + local)
        }
    };
}

#[derive(Debug)]
struct Store(u32);

impl Store {
    make!(form, self, local);
}

fn main() {
    run(|| {
        Store(1).form(1);
    });
}
