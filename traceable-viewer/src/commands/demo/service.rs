//! What services do: a call that is tried again, three turns of a thread, a trace across two services, one in flight.

use serde_json::{Value, json};
use traceable_core::Timestamp;

use super::trace::{Step, Trace, extra, model, usage};

/// An import whose third attempt fails too, and what was cancelled for it.
pub(crate) fn import_orders(at: Timestamp) -> Trace {
    const ERROR: &str =
        "HttpError: 503 Service Unavailable (retry after 2 s)\n  at fetch_page (import/orders.rs:88)";
    let mut trace = Trace::new(at, "import_orders", 1_500_000);
    let root = trace.run(Step::new(
        "import_orders",
        "chain",
        None,
        0,
        5_300,
        json!({
            "inputs": {"since": "2026-11-01"}, "error": format!("ImportError: gave up after 3 attempts\nCaused by: {ERROR}"),
            "tags": ["nightly"], "extra": extra(json!({"job": "orders"})),
        }),
    ));
    let retries = trace.run(Step::new(
        "with_retries",
        "chain",
        Some(root),
        20,
        5_250,
        json!({"inputs": {"attempts": 3}, "error": ERROR, "extra": extra(json!({"backoff": "exponential"}))}),
    ));
    for (attempt, from, to) in [(1, 30, 410), (2, 1_420, 1_905), (3, 3_910, 5_240)] {
        trace.run(Step::new(
            "fetch_page",
            "tool",
            Some(retries),
            from,
            to,
            json!({
                "inputs": {"page": 1, "attempt": attempt}, "error": ERROR, "tags": ["retried"],
                "extra": extra(json!({"attempt": attempt})),
            }),
        ));
    }
    trace.run(Step::new(
        "warm_cache",
        "chain",
        Some(root),
        25,
        5_260,
        json!({
            "inputs": {"keys": 900}, "error": "Cancelled", "extra": extra(json!({"cancelled": true})),
        }),
    ));
    trace
}

/// Three traces, the turns of one conversation.
pub(crate) fn librarian(at: Timestamp) -> Vec<Trace> {
    const TURNS: [(&str, &str, &str, i64); 3] = [
        ("librarian-1", "Which book has a white whale?", "*Moby-Dick*, by Herman Melville.", 1_260_000),
        ("librarian-2", "Who tells it?", "Ishmael, a sailor on the Pequod.", 1_215_000),
        (
            "librarian-3",
            "And how does it end?",
            "Badly for all but Ishmael: the whale sinks the ship.",
            1_140_000,
        ),
    ];
    let mut said: Vec<Value> = Vec::new();
    TURNS
        .into_iter()
        .zip(1..)
        .map(|((name, question, answer, before_ms), turn)| {
            said.push(json!({"role": "user", "content": question}));
            let metadata = json!({"thread_id": "library-desk-7", "turn": turn});
            let mut trace = Trace::new(at, name, before_ms);
            let root = trace.run(Step::new(
                "ask_librarian",
                "chain",
                None,
                0,
                1_180 + 90 * turn,
                json!({
                    "inputs": {"messages": said}, "outputs": {"messages": [{"role": "assistant", "content": answer}]},
                    "tags": ["thread"], "extra": extra(metadata.clone()),
                }),
            ));
            trace.run(Step::new(
                "search_catalogue",
                "retriever",
                Some(root),
                10,
                160,
                json!({
                    "inputs": {"query": question},
                    "outputs": {"documents": [{"page_content": answer, "metadata": {"shelf": "M 12"}}]},
                    "extra": extra(metadata.clone()),
                }),
            ));
            let tokens = trace.tokens(520, 40, &["..", ".."]);
            trace.run(Step::new(
                "answer",
                "llm",
                Some(root),
                170,
                1_170 + 90 * turn,
                json!({
                    "inputs": {"messages": said},
                    "outputs": {
                        "messages": [{"role": "assistant", "content": answer}],
                        "usage_metadata": usage(60, 12, 0.00006, 0.000048),
                    },
                    "events": tokens, "extra": model("example", "example-chat-1", metadata),
                }),
            ));
            said.push(json!({"role": "assistant", "content": answer}));
            trace
        })
        .collect()
}

/// A shop in Rust calls a payment service in Python, which takes the trace from the headers.
pub(crate) fn checkout(at: Timestamp) -> Trace {
    let by = |service: &str, language: &str, host: &str| json!({"metadata": {"service": service}, "runtime": {"sdk": "traceable-demo", "runtime": language, "hostname": host}});
    let (shop, payments) = (by("shop", "rust", "shop-1"), by("payments", "python", "payments-3"));
    let mut trace = Trace::new(at, "checkout", 2_100_000);
    let root = trace.run(Step::new(
        "checkout",
        "chain",
        None,
        0,
        1_480,
        json!({"inputs": {"cart": 17}, "outputs": {"order": 4711}, "tags": ["two services"], "extra": shop}),
    ));
    trace.run(Step::new(
        "reserve_stock",
        "tool",
        Some(root),
        8,
        190,
        json!({"inputs": {"sku": "CUP-3"}, "outputs": {"reserved": 1}, "extra": shop}),
    ));
    let call = trace.run(Step::new(
        "POST /payments",
        "tool",
        Some(root),
        200,
        1_390,
        json!({
            "inputs": {"url": "http://payments.internal/payments", "cents": 990}, "outputs": {"status": 201}, "extra": shop,
        }),
    ));
    let handler = trace.run(Step::new(
        "handle_payment",
        "chain",
        Some(call),
        240,
        1_370,
        json!({"inputs": {"cents": 990}, "outputs": {"payment": "pay_77"}, "extra": payments}),
    ));
    for (name, run_type, from, to) in [
        ("check_fraud", "llm", 250, 880),
        ("charge_card", "tool", 890, 1_320),
        ("write_receipt", "parser", 1_325, 1_366),
    ] {
        trace.run(Step::new(name, run_type, Some(handler), from, to, json!({"extra": payments})));
    }
    trace
}

/// What has begun and not ended.
pub(crate) fn research(at: Timestamp) -> Trace {
    let mut trace = Trace::new(at, "research", 45_000);
    let root = trace.run(
        Step::new(
            "research",
            "chain",
            None,
            0,
            0,
            json!({"inputs": {"topic": "tides"}, "tags": ["long"], "extra": extra(json!({"user": "ada"}))}),
        )
        .in_flight(),
    );
    trace.run(Step::new(
        "plan",
        "llm",
        Some(root),
        20,
        2_400,
        json!({
            "inputs": {"messages": [{"role": "user", "content": "How are tides made? Plan the research."}]},
            "outputs": {
                "messages": [{"role": "assistant", "content": "1. the moon\n2. the sun\n3. the shape of bays"}],
                "usage_metadata": usage(31, 20, 0.000031, 0.00008),
            },
            "extra": model("example", "example-chat-1", json!({})),
        }),
    ));
    let read = trace.run(
        Step::new("read_sources", "retriever", Some(root), 2_420, 0, json!({"inputs": {"query": "tides"}}))
            .in_flight(),
    );
    trace.run(Step::new(
        "fetch_page",
        "tool",
        Some(read),
        2_430,
        3_900,
        json!({"inputs": {"path": "/tides/moon"}, "outputs": {"bytes": 48_213}}),
    ));
    trace.run(
        Step::new("fetch_page", "tool", Some(read), 3_910, 0, json!({"inputs": {"path": "/tides/bays"}}))
            .in_flight(),
    );
    trace
}
