use traceable::traceable;

#[traceable(future)]
async fn ask() {}

fn main() {}
