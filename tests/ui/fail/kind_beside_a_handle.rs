//! A generator in a tuple is not seen: the way out is to keep the run open.

use traceable::traceable;

#[traceable]
fn beside_a_handle() -> (impl Iterator<Item = u8>, usize) {
    (0..3, 3)
}

fn main() {}
