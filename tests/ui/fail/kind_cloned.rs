use traceable::traceable;

#[traceable]
fn ask() -> impl Iterator<Item = u8> + Clone {
    0..3
}

#[traceable]
fn compare() -> impl Future<Output = u8> + PartialEq {
    std::future::ready(1)
}

#[traceable]
fn make() -> impl Iterator<Item = u8> + Default {
    std::iter::empty()
}

fn main() {}
