use traceable::traceable;

#[traceable]
fn ask() -> i32 {
    "x"
}

fn main() {}
