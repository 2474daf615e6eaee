use traceable::traceable;

#[traceable(parent = parnt)]
fn ask(parent: u8) -> u8 {
    parent
}

fn main() {}
