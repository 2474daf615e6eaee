use traceable::traceable;

struct Agent;

#[traceable(methods(left_out), except(run))]
impl Agent {
    #[traceable(skip)]
    fn left_out(&self) {}

    #[traceable]
    fn run(&self) {}

    fn other(&self) {}
}

fn main() {}
