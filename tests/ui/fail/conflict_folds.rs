use traceable::traceable;

#[traceable(reduce = x, aggregate(0, y))]
fn ask() -> impl Iterator<Item = u8> {
    0..1
}

fn main() {}
