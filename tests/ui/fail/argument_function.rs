use std::collections::HashMap;

use traceable::traceable;

#[traceable]
fn generic<F, G: Fn() -> u8>(first: F, second: G)
where
    F: FnOnce(u8),
{
}

#[traceable]
fn opaque(callback: impl Fn(u8), text: &str) {}

#[traceable]
fn pointer(callback: fn(u8)) {}

#[traceable]
fn tools(tools: &HashMap<String, Box<dyn Fn(u8)>>) -> HashMap<String, fn(u8)> {
    HashMap::new()
}

#[traceable(skip(callback))]
fn fine(callback: impl Fn(u8)) {
    callback(1);
}

#[traceable(inputs(callback = "mine"))]
fn named(callback: impl Fn(u8)) {
    callback(1);
}

fn main() {}
