//! Nothing is expected of the prelude, no lint fires, and no `allow` of ours stands against `forbid`.
#![no_implicit_prelude]
#![forbid(warnings, unused, unreachable_code, unsafe_code)]

use ::std::string::String;
use ::traceable::traceable;

#[traceable]
async fn borrows(a: &str, _b: &str) -> String {
    ::std::string::ToString::to_string(a)
}

#[traceable]
fn result(a: u8) -> ::std::result::Result<u8, String> {
    ::std::result::Result::Ok(a)
}

#[traceable]
fn items(a: &[u8]) -> impl ::std::iter::Iterator<Item = u8> + '_ {
    ::std::iter::Iterator::copied(a.iter())
}

#[traceable]
async fn forever() -> ! {
    loop {
        ::std::future::pending::<()>().await
    }
}

#[traceable]
fn never() -> ! {
    ::std::process::exit(0)
}

#[traceable]
fn pattern((a, mut b): (i32, i32)) -> i32 {
    b += 1;
    a + b
}

struct Block;

#[traceable(methods(made, asked), tags = ["block"], skip(key))]
impl Block {
    fn made() -> u8 {
        1
    }

    async fn asked(&self, key: &str, #[run_tree] _rt: ::traceable::RunTree) -> usize {
        key.len()
    }
}

fn main() {
    let _ = Block::made();
    ::std::mem::drop(Block.asked("key"));
    ::std::mem::drop((borrows("a", "b"), forever()));
    let _ = (result(1), pattern((1, 2)));
    ::std::mem::drop(items(&[1]));
    never();
}
