//! What the compiler knows of a traced future is what it knows of the plain one: where it may go, how large it is,
//! where it may stand.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use futures::future::BoxFuture;
use traceable::{assert_tree, traceable};

use crate::support::{only, record_async};

/// Asks whether the type of a value is `Send`, `Sync`, `Unpin`: an inherent method goes before one of a trait.
struct Probe<'a, T>(#[expect(dead_code, reason = "its type is asked")] &'a T);

macro_rules! asks {
    ($($method:ident: $name:ident),*) => {
        trait Fallback {
            $(fn $method(&self) -> bool {
                false
            })*
        }

        impl<T> Fallback for Probe<'_, T> {}

        $(impl<T: $name> Probe<'_, T> {
            #[allow(clippy::unused_self, reason = "as the method of the trait")]
            fn $method(&self) -> bool {
                true
            }
        })*
    };
}

asks!(sends: Send, shares: Sync, moves: Unpin);

macro_rules! auto_traits {
    ($($value:expr),* $(,)?) => {
        [$({
            match Probe(&$value) {
                probe => [probe.sends(), probe.shares(), probe.moves()],
            }
        }),*]
    };
}

macro_rules! functions {
    ($module:ident $(, #[$attribute:meta])?) => {
        mod $module {
            use super::*;

            $(#[$attribute])?
            pub(super) async fn text(text: String) -> usize {
                tokio::task::yield_now().await;
                text.len()
            }

            $(#[$attribute])?
            pub(super) async fn holds_an_rc(x: u8) -> u8 {
                let held = Rc::new(x);
                tokio::task::yield_now().await;
                *held
            }

            $(#[$attribute])?
            pub(super) async fn takes_an_rc(x: Rc<u8>) -> u8 {
                *x
            }

            $(#[$attribute])?
            pub(super) async fn lends_a_cell(x: &Cell<u8>) -> u8 {
                x.get()
            }

            $(#[$attribute])?
            pub(super) async fn takes_a_cell(x: Cell<u8>) -> u8 {
                x.get()
            }

            $(#[$attribute])?
            pub(super) fn ready(x: u8) -> impl Future<Output = u8> {
                std::future::ready(x)
            }

            $(#[$attribute])?
            pub(super) fn local(x: Rc<u8>) -> impl Future<Output = u8> {
                async move { *x }
            }

            $(#[$attribute])?
            pub(super) fn items(x: Rc<u8>) -> impl Iterator<Item = u8> {
                (0..3).map(move |item| item + *x)
            }

            pub(super) fn known() -> [[bool; 3]; 8] {
                auto_traits![
                    text(String::new()),
                    holds_an_rc(1),
                    takes_an_rc(Rc::new(1)),
                    lends_a_cell(&Cell::new(1)),
                    takes_a_cell(Cell::new(1)),
                    ready(1),
                    local(Rc::new(1)),
                    items(Rc::new(1)),
                ]
            }
        }
    };
}

functions!(plain);
functions!(traced, #[traceable(skip_all)]);

#[test]
fn a_traced_future_goes_where_the_plain_one_goes() {
    let sends = plain::known().map(|[sends, ..]| sends);
    assert_eq!(sends, [true, false, false, false, true, true, false, false], "the probe");
    assert_eq!(traced::known(), plain::known());
}

async fn calls(f: impl AsyncFn(&str) -> usize) -> usize {
    f("abc").await
}

async fn calls_mut(mut f: impl AsyncFnMut(&str) -> usize) -> usize {
    f("abc").await + f("d").await
}

async fn calls_sendable<F>(f: impl Fn(String) -> F) -> usize
where
    F: Future<Output = usize> + Send + 'static,
{
    f("abc".to_owned()).await
}

#[traceable]
async fn length(text: &str) -> usize {
    tokio::task::yield_now().await;
    text.len()
}

#[traceable]
async fn owned_length(text: String) -> usize {
    length(&text).await
}

#[traceable]
#[allow(clippy::multiple_bound_locations, reason = "both places are tried")]
async fn joined<T: AsRef<str> + serde::Serialize, const N: usize>(
    first: T,
    #[traceable(skip)] rest: [T; N],
) -> String
where
    T: Clone,
{
    let mut text = first.as_ref().to_owned();
    for part in rest {
        text.push_str(part.clone().as_ref());
    }
    text
}

#[test]
fn it_stands_for_an_async_closure() {
    let (value, recorder) = record_async(|| calls(length));
    assert_eq!(value, 3);
    assert_eq!(only(&recorder), r#"{"text":"abc"} -> {"output":3}"#);
    let (value, recorder) = record_async(|| calls_mut(length));
    assert_eq!(value, 4);
    assert_tree!(recorder.forest(), "length; length");
    let (value, recorder) = record_async(|| calls_sendable(owned_length));
    assert_eq!(value, 3);
    assert_tree!(recorder.forest(), "owned_length > length");
}

#[test]
fn it_is_boxed_and_stored() {
    let table: [fn(String) -> BoxFuture<'static, usize>; 1] = [|text| Box::pin(owned_length(text))];
    let (value, recorder) = record_async(|| table[0]("ab".to_owned()));
    assert_eq!(value, 2);
    assert_tree!(recorder.forest(), "owned_length > length");
}

#[test]
fn generic_with_constants_and_bounds() {
    let (value, recorder) = record_async(|| joined("a", ["b", "c"]));
    assert_eq!(value, "abc");
    assert_eq!(only(&recorder), r#"{"first":"a"} -> {"output":"abc"}"#);
}

/// Three levels, an argument of a kilobyte at each.
macro_rules! levels {
    ($module:ident $(, #[$attribute:meta])?) => {
        mod $module {
            $(#[$attribute])?
            async fn third(text: [u8; 1024]) -> u8 {
                tokio::task::yield_now().await;
                text[0]
            }

            $(#[$attribute])?
            async fn second(text: [u8; 1024]) -> u8 {
                third(text).await
            }

            $(#[$attribute])?
            async fn first(text: [u8; 1024]) -> u8 {
                second(text).await
            }

            pub(super) fn sizes() -> [usize; 3] {
                [size_of_val(&third([0; 1024])), size_of_val(&second([0; 1024])), size_of_val(&first([0; 1024]))]
            }
        }
    };
}

levels!(plain_levels);
levels!(traced_levels, #[traceable::traceable(skip_all)]);

#[test]
fn a_future_grows_by_a_constant_at_each_level() {
    let (plain, traced) = (plain_levels::sizes(), traced_levels::sizes());
    for (level, (plain, traced)) in plain.into_iter().zip(traced).enumerate() {
        assert!(traced <= plain + 64 * (level + 1), "level {level}: {traced} bytes against {plain}");
    }
}
