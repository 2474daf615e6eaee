use traceable::traceable;

#[traceable]
async fn later() -> i32 { 1; }

#[traceable]
fn now() -> i32 { 1; }

fn main() {}
