// The one mistake in a body that is told elsewhere than without us: at the body, where the plain function's message is
// at the return type. A closure has both in one.
#[traceable::traceable]
fn now() -> i32 {
    1;
}

fn main() {}
