use traceable::traceable;

struct Agent;

#[traceable]
impl Agent {
    fn new() -> Self {
        Agent
    }
}

#[traceable]
trait Answers {
    fn run(&self);
}

#[traceable(methods(run))]
trait Asks {
    fn run(&self);
}

fn main() {}
