use traceable::traceable;

#[traceable]
fn ask() -> Vec<Box<dyn Iterator<Item = u8>>> {
    vec![]
}

fn main() {}
