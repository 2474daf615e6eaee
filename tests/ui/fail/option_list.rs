use traceable::traceable;

#[traceable(skip("a"), debug(a b), display(&c), metadata(x: 1), inputs(=), crate = "x")]
fn ask(a: u8, b: u8, c: u8) {}

fn main() {}
