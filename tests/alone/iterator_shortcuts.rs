//! The short ways of an iterator: taken by a call that is not traced, and not by one that is.
//!
//! Alone in its process, where nothing has been traced before.

use std::cell::Cell;
use std::iter::FusedIterator;

use traceable::testing::Recorder;
use traceable::traceable;
use traceable_test_server::own_process::alone;

thread_local! {
    /// The methods that were called, one letter each.
    static CALLED: Cell<String> = const { Cell::new(String::new()) };
}

fn note(method: char) {
    CALLED.with(|called| {
        let mut text = called.take();
        text.push(method);
        called.set(text);
    });
}

/// Counts down, and has a short way for everything.
struct Short(usize);

impl Iterator for Short {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        note('.');
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0, Some(self.0))
    }

    fn nth(&mut self, n: usize) -> Option<usize> {
        note('n');
        self.0 = self.0.checked_sub(n + 1)?;
        Some(self.0)
    }

    fn count(self) -> usize {
        note('c');
        self.0
    }

    fn last(self) -> Option<usize> {
        note('l');
        (self.0 > 0).then_some(0)
    }

    fn fold<B, F: FnMut(B, usize) -> B>(self, init: B, f: F) -> B {
        note('f');
        (0..self.0).rev().fold(init, f)
    }
}

impl DoubleEndedIterator for Short {
    fn next_back(&mut self) -> Option<usize> {
        self.next()
    }

    fn nth_back(&mut self, n: usize) -> Option<usize> {
        note('N');
        self.nth(n)
    }

    fn rfold<B, F: FnMut(B, usize) -> B>(self, init: B, f: F) -> B {
        note('F');
        self.fold(init, f)
    }
}

impl ExactSizeIterator for Short {
    fn len(&self) -> usize {
        note('L');
        self.0
    }
}

impl FusedIterator for Short {}

#[traceable]
fn short(n: usize) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + FusedIterator {
    Short(n)
}

/// What everything gives, and which methods were called.
fn all() -> (Vec<usize>, String) {
    CALLED.take();
    let values = vec![
        short(5).nth(1).unwrap(),
        short(3).count(),
        short(3).last().unwrap(),
        short(4).sum(),
        short(5).nth_back(1).unwrap(),
        short(4).rfold(10, |sum, item| sum + item),
        short(3).len(),
        short(2).nth(2).map_or(9, |item| item),
    ];
    (values, CALLED.take())
}

#[test]
fn a_traced_call_gives_the_same_and_makes_each_item() {
    alone(|| {
        let (plain, plainly) = all();
        assert_eq!(plainly, "nclfNnFfLn");
        let (traced, one_by_one) = Recorder::new().scoped(all);
        assert_eq!(plain, traced);
        // four items and their end, and so on: the only short way is that to the length
        assert_eq!(one_by_one, format!("{}L{}", ".".repeat(2 + 4 + 4 + 5 + 2 + 5), ".".repeat(3)));
    });
}
