//! No name of ours is in reach of the user's code, and none of the user's is in the way of ours.

use std::error::Error;
use std::fmt;
use std::future::Future;

use futures::Stream;
use traceable::{assert_tree, traceable, RunTree};

use crate::support::{only, record, record_async};

#[derive(Debug)]
struct Shown;

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shown")
    }
}

/// What nobody can record.
struct Opaque;

/// Traits for all types, with methods called like ours: by value, by reference, by mutable reference.
mod blanket {
    macro_rules! blanket {
        ($name:ident, $self:ty, $($method:ident)*) => {
            pub(super) trait $name: Sized {
                $(
                    #[allow(dead_code, reason = "they are not to be called")]
                    fn $method(self: $self) -> u8 {
                        unreachable!("not the user's")
                    }
                )*
            }

            impl<T> $name for T {}
        };
    }
    macro_rules! all {
        ($($name:ident: $self:ty,)*) => {$(
            blanket!(
                $name, $self, add add_with aggregate argument attachment begins by cancel_ok cause custom_run_type debug
                deferred describe described display enabled enter error finish future handled hook index iterator kind
                metadata name names_parent nothing now of of_option on option output output_with parent post process
                project put record recorded report reserve result root run_type skip skip_output split start stream
                tags value warn
            );
        )*};
    }
    all! {
        ByValue: Self,
        ByReference: &Self,
        ByMutableReference: &mut Self,
    }
}

/// Each kind of function with each kind of option, beside such a trait.
macro_rules! beside {
    ($module:ident, $blanket:ident) => {
        mod $module {
            use super::*;
            #[allow(unused_imports, reason = "its methods are not to be called")]
            use super::blanket::$blanket as _;

            #[traceable(
                run_type = "llm",
                tags = ["a"],
                metadata(k = x),
                inputs(y = x + 1),
                debug(z),
                enabled = x > 0,
                handled = |_| false,
                project = "p",
                root,
                on_cancel = "ok"
            )]
            fn now(x: u8, z: u8) -> Result<u8, Shown> {
                if x == z { Err(Shown) } else { Ok(x) }
            }

            #[traceable(
                custom_run_type = "own",
                display(z),
                parent = run,
                process_inputs = |_| (),
                process_error = |error: &Shown| error.to_string()
            )]
            async fn later(run: Option<&RunTree>, x: u8, z: u8) -> Result<u8, Shown> {
                if x == z { Err(Shown) } else { Ok(x) }
            }

            #[traceable(skip_output)]
            fn opaque() -> Opaque {
                Opaque
            }

            #[traceable(process_outputs = |_| 3u8)]
            fn processed() -> Opaque {
                Opaque
            }

            #[traceable]
            fn stream(n: u8) -> impl Stream<Item = Result<u8, Box<dyn Error>>> {
                futures::stream::iter((0..n).map(Ok))
            }

            #[traceable(process_chunk = |x: &u8| *x)]
            fn items(n: u8) -> impl Iterator<Item = u8> {
                0..n
            }

            #[traceable(reduce = |items: &[u8]| items.len())]
            fn reduced(n: u8) -> Option<impl Iterator<Item = u8>> {
                Some(0..n)
            }

            #[traceable(aggregate(0u8, |sum: &mut u8, x: &u8| *sum += x))]
            fn aggregated(n: u8) -> Result<Box<dyn Iterator<Item = u8>>, String> {
                Ok(Box::new(0..n))
            }

            #[traceable]
            fn returned(n: u8, #[run_tree] run: RunTree) -> impl Future<Output = Result<u8, String>> {
                drop(run);
                std::future::ready(Ok(n))
            }

            #[derive(Debug)]
            struct Agent;

            #[traceable(debug(self))]
            impl Agent {
                fn ask(&self, n: u8) -> u8 {
                    n
                }
            }

            #[test]
            fn is_traced() {
                let (_, recorder) = record(|| now(1, 1));
                assert_eq!(only(&recorder), r#"{"x":1,"y":2,"z":"1"} -> error: shown"#);
                let (_, recorder) = record_async(|| later(None, 1, 1));
                assert_eq!(only(&recorder), r#"{"x":1,"z":"1"} -> error: shown"#);
                let (_, recorder) = record(|| (opaque(), processed()));
                assert_eq!(recorder.run("processed").outputs, serde_json::json!({"output": 3}));
                let (_, recorder) = record_async(|| futures::StreamExt::collect::<Vec<_>>(stream(2)));
                assert_eq!(only(&recorder), r#"{"n":2} -> {"output":[0,1]}"#);
                assert_eq!(only(&record(|| items(2).count()).1), r#"{"n":2} -> {"output":[0,1]}"#);
                let counted = record(|| reduced(2).map(Iterator::count));
                assert_eq!(only(&counted.1), r#"{"n":2} -> {"output":2}"#);
                let counted = record(|| aggregated(3).map(Iterator::count));
                assert_eq!(only(&counted.1), r#"{"n":3} -> {"output":3}"#);
                assert_eq!(only(&record_async(|| returned(1)).1), r#"{"n":1} -> {"output":1}"#);
                assert_eq!(only(&record(|| Agent.ask(3)).1), r#"{"n":3,"self":"Agent"} -> {"output":3}"#);
            }
        }
    };
}

beside!(by_value, ByValue);
beside!(by_reference, ByReference);
beside!(by_mutable_reference, ByMutableReference);

/// Constants called like locals of ours: a pattern that is a constant's name would bind nothing.
mod constants {
    #![allow(non_upper_case_globals, non_camel_case_types, reason = "they are called like locals")]

    use super::*;

    const CALLSITE: &str = "named";
    const SITE: &str = "other";
    const __call: u8 = 1;
    static __value: u8 = 1;
    struct __outcome;
    const __arg0: u8 = 1;
    const __output: u8 = 1;
    const __error: u8 = 1;
    static __inputs: u8 = 1;

    #[traceable(name = CALLSITE, tags = [SITE, CALLSITE], inputs(x = __inputs))]
    fn now(x: u8) -> Result<u8, String> {
        let __outcome = __outcome;
        Ok(x + __call + __value + __arg0 + __output + __error)
    }

    #[traceable(name = SITE, metadata(k = __value))]
    async fn later((x, _): (u8, u8)) -> Result<u8, String> {
        Ok(x)
    }

    #[test]
    fn are_the_users() {
        let (value, recorder) = record(|| now(1));
        assert_eq!((value, only(&recorder).as_str()), (Ok(6), r#"{"x":1} -> {"output":6}"#));
        assert_eq!(recorder.run("named").tags, ["other", "named"]);
        assert_tree!(record_async(|| later((1, 2))).1.forest(), "other");
    }
}

/// Arguments called like ours, in every place of a list.
mod arguments {
    use super::*;

    #[traceable]
    fn now(__call: u8, (__arg0, x): (u8, u8), __arg1: u8, __value: u8) -> u8 {
        __call + __arg0 + x + __arg1 + __value
    }

    #[traceable(metadata(k = __traceable_call))]
    async fn later(
        __traceable_call: u8,
        (__traceable_arg0, x): (u8, u8),
        __traceable_arg1: u8,
        __traceable_value: u8,
    ) -> u8 {
        __traceable_call + __traceable_arg0 + x + __traceable_arg1 + __traceable_value
    }

    #[traceable(debug(__traceable_inputs))]
    fn items(__traceable_outcome: u8, __traceable_inputs: u8) -> impl Iterator<Item = u8> {
        __traceable_outcome..__traceable_inputs
    }

    #[test]
    fn are_the_users() {
        let (value, recorder) = record(|| now(1, (2, 3), 4, 5));
        assert_eq!((value, only(&recorder).as_str()), (15, r#"{"x":3} -> {"output":15}"#));
        let (value, recorder) = record_async(|| later(1, (2, 3), 4, 5));
        assert_eq!((value, only(&recorder).as_str()), (15, r#"{"x":3} -> {"output":15}"#));
        let (value, recorder) = record(|| items(1, 3).count());
        assert_eq!(value, 2);
        assert_eq!(only(&recorder), r#"{"__traceable_inputs":"3"} -> {"output":[1,2]}"#);
    }
}

/// Arguments in capitals are arguments; unit structs in patterns are none.
mod capitals {
    #![allow(non_snake_case, reason = "these are what is tested")]

    use super::*;

    struct Marker;
    struct M;

    #[traceable]
    fn now(A: i32, Body: i32, r#Type: i32) -> i32 {
        A + Body + Type
    }

    #[traceable(skip(A), metadata(sum = A + B))]
    async fn later(A: i32, mut B: i32, (C, d): (i32, i32)) -> i32 {
        B += 1;
        A + B + C + d
    }

    #[traceable(skip_all)]
    fn generic<T: Clone + serde::Serialize>(T: &T) -> T {
        T.clone()
    }

    #[traceable]
    fn markers(Marker: Marker, M: M, (Marker, x): (Marker, u8)) -> u8 {
        x
    }

    #[test]
    fn are_recorded() {
        let (_, recorder) = record(|| now(1, 2, 3));
        assert_eq!(only(&recorder), r#"{"A":1,"Body":2,"Type":3} -> {"output":6}"#);
        let (_, recorder) = record_async(|| later(1, 2, (3, 4)));
        assert_eq!(only(&recorder), r#"{"B":2,"C":3,"d":4} -> {"output":11}"#);
        assert_eq!(recorder.run("later").metadata["sum"], 3);
        assert_eq!(record(|| generic(&3u8)).0, 3);
        assert_eq!(only(&record(|| markers(Marker, M, (Marker, 3))).1), r#"{"x":3} -> {"output":3}"#);
    }
}
