//! Items of the user's that are called like those of std.
#![allow(dead_code, unused_macros)]

use traceable::traceable;

struct Option;
struct Result;
struct Box;
mod core {}
mod std {}
macro_rules! line {
    () => {
        compile_error!("not ours")
    };
}

#[traceable]
fn plain(x: u8) -> u8 {
    x
}

#[traceable]
async fn later(x: u8) -> u8 {
    struct Future;
    x
}

fn main() {
    plain(1);
    drop(later(1));
}
