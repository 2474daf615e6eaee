use traceable::traceable;

#[traceable]
fn ask() -> impl Fn(u8) -> u8 {
    |x| x
}

fn main() {}
