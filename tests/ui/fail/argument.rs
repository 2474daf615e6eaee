use traceable::traceable;

struct Client;

#[traceable]
fn by_value(client: Client, text: String) -> String {
    let _ = client;
    text
}

#[traceable]
async fn by_reference(client: &Client) {
    let _ = client;
}

#[traceable]
fn generic<T: Clone>(value: T) -> String {
    let _ = value;
    String::new()
}

fn main() {}
