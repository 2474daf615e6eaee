//! Parents that come in request headers.

use std::collections::HashMap;

use tokio::sync::{mpsc, oneshot};
use traceable::prelude::*;
use traceable::testing::Status;
use traceable::{Parent, assert_tree, task, trace};

use crate::support::{all, child, forests, leaf, on_both_runtimes};

type Request = (HashMap<String, String>, oneshot::Sender<()>);

#[traceable]
async fn handler() {
    child(1).await;
}

/// Handles requests, one task for each, until nobody sends any more.
async fn serve(mut requests: mpsc::Receiver<Request>) {
    while let Some((headers, answer)) = requests.recv().await {
        let handled = Extra::new().parent(&headers).call(handler);
        task::spawn(async {
            handled.await;
            answer.send(()).unwrap();
        });
    }
}

#[traceable(skip_all)]
async fn client(server: &mpsc::Sender<Request>, #[run_tree] rt: RunTree) {
    let headers = rt.to_headers().into_iter().collect();
    let (answer, answered) = oneshot::channel();
    server.send((headers, answer)).await.unwrap();
    answered.await.unwrap();
}

#[test]
fn a_handler_nests_under_the_client_that_sent_the_headers() {
    for forest in forests(async || {
        let (server, requests) = mpsc::channel(2);
        let serves = tokio::spawn(serve(requests).in_current_run());
        tokio::join!(client(&server), client(&server));
        drop(server);
        serves.await.unwrap();
    }) {
        assert_tree!(forest, "client > handler > child; client > handler > child");
        // the server tells nothing of the run that is not its own
        assert!(forest.runs().iter().all(|run| (run.posts, run.patches) == (1, 1)));
    }
}

#[test]
fn headers_may_be_the_context_of_a_whole_part_of_the_program() {
    on_both_runtimes("client > (handler > child, leaf); around", async || {
        let headers = trace("client").scope(RunTree::to_headers);
        let around = trace("around").future(|_| {
            let context = TracingContext::new().parent(headers);
            async {
                handler().await;
                tokio::task::spawn_blocking(traceable::bind(|| leaf(1))).await.unwrap();
            }
            .with_context(context)
        });
        around.await;
    });
}

/// The runs under `around` when a handler is called with these headers there.
async fn call_with(trace_header: &str) {
    let headers = HashMap::from([("langsmith-trace".to_owned(), trace_header.to_owned())]);
    trace("around").future(|_| Extra::new().parent(&headers).call(handler)).await;
}

// A header that cannot be read is no reason to fail the request, nor to take whatever is current for the parent.
#[test]
fn a_malformed_header_makes_a_root_that_says_so() {
    let order = RunTree::builder("client").build().dotted_order().unwrap();
    let malformed = [
        "",
        "garbage",
        &order[..order.len() - 1],
        &order[1..],
        &format!("{order}."),
        &format!("{order}.{}", &order[..30]),
        &format!("{order}-01-extra"),
        &order.replace('Z', "X"),
        &order.replacen('2', "é", 1),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "ff000000T000000000000Z00000000-0000-0000-0000-000000000000",
    ];
    for header in malformed {
        for forest in forests(async || call_with(header).await) {
            assert_tree!(forest, "around; handler > child");
            assert_eq!(all(&forest, "handler")[0].metadata["broken_trace_reason"], "bad_parent", "{header}");
            assert!(forest.runs().iter().all(|run| run.status() == Status::Success));
        }
    }
}

#[test]
fn what_is_unusual_and_not_malformed_is_read() {
    for change in [str::to_uppercase, |order: &str| format!("  {order} ")] {
        on_both_runtimes("client > handler > child; around", async || {
            let client = RunTree::builder("client").build();
            client.post().patch();
            let order = client.dotted_order().unwrap();
            call_with(&change(&order)).await;
        });
    }
}

#[test]
fn without_the_header_a_handler_begins_a_trace_as_it_is_meant_to() {
    for forest in forests(async || {
        let headers = HashMap::from([("traceparent".to_owned(), "00-1-2-01".to_owned())]);
        trace("around").future(|_| Extra::new().parent(&headers).call(handler)).await;
    }) {
        assert_tree!(forest, "around; handler > child");
        assert!(!all(&forest, "handler")[0].metadata.contains_key("broken_trace_reason"));
    }
}

// What is too long is left out whole, as it would be by a proxy that keeps to the limits; the run bears no mark of it.
#[test]
fn a_baggage_without_bounds_is_left_out_and_the_parent_kept() {
    let baggages = [
        format!("langsmith-metadata=%7B%22k%22%3A%22{}%22%7D", "x".repeat(64 << 10)),
        format!("langsmith-tags={}", "t%2C".repeat(16 << 10)),
        // the members behind the first 64 are not looked at
        format!("{}langsmith-tags=t", "a=b,".repeat(64)),
    ];
    for baggage in baggages {
        for forest in forests(async || {
            let client = trace("client").scope(RunTree::dotted_order).unwrap();
            let headers = [("langsmith-trace", client.as_str()), ("baggage", &baggage)];
            trace("around").future(|_| Extra::new().parent(headers).call(handler)).await;
        }) {
            assert_tree!(forest, "client > handler > child; around");
            for run in forest.runs() {
                assert_eq!((run.tags.len(), run.metadata.get("k")), (0, None));
            }
        }
    }
    let order = RunTree::builder("client").build().dotted_order().unwrap();
    let deep = vec![order.as_str(); 10_000].join(".");
    for forest in forests(async || call_with(&deep).await) {
        assert_tree!(forest, "around; handler > child");
        assert_eq!(all(&forest, "handler")[0].metadata["broken_trace_reason"], "bad_parent");
    }
}

#[test]
fn metadata_without_bounds_is_not_sent() {
    for forest in forests(async || {
        let sends = trace("client").metadata("k", "x".repeat(64 << 10)).future(|run| async move {
            let headers: HashMap<_, _> = run.to_headers().into_iter().collect();
            assert_eq!(headers.keys().collect::<Vec<_>>(), ["langsmith-trace"]);
            Extra::new().parent(&headers).call(handler).await;
        });
        sends.await;
    }) {
        assert_tree!(forest, "client > handler > child");
        assert!(!all(&forest, "handler")[0].metadata.contains_key("k"));
    }
}

// Whom to trust is the program's to say, by what it does with the headers; there is no layer that decides it. Headers
// that are trusted bring metadata, tags and the project, as LangSmith's SDKs have it, and never an address or a key.
#[test]
fn a_handler_at_the_edge_begins_a_trace_and_names_the_parent_that_was_claimed() {
    for forest in forests(async || {
        let claimed =
            trace("foreign").project("theirs").tag("theirs").metadata("k", 1).scope(RunTree::to_headers);
        let claimed: HashMap<_, _> = claimed.into_iter().collect();
        let parent = RunTree::from_headers(&claimed).unwrap().unwrap();
        let link = Extra::new().metadata("claimed_parent", parent.id().unwrap().to_string());
        trace("around").future(|_| link.parent(Parent::Root).call(handler)).await;
    }) {
        assert_tree!(forest, "foreign; around; handler > child");
        let [foreign, edge] = ["foreign", "handler"].map(|name| all(&forest, name)[0]);
        assert_eq!(edge.metadata["claimed_parent"], foreign.id.to_string());
        assert_ne!(edge.trace_id, foreign.trace_id);
        assert_eq!((edge.project.as_deref(), edge.tags.len(), edge.metadata.get("k")), (None, 0, None));
        assert!(!edge.metadata.contains_key("broken_trace_reason"));
    }
}
