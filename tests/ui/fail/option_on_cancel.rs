use traceable::traceable;

#[traceable(on_cancel = "okay")]
async fn ask() {}

fn main() {}
