use traceable::traceable;

#[traceable(reduce = x)]
fn ask() -> u8 {
    1
}

fn main() {}
