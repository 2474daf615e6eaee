//! The same load as spans: OTLP in protobuf, ten spans to a trace, 500 to a request, as OpenTelemetry's batches are.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

use crate::payload::{Numbers, Payload};

const SPANS_PER_TRACE: u64 = 10;
const SPANS_PER_REQUEST: u64 = 500;
/// Different payloads: more than a compressor remembers.
const PAYLOADS: u64 = 8192;
/// Clients that wait for their answers, each with one request in flight.
const CLIENTS: u64 = 2;

/// Returns how long it took until all of them were acknowledged. Bodies are made in that time, as a client makes them.
pub fn spans(url: &str, spans: u64) -> Duration {
    let mut numbers = Numbers(7);
    let words: Vec<String> = (0..4000).map(|_| numbers.word()).collect();
    let payloads: Vec<Payload> = (0..PAYLOADS).map(|_| numbers.payload(&words)).collect();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let payloads = &payloads;
            scope.spawn(move || {
                let mut numbers = Numbers(client + 100);
                for _ in 0..spans / SPANS_PER_REQUEST / CLIENTS {
                    post(url, &request(&mut numbers, payloads));
                }
            });
        }
    });
    begun.elapsed()
}

fn post(url: &str, body: &[u8]) {
    let address = format!("{url}/v1/traces");
    let sent = || ureq::post(&address).header("Content-Type", "application/x-protobuf").send(body).ok();
    // a server under load asks to come again
    crate::until(sent);
}

fn request(numbers: &mut Numbers, payloads: &[Payload]) -> Vec<u8> {
    let traces = (0..SPANS_PER_REQUEST / SPANS_PER_TRACE).flat_map(|_| trace(numbers, payloads)).collect();
    let resource = Resource { attributes: vec![text("service.name", "spans")], ..Resource::default() };
    let scope = ScopeSpans { spans: traces, ..ScopeSpans::default() };
    let spans =
        ResourceSpans { resource: Some(resource), scope_spans: vec![scope], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![spans] }.encode_to_vec()
}

fn trace(numbers: &mut Numbers, payloads: &[Payload]) -> Vec<Span> {
    let (high, low) = (numbers.next().to_be_bytes(), numbers.next().to_be_bytes());
    let trace_id = [high, low].concat();
    let root = numbers.next().to_be_bytes().to_vec();
    let start = 1_790_000_000_000_000_000 + numbers.below(1 << 50);
    (0..SPANS_PER_TRACE)
        .map(|step| {
            let payload = &payloads[numbers.below(PAYLOADS) as usize];
            let is_root = step == 0;
            Span {
                trace_id: trace_id.clone(),
                span_id: if is_root { root.clone() } else { numbers.next().to_be_bytes().to_vec() },
                parent_span_id: if is_root { Vec::new() } else { root.clone() },
                name: if is_root { "invoke_agent" } else { "chat small-1" }.to_owned(),
                start_time_unix_nano: start + step * 10_000_000,
                end_time_unix_nano: start + step * 10_000_000 + 9_000_000,
                attributes: attributes(payload, is_root),
                ..Span::default()
            }
        })
        .collect()
}

/// As OpenTelemetry's conventions for generative AI have them.
fn attributes(payload: &Payload, is_root: bool) -> Vec<KeyValue> {
    vec![
        text("gen_ai.operation.name", if is_root { "invoke_agent" } else { "chat" }),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", payload.question.model),
        text("gen_ai.input.messages", &json(&payload.question.prompt)),
        text("gen_ai.output.messages", &json(&[&payload.answer.message])),
        number("gen_ai.usage.input_tokens", payload.answer.tokens[0]),
        number("gen_ai.usage.output_tokens", payload.answer.tokens[1]),
        text("user", &payload.user),
        text("session", &payload.session),
    ]
}

fn json(messages: &impl serde::Serialize) -> String {
    serde_json::to_string(messages).expect("texts")
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn number(key: &str, value: u32) -> KeyValue {
    attribute(key, Value::IntValue(value.into()))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
