use traceable::traceable;

struct Answer;
struct NoText;

#[traceable]
async fn value() -> Answer {
    Answer
}

#[traceable]
fn in_result() -> Result<Answer, String> {
    Ok(Answer)
}

#[traceable]
fn items() -> impl Iterator<Item = Vec<Answer>> {
    std::iter::empty()
}

#[traceable]
fn error() -> Result<i32, NoText> {
    Err(NoText)
}

fn main() {}
