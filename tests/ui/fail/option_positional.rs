use traceable::traceable;

#[traceable("llm")]
fn ask() {}

fn main() {}
