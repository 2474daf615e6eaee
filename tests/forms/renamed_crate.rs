//! `crate = $crate::..`, for macros that bring this crate along: with every option whose tokens we move.

use std::future::Future;
use std::pin::Pin;

use futures::Stream;
use traceable::assert_tree;

use crate::support::{only, record, record_async};

/// What a crate with such a macro has in its root.
pub(crate) mod brought {
    pub(crate) use traceable as runs;

    pub(crate) const NAME: &str = "named";

    pub(crate) type Items = Box<dyn Iterator<Item = u8>>;
    pub(crate) type Later = super::Pin<Box<dyn super::Future<Output = u8>>>;
    pub(crate) type Stream = super::Pin<Box<dyn super::Stream<Item = u8>>>;

    #[derive(Debug)]
    pub(crate) struct Agent;

    pub(crate) trait Numbers: serde::Serialize {}

    impl Numbers for u8 {}

    pub(crate) fn twice(x: &u8) -> u8 {
        x * 2
    }

    #[allow(clippy::ptr_arg, reason = "a hook is given the error itself")]
    pub(crate) fn text(error: &String) -> String {
        error.to_uppercase()
    }

    #[allow(clippy::ptr_arg, reason = "a hook is given the error itself")]
    pub(crate) fn never(_: &String) -> bool {
        false
    }

    pub(crate) fn sum(items: &[u8]) -> u8 {
        items.iter().sum()
    }

    pub(crate) fn add(sum: &mut u8, x: &u8) {
        *sum += x;
    }

    pub(crate) fn hide(inputs: &mut serde_json::Map<String, serde_json::Value>) {
        inputs.clear();
    }
}

macro_rules! functions {
    ($x:ident) => {
        use $crate::renamed_crate::brought::runs::{Attachment, RunTree, traceable};

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            name = $crate::renamed_crate::brought::NAME,
            tags = [$crate::renamed_crate::brought::NAME],
            project = $crate::renamed_crate::brought::NAME,
            custom_run_type = $crate::renamed_crate::brought::NAME,
            metadata(k = $crate::renamed_crate::brought::NAME),
            inputs(n = $crate::renamed_crate::brought::NAME),
            enabled = !$crate::renamed_crate::brought::NAME.is_empty()
        )]
        fn described($x: u8) -> u8 {
            $x
        }

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            process_inputs = $crate::renamed_crate::brought::hide,
            process_outputs = $crate::renamed_crate::brought::twice
        )]
        fn hooks($x: u8) -> u8 {
            $x
        }

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            process_inputs = |inputs| $crate::renamed_crate::brought::hide(inputs),
            process_outputs = |x| $crate::renamed_crate::brought::twice(x)
        )]
        async fn closures($x: u8) -> u8 {
            $x
        }

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            process_error = $crate::renamed_crate::brought::text,
            handled = $crate::renamed_crate::brought::never
        )]
        fn errors($x: u8) -> Result<u8, String> {
            Err($x.to_string() + "x")
        }

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            process_error = |error: &String| $crate::renamed_crate::brought::text(error),
            handled = |error| $crate::renamed_crate::brought::never(error)
        )]
        async fn errors_later($x: u8) -> Result<u8, String> {
            Err($x.to_string() + "x")
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs, iter)]
        fn items($x: u8) -> $crate::renamed_crate::brought::Items {
            Box::new(0..$x)
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs, iter, reduce = $crate::renamed_crate::brought::sum)]
        fn reduced($x: u8) -> $crate::renamed_crate::brought::Items {
            Box::new(0..$x)
        }

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            iter,
            aggregate(0, $crate::renamed_crate::brought::add)
        )]
        fn aggregated($x: u8) -> Option<$crate::renamed_crate::brought::Items> {
            Some(Box::new(0..$x))
        }

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            process_chunk = $crate::renamed_crate::brought::twice
        )]
        fn chunks($x: u8) -> impl Iterator<Item = u8> {
            0..$x
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs, future)]
        fn future($x: u8) -> $crate::renamed_crate::brought::Later {
            Box::pin(std::future::ready($x))
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs, stream)]
        async fn stream($x: u8) -> Result<$crate::renamed_crate::brought::Stream, String> {
            Ok(Box::pin(futures::stream::iter(0..$x)))
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs, skip_output)]
        fn opaque(_: u8) -> $crate::renamed_crate::brought::Agent {
            $crate::renamed_crate::brought::Agent
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs)]
        fn own_trait($x: u8) -> impl $crate::renamed_crate::brought::Numbers {
            $x
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs, skip_output)]
        fn closure($x: usize) -> impl Fn(&str) -> usize {
            move |text| text.len() + $x
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs)]
        fn filled_in($x: u8, #[run_tree] run: RunTree, #[attachment] _file: Attachment) -> u8 {
            drop(run);
            $x
        }

        #[traceable(crate = $crate::renamed_crate::brought::runs, child_only)]
        fn child($x: u8, #[parent] _run: &RunTree) -> u8 {
            $x
        }

        #[traceable(
            crate = $crate::renamed_crate::brought::runs,
            tags = [$crate::renamed_crate::brought::NAME],
            debug(self)
        )]
        impl $crate::renamed_crate::brought::Agent {
            #[traceable(name = $crate::renamed_crate::brought::NAME)]
            async fn ask(&self, $x: u8) -> u8 {
                $x
            }
        }
    };
}

functions!(value);

#[test]
fn every_option_is_found_in_the_crate_of_the_macro() {
    let (_, recorder) = record(|| described(1));
    assert_eq!(only(&recorder), r#"{"n":"named","value":1} -> {"output":1}"#);
    let run = recorder.run("named");
    assert_eq!(
        (run.tags.as_slice(), run.project.as_deref()),
        (["named".to_owned()].as_slice(), Some("named"))
    );
    assert_eq!(only(&record(|| hooks(2)).1), r#"{} -> {"output":4}"#);
    assert_eq!(only(&record_async(|| closures(2)).1), r#"{} -> {"output":4}"#);
    assert_eq!(only(&record(|| errors(1)).1), r#"{"value":1} -> error: 1X"#);
    assert_eq!(only(&record_async(|| errors_later(1)).1), r#"{"value":1} -> error: 1X"#);
}

#[test]
fn generators_and_methods_are_found_too() {
    assert_eq!(only(&record(|| items(2).count()).1), r#"{"value":2} -> {"output":[0,1]}"#);
    assert_eq!(only(&record(|| reduced(3).count()).1), r#"{"value":3} -> {"output":3}"#);
    assert_eq!(only(&record(|| aggregated(3).map(Iterator::count)).1), r#"{"value":3} -> {"output":3}"#);
    assert_eq!(only(&record(|| chunks(2).count()).1), r#"{"value":2} -> {"output":[0,2]}"#);
    assert_eq!(only(&record_async(|| future(1)).1), r#"{"value":1} -> {"output":1}"#);
    let (_, recorder) = record_async(|| async {
        futures::StreamExt::collect::<Vec<_>>(stream(2).await.expect("a stream")).await
    });
    assert_eq!(only(&recorder), r#"{"value":2} -> {"output":[0,1]}"#);
    let (_, recorder) = record(|| (opaque(1), closure(1)("ab")));
    assert_tree!(recorder.forest(), "opaque; closure");
    assert_eq!(only(&record(|| drop(own_trait(1))).1), r#"{"value":1} -> {"output":1}"#);
    let file = || Attachment::new("text/plain", *b"file");
    assert_eq!(only(&record(|| filled_in(1, file())).1), r#"{"value":1} -> {"output":1}"#);
    let (_, recorder) = record(|| {
        let run = RunTree::builder("above").build();
        run.post();
        child(1, &run);
    });
    assert_tree!(recorder.forest(), "above [open] > child");
    let (_, recorder) = record_async(|| brought::Agent.ask(1));
    assert_eq!(only(&recorder), r#"{"self":"Agent","value":1} -> {"output":1}"#);
}
