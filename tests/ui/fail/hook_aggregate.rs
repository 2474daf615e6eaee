//! A step of `aggregate` takes what is folded, and an item; of a stream of `Result`s the `Ok` ones.

use traceable::traceable;

fn add(sum: &mut u32, item: &Result<u32, String>) {
    *sum += item.as_ref().map_or(0, |item| *item);
}

#[traceable(aggregate(0, add))]
fn results() -> impl Iterator<Item = Result<u32, String>> {
    [Ok(1)].into_iter()
}

#[traceable(aggregate(0, |sum: &mut u32, item: &String| *sum += item.len() as u32))]
fn numbers() -> impl Iterator<Item = u32> {
    0..3
}

#[traceable(aggregate(u32::default, |sum: &mut u32, item: &u32| *sum += item))]
fn from_a_function() -> impl Iterator<Item = u32> {
    0..3
}

fn main() {}
