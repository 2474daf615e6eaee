use traceable::traceable;

struct Agent;

#[traceable(methods(serch), nmae = "x")]
impl Agent {
    fn search(&self, query: &str) -> usize {
        query.len()
    }
}

#[traceable(except(run, answer), skip(qurey), name = "x", reduce = sum)]
trait Answers {
    fn run(&self, query: &str) -> usize {
        query.len()
    }

    fn other(&self, query: &str) -> usize {
        query.len()
    }
}

fn main() {
    Agent.search("");
}
