use traceable::traceable;

struct Answer;

#[traceable]
async fn ask() -> Answer {
    Answer
}

fn main() {}
