mod inside {
    pub(crate) use traceable as runs;
}

#[inside::runs::traceable(crate = crate::inside::runs)]
fn plain(x: u8) -> u8 {
    x
}

fn main() {
    plain(1);
}
