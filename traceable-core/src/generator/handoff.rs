//! How a generator hands its items to its consumer: one at a time.

use std::mem::ManuallyDrop;
use std::sync::PoisonError;
use std::task::Waker;

#[cfg(all(test, traceable_loom))]
use loom::sync::{Mutex, MutexGuard};
#[cfg(not(all(test, traceable_loom)))]
use std::sync::{Mutex, MutexGuard};

/// The state where an item is offered and taken. Nothing of the user's is dropped or woken while it is locked.
pub(super) struct Handoff<T>(Mutex<Inner<T>>);

struct Inner<T> {
    turn: Turn<T>,
    /// The number of the latest offer. A later one means that those before it are done with.
    offers: u64,
    /// How many wait to offer.
    waiting: usize,
    /// The generator is being polled: what is offered now is seen right after.
    is_polled: bool,
    consumer: Option<Waker>,
    /// Who waits to offer, or to go on. There is one, but for generators that yield from several places at once.
    producer: Option<Waker>,
    /// Nobody waits with that waker outside of the generator's block.
    is_in_block: bool,
    more_producers: Vec<Waker>,
}

/// Where one item stands.
pub(super) enum OfferState {
    New,
    Waiting,
    /// With the number of the offer.
    Offered(u64),
}

enum Turn<T> {
    /// The consumer has asked for an item.
    Asked,
    Offered(T),
    /// The consumer has an item, and has not asked for the next.
    Taken,
    /// The stream has ended, or is gone. Nobody will ask.
    Over,
}

impl<T> Default for Handoff<T> {
    fn default() -> Self {
        Handoff(Mutex::new(Inner {
            turn: Turn::Asked,
            offers: 0,
            waiting: 0,
            is_polled: false,
            consumer: None,
            producer: None,
            is_in_block: false,
            more_producers: Vec::new(),
        }))
    }
}

impl<T> Handoff<T> {
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offers an item, if it is asked for; it is taken out of `item` then.
    pub(super) fn offer(&self, item: &mut Option<T>, state: &mut OfferState, waker: &Waker) {
        let mut inner = self.lock();
        let is_new = matches!(state, OfferState::New);
        let is_asked = matches!(inner.turn, Turn::Asked);
        inner.wait(waker);
        if !is_asked || (is_new && inner.waiting > 0) {
            if is_new {
                inner.waiting += 1;
                *state = OfferState::Waiting;
            }
            drop(inner);
            if is_asked {
                // who waits already goes first, if it is polled at all; this one asks again
                waker.wake_by_ref();
            }
            return;
        }
        let Some(item) = item.take() else { return };
        inner.turn = Turn::Offered(item);
        inner.offers += 1;
        inner.waiting -= usize::from(!is_new);
        *state = OfferState::Offered(inner.offers);
        // somebody awaits this elsewhere: the consumer does not look here by itself
        let consumer = if inner.is_polled { None } else { inner.consumer.take() };
        drop(inner);
        if let Some(consumer) = consumer {
            consumer.wake();
        }
    }

    /// Whether the consumer has taken what was offered, and asked for the next.
    pub(super) fn is_asked_again(&self, offer: u64, waker: &Waker) -> bool {
        let mut inner = self.lock();
        if matches!(inner.turn, Turn::Over) {
            return false;
        }
        let is_asked = offer < inner.offers || matches!(inner.turn, Turn::Asked);
        if !is_asked {
            inner.wait(waker);
        }
        is_asked
    }

    /// Withdraws, and takes back what is offered, if the consumer has not taken it.
    pub(super) fn leave(&self, state: &OfferState) {
        let mut inner = self.lock();
        match state {
            OfferState::Offered(offer)
                if *offer == inner.offers && matches!(inner.turn, Turn::Offered(_)) => {}
            OfferState::Waiting => return inner.waiting -= 1,
            OfferState::New | OfferState::Offered(_) => return,
        }
        let item = std::mem::replace(&mut inner.turn, Turn::Asked);
        let (producer, more) = (inner.producer.take(), std::mem::take(&mut inner.more_producers));
        drop(inner);
        drop(item);
        // others may offer now
        producer.into_iter().chain(more).for_each(Waker::wake);
    }

    /// The consumer asks for an item: the generator is polled until the result of this is dropped.
    pub(super) fn ask(&self, waker: &Waker) -> Asking<'_, T> {
        let mut inner = self.lock();
        inner.is_polled = true;
        let before = match &inner.consumer {
            Some(known) if known.will_wake(waker) => None,
            _ => inner.consumer.replace(waker.clone()),
        };
        let mut waiting = (None, Vec::new());
        if matches!(inner.turn, Turn::Taken) {
            inner.turn = Turn::Asked;
            // the consumer's own task polls the block anyway
            let is_polled_anyway = inner.is_in_block;
            waiting.0 = inner.producer.take_if(|producer| !(is_polled_anyway && producer.will_wake(waker)));
            waiting.1 = std::mem::take(&mut inner.more_producers);
        }
        drop(inner);
        drop(before);
        waiting.0.into_iter().chain(waiting.1).for_each(Waker::wake);
        Asking(self)
    }

    /// Nobody will ask any more.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        let rest = std::mem::replace(&mut inner.turn, Turn::Over);
        let wakers =
            (inner.consumer.take(), inner.producer.take(), std::mem::take(&mut inner.more_producers));
        drop(inner);
        drop((rest, wakers));
    }
}

impl<T> Inner<T> {
    fn wait(&mut self, waker: &Waker) {
        if matches!(self.turn, Turn::Over) {
            return;
        }
        match &self.producer {
            Some(first) if first.will_wake(waker) => self.is_in_block &= self.is_polled,
            None => {
                self.producer = Some(waker.clone());
                self.is_in_block = self.is_polled;
            }
            Some(_) if self.more_producers.iter().any(|known| known.will_wake(waker)) => {}
            Some(_) => self.more_producers.push(waker.clone()),
        }
    }
}

/// While the generator is polled.
pub(super) struct Asking<'a, T>(&'a Handoff<T>);

impl<T> Asking<'_, T> {
    /// What is offered, at the end of the poll. In one step: who offers right after must wake the consumer.
    pub(super) fn take(self) -> Option<T> {
        let asking = ManuallyDrop::new(self);
        let mut inner = asking.0.lock();
        inner.is_polled = false;
        match std::mem::replace(&mut inner.turn, Turn::Taken) {
            Turn::Offered(item) => Some(item),
            other => {
                inner.turn = other;
                None
            }
        }
    }
}

/// The poll panicked.
impl<T> Drop for Asking<'_, T> {
    fn drop(&mut self) {
        self.0.lock().is_polled = false;
    }
}
