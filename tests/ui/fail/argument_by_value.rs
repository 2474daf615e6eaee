use traceable::traceable;

struct Client;

#[traceable]
fn ask(client: Client, text: String) -> String {
    let _ = client;
    text
}

fn main() {}
