use traceable::traceable;

#[traceable(skip_output, process_outputs = x)]
fn ask() -> u8 {
    1
}

fn main() {}
