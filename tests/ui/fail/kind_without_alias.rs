use traceable::traceable;

#[traceable(future)]
fn answer() -> u8 {
    42
}

#[traceable(iter)]
fn numbers() -> Result<std::ops::Range<u8>, String> {
    Ok(0..3)
}

#[traceable(stream)]
fn nothing() {}

fn main() {}
