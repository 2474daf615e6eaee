use traceable::traceable;

#[traceable]
mod inner {
    fn ask() {}
}

fn main() {}
