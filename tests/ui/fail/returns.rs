use traceable::traceable;

#[traceable]
fn closure() -> impl Fn(u8) -> u8 {
    |x| x
}

#[traceable]
fn nested() -> Vec<Box<dyn Iterator<Item = u8>>> {
    vec![]
}

#[traceable]
fn cloned() -> impl Iterator<Item = u8> + Clone {
    0..3
}

#[traceable]
fn reference(items: &mut std::vec::IntoIter<u8>) -> &mut dyn Iterator<Item = u8> {
    items
}

#[traceable]
fn beside_a_handle() -> (impl Iterator<Item = u8>, usize) {
    (0..3, 3)
}

fn main() {}
