//! A trace that goes through several processes is recorded by all of them, or by none. One test, because the rate is
//! the process's.

use traceable_core::process::set_sampling_rate;
use traceable_core::testing::Recorder;
use traceable_core::{RunTree, is_sampled};

/// What one process does: a run of its own, below that of the process that called it, and a call of the next one.
/// Returns the headers of that, and whether the process recorded anything.
fn process(name: &'static str, incoming: Option<&[(String, String)]>) -> (Vec<(String, String)>, bool) {
    let recorder = Recorder::new();
    let above = incoming.map(|headers| RunTree::from_headers(headers).unwrap().unwrap());
    let builder = match &above {
        Some(above) => above.create_child(name),
        None => RunTree::builder(name),
    };
    let run = builder.sink(recorder.sink()).build();
    run.post();
    let call = run.create_child("call").build();
    call.post();
    let headers = call.to_headers();
    call.end().patch();
    run.end().patch();
    let recorded = recorder.runs();
    // whole, or not at all
    assert!(matches!(recorded.len(), 0 | 2), "{}", recorder.forest().render());
    (headers, !recorded.is_empty())
}

#[test]
fn all_processes_of_a_trace_decide_the_same() {
    set_sampling_rate(0.5);
    let mut recorded = 0;
    for _ in 0..200 {
        let (headers, first) = process("first", None);
        let (headers, second) = process("second", Some(&headers));
        let (_, third) = process("third", Some(&headers));
        assert_eq!((second, third), (first, first));
        recorded += usize::from(first);
    }
    assert!((50..150).contains(&recorded), "{recorded} of 200 at a rate of a half");

    // what one with a lower rate records, one with a higher rate records too
    for _ in 0..200 {
        set_sampling_rate(0.2);
        let (headers, first) = process("first", None);
        set_sampling_rate(0.7);
        let (_, second) = process("second", Some(&headers));
        let trace = RunTree::from_headers(&headers).unwrap().unwrap().trace_id().unwrap();
        assert_eq!((first, second), (is_sampled(trace, 0.2), is_sampled(trace, 0.7)));
        assert!(second || !first);
    }
    set_sampling_rate(1.0);
}
