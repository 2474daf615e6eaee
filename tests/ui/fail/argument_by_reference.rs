use traceable::traceable;

struct Client;

#[traceable]
async fn ask(client: &Client) {
    let _ = client;
}

fn main() {}
