//! the same, `async`
//! expected: form > leaf_later

#[cfg(not(feature = "traceable"))]
use std::fmt::Debug as Recordable;
#[cfg(feature = "traceable")]
use traceable::Input as Recordable;

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form<T, const N: usize>(x: T) -> u32
where
    T: Into<u32> + Copy + Recordable,
{
    let items: [T; N] = [x; N];
    leaf_later(items[0].into()).await
}

fn main() {
    run(|| {
        block_on(form::<u32, 2>(1));
    });
}
