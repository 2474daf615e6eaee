use traceable::traceable;

#[traceable]
fn ask(items: &mut std::vec::IntoIter<u8>) -> &mut dyn Iterator<Item = u8> {
    items
}

fn main() {}
