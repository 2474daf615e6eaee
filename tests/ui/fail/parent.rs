use traceable::traceable;

#[traceable(parent = parnt)]
fn misspelt(parent: u8) -> u8 {
    parent
}

#[traceable(parent = number)]
fn wrong_type(number: u8) -> u8 {
    number
}

fn main() {}
