//! generics, constants, `where`

#[cfg(not(feature = "traceable"))]
use std::fmt::Debug as Recordable;
#[cfg(feature = "traceable")]
use traceable::Input as Recordable;

use traceable_forms::{leaf, run, traced};

#[traced]
fn form<T, const N: usize>(x: T) -> u32
where
    T: Into<u32> + Copy + Recordable,
{
    let items: [T; N] = [x; N];
    leaf(items[0].into())
}

fn main() {
    run(|| {
        form::<u32, 2>(1);
    });
}
