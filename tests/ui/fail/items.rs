use traceable::traceable;

#[traceable]
const fn constant() {}

#[traceable]
struct Model;

#[traceable]
impl Model {
    fn ask(&self) {}
}

trait Agent {
    #[traceable]
    fn run(&self);
}

fn main() {}
