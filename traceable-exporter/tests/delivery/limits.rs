//! Variables set the size of requests, their compression and their workspace; a server checks what it gets.

use std::sync::Arc;

use crate::support::server::{Request, Server};
use crate::support::{LONG, mains, run};
use traceable_exporter::{Config, Exporter};

/// The requests that a server gets for twelve runs of two operations each, under these variables.
fn requests(server: &Server, variables: &[(&str, &str)]) -> Vec<Request> {
    let config = Config::from_vars(|name| match name {
        "LANGSMITH_TRACING" => Some("true".to_owned()),
        "LANGSMITH_ENDPOINT" => Some(server.url()),
        name => variables.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned()),
    });
    let exporter = Arc::new(Exporter::new(config.unwrap()));
    for i in 0..12 {
        run(&exporter, &text(i));
    }
    assert!(exporter.flush(LONG).is_lossless());
    server.requests()
}

/// Random words: a compressor finds something at a low level, and more at a high one.
fn text(mut seed: u64) -> String {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % 300
    };
    (0..400).map(|_| format!("{:x} ", next() * 7_919)).collect()
}

fn runs_of(requests: &[Request]) -> Vec<usize> {
    requests.iter().map(|request| mains(request).len()).collect()
}

#[test]
fn the_environment_wins_over_what_the_server_says() {
    let server = Server::start();
    server.set_info(r#"{"batch_ingest_config":{"size_limit":6}}"#);
    let by_server = runs_of(&requests(&server, &[]));
    assert_eq!(by_server.iter().max(), Some(&6));

    let server = Server::start();
    server.set_info(r#"{"batch_ingest_config":{"size_limit":6}}"#);
    let by_hand = runs_of(&requests(&server, &[("LANGSMITH_BATCH_INGEST_SIZE_LIMIT", "4")]));
    assert_eq!(by_hand.iter().max(), Some(&4));
    assert_eq!(by_hand.iter().sum::<usize>(), 12);
}

#[cfg(feature = "zstd")]
#[test]
fn bodies_are_compressed_as_the_environment_says() {
    let sent = |variables: &[(&str, &str)]| {
        let server = Server::start();
        let requests = requests(&server, variables);
        let compressed = requests.iter().filter(|request| request.header("content-encoding") == Some("zstd"));
        assert!(requests.iter().all(|request| !mains(request).is_empty()));
        (compressed.count(), requests.len(), requests.iter().map(|request| request.raw.len()).sum::<usize>())
    };
    let (compressed, all, bytes) = sent(&[]);
    assert_eq!(compressed, all);
    let (compressed, _, plain_bytes) = sent(&[("LANGSMITH_DISABLE_RUN_COMPRESSION", "true")]);
    assert_eq!(compressed, 0);
    assert!(plain_bytes > 2 * bytes, "{plain_bytes} {bytes}");
    let (compressed, all, best_bytes) = sent(&[("LANGCHAIN_RUN_COMPRESSION_LEVEL", "19")]);
    assert_eq!(compressed, all);
    assert!(best_bytes * 10 < bytes * 9, "{best_bytes} {bytes}");
}

#[test]
fn all_requests_name_the_workspace() {
    let server = Server::start();
    requests(&server, &[("LANGSMITH_WORKSPACE_ID", "w-1")]);
    let all = server.all_requests();
    assert!(all.len() > 1 && all.iter().any(|request| request.path == "/info"));
    for request in all {
        assert_eq!(request.header("x-tenant-id"), Some("w-1"), "{}", request.path);
    }
}
