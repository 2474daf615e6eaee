use traceable::traceable;

struct Agent;

impl Agent {
    #[traceable]
    fn ask(#[traceable(skip)] &self) {}
}

fn main() {}
