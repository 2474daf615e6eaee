use traceable::traceable;

fn sum(items: &[u8]) -> u8 {
    items.iter().sum()
}

#[traceable(reduce = sum)]
fn words() -> impl Iterator<Item = String> {
    std::iter::empty()
}

fn main() {}
