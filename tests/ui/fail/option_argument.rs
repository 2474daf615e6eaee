use traceable::traceable;

#[traceable(skip(qurey))]
fn near(query: String) -> String {
    query
}

#[traceable(debug(other))]
fn far(query: String) -> String {
    query
}

fn main() {}
