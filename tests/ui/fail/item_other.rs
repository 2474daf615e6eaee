use traceable::traceable;

#[traceable]
use std::fmt;

#[traceable]
union Bits {
    whole: u8,
}

#[traceable]
unsafe extern "C" {
    fn foreign();
}

#[traceable]
extern crate core as other;

fn main() {}
