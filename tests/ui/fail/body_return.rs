use traceable::traceable;

#[traceable]
async fn ask() -> String {
    if true {
        return "";
    }
    String::new()
}

fn main() {}
