use std::rc::Rc;
use std::sync::Arc;

use traceable::traceable;

struct State;

#[traceable]
async fn ask(state: Arc<State>, text: &str) -> Arc<State> {
    state
}

#[traceable]
fn answer(state: &Rc<State>) {}

fn main() {}
