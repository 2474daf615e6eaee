use traceable::traceable;

#[traceable]
async fn ask(#[run_tree] rt) -> u8 {
    1
}

fn main() {}
