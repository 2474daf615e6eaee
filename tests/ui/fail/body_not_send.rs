use traceable::traceable;

#[traceable]
async fn ask() -> u8 {
    let shared = std::rc::Rc::new(1);
    std::future::ready(()).await;
    *shared
}

fn is_send(_: impl Send) {}

fn main() {
    is_send(ask());
}
