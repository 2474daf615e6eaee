//! What drops when: as in the plain function of the same edition.

use std::cell::RefCell;

use serde::{Serialize, Serializer};
use traceable::traceable;

use crate::support::record;

thread_local!(static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });

struct Noted(&'static str);

impl Noted {
    fn one(&self) -> u8 {
        1
    }

    /// One that has to drop before `self`.
    fn after(&self, name: &'static str) -> Noted {
        Noted(name)
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
    }
}

impl Serialize for Noted {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0)
    }
}

struct Pair(Noted, Noted);

struct Fields {
    x: Noted,
    y: Noted,
}

/// The same functions twice.
macro_rules! functions {
    ($module:ident, $attribute:meta) => {
        mod $module {
            use super::*;

            #[$attribute]
            pub(super) fn last_expression(a: Noted, (b, _): (Noted, Noted)) -> u8 {
                let _local = Noted("local");
                Noted("outer").after("inner").one() + a.one() + b.one()
            }

            #[$attribute]
            pub(super) fn last_match(_a: Noted, _: Noted) -> u8 {
                let _local = Noted("local");
                match Noted("outer").after("inner").one() {
                    one => one,
                }
            }

            #[$attribute]
            pub(super) async fn last_expression_later(a: Noted, (b, _): (Noted, Noted)) -> u8 {
                let _local = Noted("local");
                Noted("outer").after("inner").one() + a.one() + b.one()
            }

            #[$attribute]
            pub(super) async fn last_await(a: Noted) -> u8 {
                let _local = Noted("local");
                let _ = &a;
                std::future::ready(Noted("outer").after("inner")).await.one()
            }

            #[$attribute]
            pub(super) fn items(a: Noted) -> impl Iterator<Item = u8> {
                let _local = Noted("local");
                let first = a.one() - 1;
                first..Noted("outer").after("inner").one()
            }

            #[$attribute]
            pub(super) fn boxed_items(a: Noted) -> Box<dyn Iterator<Item = u8>> {
                let _local = Noted("local");
                let _ = &a;
                Box::new(std::iter::once(Noted("outer").after("inner").one()))
            }

            #[$attribute]
            pub(super) fn block(a: Noted) -> u8 {
                if a.one() > 3 {
                    return Noted("outer").after("inner").one();
                }
                let _local = Noted("local");
                {
                    let _nested = Noted("nested");
                    Noted("outer").after("inner").one()
                }
            }

            #[$attribute]
            pub(super) fn whole(a: Noted, Pair(b, c): Pair, d: Noted) {
                let _ = (&a, &b, &c, &d);
            }

            #[$attribute]
            pub(super) fn half(a: Noted, Pair(b, _): Pair, d: Noted) {
                let _ = (&a, &b, &d);
            }

            #[$attribute]
            pub(super) fn nested(a: Noted, Fields { x, y: _y }: Fields, (d, Pair(e, f)): (Noted, Pair)) {
                drop(x);
                let _ = (&a, &d, &e, &f);
            }

            #[$attribute]
            pub(super) async fn later(a: Noted, Fields { x, y: mut z }: Fields, Fields { y, .. }: Fields) {
                let _ = &z;
                z = Noted("new");
                let _ = (&a, &x, &y, &z);
            }

            #[$attribute]
            pub(super) fn by_reference(a: Noted, Fields { ref x, y }: Fields, d: Noted) {
                let _ = (&a, x, &y, &d);
            }
        }
    };
}

functions!(plain, inline);
functions!(traced, traceable);

fn dropped<R>(f: impl FnOnce() -> R) -> Vec<&'static str> {
    DROPPED.with_borrow_mut(Vec::clear);
    let _ = record(|| {
        f();
    });
    DROPPED.with_borrow_mut(std::mem::take)
}

/// Calls the plain and the traced function, and hands the result on.
macro_rules! same {
    ($($function:ident($($argument:expr),*) $(=> $driver:expr)?;)*) => {$(
        let plain = dropped(|| same!(@ plain::$function($($argument),*) $(=> $driver)?));
        let traced = dropped(|| same!(@ traced::$function($($argument),*) $(=> $driver)?));
        assert!(!plain.is_empty());
        assert_eq!(plain, traced, stringify!($function));
    )*};
    (@ $call:expr) => { drop($call) };
    (@ $call:expr => $driver:expr) => { $driver($call) };
}

#[test]
#[allow(dropping_copy_types, reason = "some results have nothing to drop")]
fn temporaries_of_the_last_expression() {
    let n = Noted;
    same! {
        last_expression(n("a"), (n("b"), n("_")));
        last_match(n("a"), n("_"));
        last_expression_later(n("a"), (n("b"), n("_"))) => futures::executor::block_on;
        last_await(n("a")) => futures::executor::block_on;
        items(n("a"));
        boxed_items(n("a"));
        block(n("a"));
    }
}

#[test]
#[allow(dropping_copy_types, clippy::unit_arg, reason = "some results have nothing to drop")]
fn parts_of_structs() {
    let n = Noted;
    let fields = || Fields { x: n("x"), y: n("y") };
    same! {
        whole(n("a"), Pair(n("b"), n("c")), n("d"));
        half(n("a"), Pair(n("b"), n("c")), n("d"));
        nested(n("a"), fields(), (n("d"), Pair(n("e"), n("f"))));
        later(n("a"), fields(), fields()) => futures::executor::block_on;
        later(n("a"), fields(), fields());
        by_reference(n("a"), fields(), n("d"));
    }
}
