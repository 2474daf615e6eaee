//! Headers from strangers lead to a run, to none, or to an error; what is sent on can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use traceable_core::RunTree;

fuzz_target!(|headers: (&str, &str)| {
    let (trace, baggage) = headers;
    let received = [("langsmith-trace", trace), ("baggage", baggage)];
    let Ok(Some(run)) = RunTree::from_headers(&received[..]) else { return };
    let sent = run.to_headers();
    let again = RunTree::from_headers(&sent).expect("own headers").expect("a parent");
    assert_eq!((again.id(), again.trace_id()), (run.id(), run.trace_id()));
});
