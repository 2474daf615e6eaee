use traceable::traceable;

struct NoText;

#[traceable]
fn ask() -> Result<i32, NoText> {
    Err(NoText)
}

fn main() {}
