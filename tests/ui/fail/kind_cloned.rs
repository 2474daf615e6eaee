use traceable::traceable;

#[traceable]
fn ask() -> impl Iterator<Item = u8> + Clone {
    0..3
}

fn main() {}
