use traceable::traceable;

#[traceable(fields(a = 1), properties = { "a": "b" }, err, ret(Debug), include(x), llm, Name = "x")]
fn ask(x: u8) {}

#[traceable(run_type = "LLM", r#name = "raw")]
fn answer() {}

fn main() {}
