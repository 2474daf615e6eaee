use traceable::traceable;

#[traceable]
fn ask<T: Clone>(value: T) -> String {
    let _ = value;
    String::new()
}

#[traceable]
async fn answer<T>(value: &T) -> String
where
    T: Clone,
{
    let _ = value;
    String::new()
}

fn main() {}
