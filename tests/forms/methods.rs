//! Methods with every receiver.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use traceable::traceable;

use crate::support::{only, record, record_async};

#[derive(Default)]
struct Store {
    items: Vec<u8>,
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.items.len())
    }
}

impl Store {
    #[traceable]
    fn made_of(items: &[u8]) -> Vec<u8> {
        items.to_vec()
    }

    #[traceable]
    fn get(&self, at: usize) -> Option<&u8> {
        self.items.get(at)
    }

    #[traceable]
    fn slot(&mut self, at: usize) -> &mut u8 {
        &mut self.items[at]
    }

    #[traceable]
    fn checked_slot(&mut self, at: usize) -> Result<&mut u8, String> {
        self.items.get_mut(at).ok_or_else(|| format!("no item {at}"))
    }

    #[traceable]
    fn into_items(mut self) -> Vec<u8> {
        self.items.push(9);
        self.items
    }

    #[traceable]
    fn boxed(self: Box<Self>) -> usize {
        self.items.len()
    }

    #[traceable]
    fn pinned(self: Pin<&mut Self>) -> usize {
        self.items.len()
    }

    #[traceable]
    async fn shared(self: Arc<Self>) -> usize {
        self.items.len()
    }

    #[traceable]
    async fn push(&mut self, item: u8) -> &mut Self {
        self.items.push(item);
        self
    }

    #[traceable]
    async fn total(&self, extra: &[u8]) -> u32 {
        self.items.iter().chain(extra).map(|item| u32::from(*item)).sum()
    }

    #[traceable(display(self), inputs(items = &self.items))]
    fn shown(&self) {}

    #[traceable]
    fn iter(&self) -> impl Iterator<Item = &u8> {
        self.items.iter()
    }
}

impl serde::Serialize for Store {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.items)
    }
}

fn store() -> Store {
    Store { items: vec![1, 2] }
}

#[test]
fn receivers() {
    assert_eq!(only(&record(|| Store::made_of(&[1])).1), r#"{"items":[1]} -> {"output":[1]}"#);
    assert_eq!(only(&record(|| store().get(1).copied()).1), r#"{"at":1} -> {"output":2}"#);
    assert_eq!(only(&record(|| *store().slot(1)).1), r#"{"at":1} -> {"output":2}"#);
    assert_eq!(only(&record(|| store().checked_slot(5).copied()).1), r#"{"at":5} -> error: no item 5"#);
    assert_eq!(only(&record(|| store().into_items()).1), r#"{} -> {"output":[1,2,9]}"#);
    assert_eq!(only(&record(|| Box::new(store()).boxed()).1), r#"{} -> {"output":2}"#);
    assert_eq!(only(&record(|| Pin::new(&mut store()).pinned()).1), r#"{} -> {"output":2}"#);
    assert_eq!(only(&record_async(|| Arc::new(store()).shared()).1), r#"{} -> {"output":2}"#);
    assert_eq!(only(&record(|| store().iter().count()).1), r#"{} -> {"output":[1,2]}"#);
}

#[test]
fn async_receivers() {
    let mut held = store();
    let (_, recorder) = record_async(|| async { held.push(3).await.items.len() });
    assert_eq!(only(&recorder), r#"{"item":3} -> {"output":[1,2,3]}"#);
    let (value, _) = record_async(|| async { store().total(&[4]).await });
    assert_eq!(value, 7);
}

#[test]
fn the_receiver_is_recorded_when_named() {
    assert_eq!(only(&record(|| store().shown()).1), r#"{"items":[1,2],"self":"2 items"} -> {"output":null}"#);
}
