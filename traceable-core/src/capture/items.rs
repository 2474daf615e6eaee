//! Records what a generator yields, item by item.

use std::marker::PhantomData;

use serde::Serialize;

use super::limits::{MAX_ITEM_BYTES, MAX_ITEMS};
use super::marker::count_unrecorded;
use super::outcome::{Outcome, Output, Report, ValueWriter};
use super::panic_guard::guarded;
use super::writer::Writer;

/// How the items of a generator become the outputs of its run.
pub trait Collect<T> {
    #[doc(hidden)]
    fn item(&mut self, item: &T, items: &mut ItemBuffer);
    #[doc(hidden)]
    fn outputs(&mut self, items: &mut ItemBuffer, outcome: &mut Outcome);
}

/// The items recorded so far, in a generator's wrapper.
#[derive(Default)]
pub struct ItemBuffer {
    json: Vec<u8>,
    pub(crate) seen: u64,
    recorded: u64,
    /// The run has ended: what still passes is not recorded.
    pub(crate) is_over: bool,
    /// The last item was this error.
    pub(crate) error: Option<String>,
}

impl ItemBuffer {
    /// How many items were not recorded.
    pub(crate) fn left_out(&self) -> u64 {
        self.seen - self.recorded
    }

    fn outputs(&self, outcome: &mut Outcome) {
        if self.seen == 0 {
            return outcome.wrapped(|writer| writer.json(&()));
        }
        outcome.wrapped(|writer| {
            writer.out.push(b'[');
            writer.out.extend_from_slice(&self.json);
            writer.out.push(b']');
        });
    }
}

/// One item of a generator.
pub struct Item<'a>(&'a mut ItemBuffer);

impl Item<'_> {
    /// Records the item.
    pub fn output<T: Output + ?Sized>(&mut self, value: &T) {
        self.append(|writer| value.record_output(&mut ValueWriter::new(writer)));
    }

    /// Records what a hook makes of the item.
    pub fn output_with<T: Serialize>(&mut self, make: impl FnOnce() -> T) {
        self.append(|writer| writer.made(make));
    }

    /// The item is counted and not recorded.
    pub fn skip_output(&mut self) {}

    fn append(&mut self, write: impl FnOnce(&mut Writer)) {
        let items = &mut *self.0;
        if items.recorded >= MAX_ITEMS || items.json.len() >= MAX_ITEM_BYTES {
            return;
        }
        Writer::lend(|writer| {
            write(writer);
            if items.json.len() + writer.out.len() <= MAX_ITEM_BYTES {
                if items.recorded > 0 {
                    items.json.push(b',');
                }
                items.json.extend_from_slice(&writer.out);
                items.recorded += 1;
            }
        });
    }
}

impl Report for Item<'_> {
    fn report(&mut self, error: String) {
        self.0.error = Some(error);
        self.0.recorded += 1;
    }
}

/// Records each item as it passes: at most 10 000 items and 1 MiB of them, the rest is counted.
pub(crate) fn each<T>(record: impl FnMut(&T, &mut Item<'_>)) -> impl Collect<T> {
    Each { record, item: PhantomData::<fn(&T)> }
}

/// Keeps what `chunk` makes of each item (at most 10 000; nothing of an error) and records what `fold` makes of them
/// all. `watch` looks for errors.
pub(crate) fn reduce<T, C, R: Serialize>(
    watch: impl FnMut(&T, &mut Item<'_>),
    chunk: impl FnMut(&T) -> Option<C>,
    fold: impl FnOnce(&[C]) -> R,
) -> impl Collect<T> {
    let inner = Reduce { chunk, fold: Some(fold), chunks: Vec::new(), item: PhantomData::<fn(&T)> };
    Watched { watch, inner, item: PhantomData::<fn(&T)> }
}

/// Folds each item into one value as it passes: memory does not grow with the number of items. `step` answers `None`
/// to an error, which is not folded. `watch` looks for errors.
pub(crate) fn aggregate<T, A: Serialize>(
    watch: impl FnMut(&T, &mut Item<'_>),
    init: A,
    step: impl FnMut(&mut A, &T) -> Option<()>,
) -> impl Collect<T> {
    let inner = Aggregate { value: init, step, item: PhantomData::<fn(&T)> };
    Watched { watch, inner, item: PhantomData::<fn(&T)> }
}

/// Looks for errors among items that another collector records.
struct Watched<T, F, C> {
    watch: F,
    inner: C,
    item: PhantomData<fn(&T)>,
}

impl<T, F: FnMut(&T, &mut Item<'_>), C: Collect<T>> Collect<T> for Watched<T, F, C> {
    fn item(&mut self, item: &T, items: &mut ItemBuffer) {
        let recorded = items.recorded;
        (self.watch)(item, &mut Item(items));
        // what is recorded is the other's to count
        items.recorded = recorded;
        self.inner.item(item, items);
    }

    fn outputs(&mut self, items: &mut ItemBuffer, outcome: &mut Outcome) {
        self.inner.outputs(items, outcome);
    }
}

struct Each<T, F> {
    record: F,
    item: PhantomData<fn(&T)>,
}

impl<T, F: FnMut(&T, &mut Item<'_>)> Collect<T> for Each<T, F> {
    fn item(&mut self, item: &T, items: &mut ItemBuffer) {
        (self.record)(item, &mut Item(items));
    }

    fn outputs(&mut self, items: &mut ItemBuffer, outcome: &mut Outcome) {
        items.outputs(outcome);
    }
}

struct Reduce<T, C, F, G> {
    chunk: F,
    fold: Option<G>,
    chunks: Vec<C>,
    item: PhantomData<fn(&T)>,
}

impl<T, C, R: Serialize, F: FnMut(&T) -> Option<C>, G: FnOnce(&[C]) -> R> Collect<T> for Reduce<T, C, F, G> {
    fn item(&mut self, item: &T, items: &mut ItemBuffer) {
        if items.recorded >= MAX_ITEMS {
            return;
        }
        match guarded(|| (self.chunk)(item)) {
            Some(chunk) => {
                self.chunks.extend(chunk);
                items.recorded += 1;
            }
            None => count_unrecorded(),
        }
    }

    fn outputs(&mut self, _: &mut ItemBuffer, outcome: &mut Outcome) {
        if let Some(fold) = self.fold.take() {
            let chunks = std::mem::take(&mut self.chunks);
            outcome.output_with(|| fold(&chunks));
        }
    }
}

struct Aggregate<T, A, F> {
    value: A,
    step: F,
    item: PhantomData<fn(&T)>,
}

impl<T, A: Serialize, F: FnMut(&mut A, &T) -> Option<()>> Collect<T> for Aggregate<T, A, F> {
    fn item(&mut self, item: &T, items: &mut ItemBuffer) {
        items.recorded += 1;
        // a step that panics leaves the value as far as it came
        if guarded(|| (self.step)(&mut self.value, item)).is_none() {
            count_unrecorded();
        }
    }

    fn outputs(&mut self, _: &mut ItemBuffer, outcome: &mut Outcome) {
        outcome.wrapped(|writer| writer.json(&self.value));
    }
}
