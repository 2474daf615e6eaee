use traceable::traceable;

#[traceable]
const fn ask() {}

fn main() {}
