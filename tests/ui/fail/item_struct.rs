use traceable::traceable;

#[traceable]
struct Model;

fn main() {}
