use traceable::traceable;

#[traceable(skip_all)]
fn ask<T: Clone>(value: T) -> T {
    value
}

fn main() {}
