use traceable::traceable;

#[traceable(iter)]
fn numbers() -> std::vec::IntoIter<u8> {
    Vec::new().into_iter()
}

struct Numbers;

#[traceable(stream)]
fn numbers_later() -> Result<Numbers, String> {
    Ok(Numbers)
}

fn main() {}
