use traceable::traceable;

trait Agent {
    #[traceable]
    fn run(&self);
}

fn main() {}
