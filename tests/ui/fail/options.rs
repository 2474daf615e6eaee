use traceable::traceable;

#[traceable(nmae = "x", skip_al, banana, name = "", tags = "x", run_type = "lm", on_cancel = "okay")]
fn unknown(x: u8) -> u8 {
    x
}

#[traceable("llm")]
fn positional() {}

#[traceable(name, skip(), metadata = 3, name = 1)]
fn shapes() {}

#[traceable(name = "x" skip_all)]
fn comma() {}

#[traceable(skip(qurey))]
fn names(query: String) -> String {
    query
}

fn main() {
    unknown(1);
}
