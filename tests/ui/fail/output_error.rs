use traceable::traceable;

struct NoText;

#[traceable]
fn ask() -> Result<i32, NoText> {
    Err(NoText)
}

#[traceable]
async fn answer() -> Result<i32, ()> {
    Err(())
}

// these have a text
#[traceable]
fn boxed() -> Result<i32, Box<dyn std::error::Error>> {
    Ok(1)
}

#[traceable(process_error = |_| "no answer")]
fn processed() -> Result<i32, ()> {
    Err(())
}

fn main() {}
