use traceable::traceable;

#[traceable]
async fn early() -> String {
    if true {
        return "";
    }
    String::new()
}

#[traceable]
async fn semicolon() -> i32 { 1; }

#[traceable]
fn literal() -> i32 {
    "x"
}

fn main() {}
