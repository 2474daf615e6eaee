//! Results that are not recorded, and are no futures, streams or iterators: no warning.
#![forbid(warnings, deprecated)]

use traceable::traceable;

#[derive(Clone)]
struct Plain;
type Alias<T> = Result<T, String>;

#[traceable(skip_output)]
fn plain() -> Plain {
    Plain
}

#[traceable(skip_output)]
async fn in_result() -> Alias<Plain> {
    Ok(Plain)
}

#[traceable(skip_all, skip_output)]
async fn generic<T>(value: T) -> Option<T> {
    Some(value)
}

#[traceable(skip_all, skip_output)]
fn bare<T: Clone>(value: &T) -> T {
    value.clone()
}

#[traceable(skip_output)]
fn function() -> impl Fn(u8) -> u8 {
    |x| x
}

#[traceable(skip_output)]
fn boxed() -> Box<dyn FnOnce() -> Plain> {
    Box::new(|| Plain)
}

#[traceable(skip_output)]
fn opaque() -> impl Clone + Send {
    Plain
}

// a range iterates, but is a value
#[traceable(skip_output)]
fn range() -> std::ops::Range<u8> {
    0..3
}

#[traceable(process_outputs = |_| "plain")]
fn processed() -> Plain {
    Plain
}

fn main() {
    plain();
    let _ = (opaque(), range(), processed(), boxed()(), function()(1), bare(&Plain));
    drop((in_result(), generic(Plain)));
}
