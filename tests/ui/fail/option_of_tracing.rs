use traceable::traceable;

#[traceable(level = "debug", target = "app", follows_from = [&span], ret, err(Debug), fields(a), skip_all)]
fn ask(_x: u8) {}

#[traceable(enter_on_poll = true, short_name = true, properties = { "a": "{x}" }, kind = "client", attributes(a = 1))]
fn answer() {}

fn main() {}
