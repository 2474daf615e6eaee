//! a `$body:block` that a macro passes on

use traceable_forms::{leaf, run, traced};

macro_rules! pass {
    ($(#[$attribute:meta])* fn $name:ident($argument:ident: $ty:ty) -> $ret:ty $body:block) => {
        $(#[$attribute])*
        fn $name($argument: $ty) -> $ret $body
    };
}

pass! {
    #[traced]
    fn form(x: u32) -> u32 {
        leaf(x)
    }
}

fn main() {
    run(|| {
        form(1);
    });
}
