use traceable::traceable;

struct Answer;

#[traceable]
fn ask() -> Result<Answer, String> {
    Ok(Answer)
}

fn main() {}
