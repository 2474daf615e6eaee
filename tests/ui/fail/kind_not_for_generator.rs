use traceable::traceable;

#[traceable(process_outputs = x)]
fn ask() -> impl Iterator<Item = u8> {
    0..1
}

fn main() {}
