use traceable::traceable;

#[traceable]
fn hash(bytes: [u8; 64], most: [u8; 32]) -> [u8; 64] {
    bytes
}

#[traceable]
fn generic<const N: usize>(bytes: [u8; N]) {}

fn main() {}
