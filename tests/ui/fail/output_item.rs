use traceable::traceable;

struct Answer;

#[traceable]
fn answers() -> impl Iterator<Item = Vec<Answer>> {
    std::iter::empty()
}

fn main() {}
