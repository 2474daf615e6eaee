use traceable::traceable;

#[traceable(nmae = "x", skip_al, banana)]
fn ask(x: u8) -> u8 {
    x
}

fn main() {}
