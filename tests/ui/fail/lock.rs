use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use traceable::traceable;

mod elsewhere {
    pub struct Mutex<T>(#[allow(dead_code)] pub T);
}

#[traceable]
fn borrowed(state: &Mutex<u8>, text: &str) -> usize {
    text.len() + usize::from(*state.lock().unwrap())
}

#[traceable]
async fn read(state: &RwLock<Vec<u8>>) -> usize {
    state.read().unwrap().len()
}

#[traceable(skip_output)]
fn shared(state: Arc<Mutex<u8>>, all: &HashMap<String, RwLock<u8>>) {}

#[traceable]
fn of_another_crate(state: &elsewhere::Mutex<u8>) {}

type State = Mutex<u8>;

#[traceable]
fn behind_an_alias(state: &State) {}

struct Request<'a> {
    #[allow(dead_code)]
    state: &'a State,
}

#[traceable]
fn in_a_pattern(Request { state }: Request<'_>) {}

#[traceable]
fn returned(state: &'static State) -> &'static State {
    state
}

#[traceable(skip(state))]
fn yielded(state: &'static Mutex<u8>) -> impl Iterator<Item = &'static Mutex<u8>> {
    std::iter::once(state)
}

struct Server {
    state: State,
}

impl Server {
    #[traceable(inputs(state = self.state))]
    fn by_an_expression(&self) {}
}

#[traceable(skip(state), metadata(state = state))]
fn by_metadata(state: &State) {}

fn main() {}
