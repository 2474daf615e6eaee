use traceable::traceable;

#[traceable(parent = number)]
fn ask(number: u8) -> u8 {
    number
}

fn main() {}
