use traceable::traceable;

trait Tool {}

#[traceable]
fn ask(tool: &dyn Tool, tools: Vec<Box<dyn Tool>>) {}

fn main() {}
