//! Named types of futures, streams and iterators: what to return instead comes first.

use traceable::traceable;

#[traceable]
fn numbers() -> std::vec::IntoIter<u8> {
    vec![1].into_iter()
}

#[traceable]
fn chars(text: &str) -> std::iter::Rev<std::str::Chars<'_>> {
    text.chars().rev()
}

#[traceable]
fn stream() -> futures::stream::Iter<std::vec::IntoIter<u8>> {
    futures::stream::iter(vec![1])
}

#[traceable]
async fn fallible() -> Result<futures::stream::Empty<u8>, String> {
    Ok(futures::stream::empty())
}

#[traceable]
fn future() -> std::future::Ready<u8> {
    std::future::ready(1)
}

#[traceable]
fn received() -> std::sync::mpsc::Receiver<u8> {
    std::sync::mpsc::channel().1
}

#[traceable]
fn received_later() -> tokio::sync::mpsc::UnboundedReceiver<u8> {
    tokio::sync::mpsc::unbounded_channel().1
}

#[traceable]
async fn lines() -> std::io::Lines<std::io::Empty> {
    std::io::BufRead::lines(std::io::empty())
}

// a range serialises: it is a value
#[traceable]
fn range() -> std::ops::Range<u8> {
    0..1
}

fn main() {
    range();
}
