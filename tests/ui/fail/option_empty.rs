use traceable::traceable;

#[traceable(name = "")]
fn name() {}

#[traceable(project = " ")]
fn project() {}

#[traceable(custom_run_type = "")]
fn run_type() {}

#[traceable(tags = ["a", ""])]
fn tag() {}

#[traceable(metadata("" = 1))]
fn key() {}

fn main() {}
