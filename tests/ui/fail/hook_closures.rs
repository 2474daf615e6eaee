use traceable::traceable;

struct NoJson;

#[traceable(handled = |error: &u8| *error == 0)]
fn wrong_error() -> Result<u8, String> {
    Ok(1)
}

#[traceable(handled = |error: &String| error.is_empty())]
fn no_result() -> u8 {
    1
}

#[traceable(process_outputs = |text: u8| text)]
fn by_value() -> u8 {
    1
}

#[traceable(process_chunk = |_: &u8| NoJson)]
fn items() -> impl Iterator<Item = u8> {
    0..3
}

#[traceable(process_error = |_: &u8| NoJson)]
fn no_text() -> Result<(), u8> {
    Ok(())
}

fn main() {}
