use traceable::traceable;

trait Numbers: Iterator<Item = u8> {}
impl<T: Iterator<Item = u8>> Numbers for T {}

#[traceable]
fn numbers(n: u8) -> impl Numbers {
    0..n
}

#[traceable]
async fn maybe(n: u8) -> Result<Option<impl Numbers + Send>, String> {
    Ok(Some(0..n))
}

#[traceable]
fn each(n: u8) -> impl IntoIterator<Item = u8> {
    0..n
}

fn main() {}
