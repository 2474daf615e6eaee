//! Receivers that are rare, and what they lend out.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use traceable::{assert_tree, traceable};

use crate::support::{only, record, record_async};

#[derive(Clone, Default)]
struct Store {
    items: Vec<u8>,
}

impl Store {
    #[traceable]
    fn counted(self: Rc<Self>) -> usize {
        self.items.len()
    }

    #[traceable]
    fn through_a_reference(self: &Arc<Self>) -> usize {
        self.items.len()
    }

    #[traceable]
    #[allow(clippy::needless_arbitrary_self_type, reason = "it is another form")]
    fn through_self_type(self: &Self) -> usize {
        self.items.len()
    }

    #[traceable]
    fn pinned_slot(self: Pin<&mut Self>, at: usize) -> &mut u8 {
        &mut Pin::into_inner(self).items[at]
    }

    #[traceable]
    async fn pinned(mut self: Pin<&mut Self>, item: u8) -> usize {
        self.as_mut().push(item).await;
        self.items.len()
    }

    #[traceable]
    async fn counted_later(self: Rc<Self>) -> usize {
        self.clone().counted() + self.items.len()
    }

    #[traceable]
    async fn boxed_later(mut self: Box<Self>, item: u8) -> usize {
        self.push(item).await;
        self.items.len()
    }

    #[traceable]
    async fn push(&mut self, item: u8) {
        self.items.push(item);
    }

    #[traceable]
    async fn checked_slot(&mut self, at: usize) -> Result<&mut u8, String> {
        self.push(9).await;
        self.items.get_mut(at).ok_or_else(|| format!("no item {at}"))
    }

    #[traceable]
    async fn longer<'a>(&'a self, other: &'a [u8]) -> &'a [u8] {
        if other.len() > self.items.len() {
            other
        } else {
            &self.items
        }
    }

    #[allow(deprecated, reason = "the run is over when it is handed out, and that is told")]
    #[traceable(skip_output)]
    fn drain(&mut self) -> std::vec::Drain<'_, u8> {
        self.items.drain(..)
    }

    #[traceable]
    fn iter_mut(&mut self) -> impl Iterator<Item = &mut u8> {
        self.items.iter_mut()
    }

    #[traceable(enabled = self.items.len() > 1, metadata(size = self.items.len()))]
    fn only_when_filled(&self) -> usize {
        self.items.len()
    }
}

fn store() -> Store {
    Store { items: vec![1, 2] }
}

#[test]
fn counted_pinned_and_boxed() {
    assert_eq!(only(&record(|| Rc::new(store()).counted()).1), r#"{} -> {"output":2}"#);
    assert_eq!(only(&record(|| Arc::new(store()).through_a_reference()).1), r#"{} -> {"output":2}"#);
    assert_eq!(only(&record(|| store().through_self_type()).1), r#"{} -> {"output":2}"#);
    let mut held = store();
    let (value, recorder) = record(|| std::mem::replace(Pin::new(&mut held).pinned_slot(1), 7));
    assert_eq!((value, &held.items[..]), (2, &[1, 7][..]));
    assert_eq!(only(&recorder), r#"{"at":1} -> {"output":2}"#);
}

#[test]
fn the_same_when_awaited() {
    let mut held = store();
    let (value, recorder) = record_async(|| Pin::new(&mut held).pinned(3));
    assert_eq!(value, 3);
    assert_tree!(recorder.forest(), "pinned > push");
    assert_eq!(recorder.run("pinned").inputs, serde_json::json!({"item": 3}));
    let (value, recorder) = record_async(|| Rc::new(store()).counted_later());
    assert_eq!(value, 4);
    assert_tree!(recorder.forest(), "counted_later > counted");
    let (value, recorder) = record_async(|| Box::new(store()).boxed_later(3));
    assert_eq!(value, 3);
    assert_tree!(recorder.forest(), "boxed_later > push");
}

#[test]
fn what_is_lent_out_of_self() {
    let mut held = store();
    let (value, recorder) = record_async(|| async { held.checked_slot(2).await.map(|item| *item) });
    assert_eq!(value, Ok(9));
    assert_tree!(recorder.forest(), "checked_slot > push");
    assert_eq!(recorder.run("checked_slot").outputs, serde_json::json!({"output": 9}));
    let (_, recorder) = record_async(|| async { held.checked_slot(8).await.map(|item| *item) });
    assert_eq!(recorder.run("checked_slot").error.as_deref(), Some("no item 8"));
    let (value, recorder) = record_async(|| async { held.longer(&[1]).await.len() });
    assert_eq!(value, 4);
    assert_eq!(only(&recorder), r#"{"other":[1]} -> {"output":[1,2,9,9]}"#);
    let (_, recorder) = record(|| held.iter_mut().for_each(|item| *item += 1));
    assert_eq!(only(&recorder), r#"{} -> {"output":[1,2,9,9]}"#);
    let (count, recorder) = record(|| held.drain().count());
    assert_eq!((count, recorder.runs().len()), (4, 1));
}

#[test]
fn options_see_the_receiver() {
    let (_, recorder) = record(|| store().only_when_filled());
    assert_eq!(recorder.run("only_when_filled").metadata["size"], 2);
    assert!(record(|| Store::default().only_when_filled()).1.runs().is_empty());
}
