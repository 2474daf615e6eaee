use traceable::traceable;

fn length(text: &str) -> usize {
    text.len()
}

#[traceable(process_outputs = length)]
fn number() -> u8 {
    1
}

fn main() {}
