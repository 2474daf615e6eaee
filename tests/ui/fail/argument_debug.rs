use traceable::traceable;

struct Client;

#[traceable(debug(client))]
fn ask(client: Client) {
    let _ = client;
}

fn main() {}
