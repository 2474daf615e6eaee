use traceable::traceable;

#[traceable(run_type = "llm", custom_run_type = "x")]
fn ask() {}

fn main() {}
