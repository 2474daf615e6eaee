//! Nothing is expected of the prelude.
#![no_implicit_prelude]

use ::std::option::Option;
use ::std::result::Result;
use ::std::string::String;
use ::traceable::traceable;

use crate::support::{only, record, record_async};

#[traceable]
fn halved(x: u8) -> Result<u8, String> {
    if x.is_multiple_of(2) {
        Result::Ok(x / 2)
    } else {
        Result::Err(::std::format!("{x} is odd"))
    }
}

#[traceable(name = "halves", tags = ["a"], metadata(x = x), inputs(twice = x * 2), debug(x))]
async fn described(x: u8) -> Option<u8> {
    halved(x).ok()
}

#[traceable]
fn items((first, _): (u8, u8)) -> impl ::std::iter::Iterator<Item = u8> {
    ::std::iter::Iterator::filter_map(0..first, |x| halved(x).ok())
}

#[traceable]
async fn forever() -> ! {
    loop {
        ::std::future::pending::<()>().await;
    }
}

#[test]
fn without_a_prelude() {
    ::std::assert_eq!(only(&record(|| halved(4)).1), r#"{"x":4} -> {"output":2}"#);
    ::std::assert_eq!(only(&record(|| halved(3)).1), r#"{"x":3} -> error: 3 is odd"#);
    let (_, recorder) = record_async(|| described(4));
    ::traceable::assert_tree!(recorder.forest(), "halves > halved");
    let inputs = ::std::string::ToString::to_string(&recorder.run("halves").inputs);
    ::std::assert_eq!(inputs, r#"{"twice":8,"x":"4"}"#);
    let (_, recorder) = record(|| ::std::iter::Iterator::count(items((3, 0))));
    ::traceable::assert_tree!(recorder.forest(), "items > (halved, halved [error], halved)");
    ::std::mem::drop(forever());
}
