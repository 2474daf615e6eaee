use traceable::traceable;

// all are told at once, and the function is still there for its callers
#[traceable(nmae = "x", skip(qurey), name = "", run_type = "lm", root, parent = run)]
fn ask(query: String) -> String {
    query
}

fn main() {
    let _: String = ask(String::new());
}
