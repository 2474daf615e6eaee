use traceable::traceable;

const EMPTY: &str = "";

#[traceable(name = EMPTY)]
fn name() {}

#[traceable(name = LONG)]
fn long() {}

const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

fn main() {}
