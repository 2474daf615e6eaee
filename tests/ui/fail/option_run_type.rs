use traceable::traceable;

#[traceable(run_type = "lm")]
fn near() {}

#[traceable(run_type = "reranker")]
fn far() {}

fn main() {}
