//! Export requests, written short: `{"id": 2, "parent": 1, "name": .., "attributes": {..}, "events": [..]}`.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Event};
use prost::Message;
use serde_json::Value;
use traceable_viewer::StoredRun;

use crate::common::{Reply, Server};

pub(crate) const START: u64 = 1_795_357_087_784_420_000;

pub(crate) fn any(value: &Value) -> AnyValue {
    let value = match value {
        Value::Null => None,
        Value::Bool(bool) => Some(any_value::Value::BoolValue(*bool)),
        Value::Number(number) => Some(match number.as_i64() {
            Some(int) => any_value::Value::IntValue(int),
            None => any_value::Value::DoubleValue(number.as_f64().unwrap()),
        }),
        Value::String(text) => Some(any_value::Value::StringValue(text.clone())),
        Value::Array(items) => {
            Some(any_value::Value::ArrayValue(ArrayValue { values: items.iter().map(any).collect() }))
        }
        Value::Object(_) => Some(any_value::Value::KvlistValue(KeyValueList { values: pairs(value) })),
    };
    AnyValue { value }
}

pub(crate) fn pairs(object: &Value) -> Vec<KeyValue> {
    let pair = |(key, value): (&String, &Value)| KeyValue {
        key: key.clone(),
        value: Some(any(value)),
        ..KeyValue::default()
    };
    object.as_object().map(|object| object.iter().map(pair).collect()).unwrap_or_default()
}

/// A span of trace number 1, unless it says otherwise; it starts as many milliseconds after the first as its id says.
pub(crate) fn span(short: &Value) -> Span {
    let id = |key: &str| short[key].as_u64().map(|id| id.to_be_bytes().to_vec()).unwrap_or_default();
    let start = START + short["id"].as_u64().unwrap_or(0) * 1_000_000;
    let trace = u128::from(short["trace"].as_u64().unwrap_or(1));
    let event = |event: &Value| Event {
        name: event["name"].as_str().unwrap().to_owned(),
        time_unix_nano: start + 1000,
        attributes: pairs(&event["attributes"]),
        dropped_attributes_count: 0,
    };
    Span {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: id("id"),
        parent_span_id: id("parent"),
        name: short["name"].as_str().unwrap_or("span").to_owned(),
        kind: 1,
        start_time_unix_nano: short["start"].as_u64().unwrap_or(start),
        end_time_unix_nano: short["end"].as_u64().unwrap_or(start + 500_000),
        attributes: pairs(&short["attributes"]),
        events: short["events"].as_array().into_iter().flatten().map(event).collect(),
        status: short["status"].as_u64().map(|code| Status {
            code: i32::try_from(code).unwrap(),
            message: short["message"].as_str().unwrap_or_default().to_owned(),
        }),
        ..Span::default()
    }
}

pub(crate) fn request(resource: &Value, spans: Vec<Span>) -> Vec<u8> {
    let resource = Resource { attributes: pairs(resource), ..Resource::default() };
    let spans = ScopeSpans { spans, ..ScopeSpans::default() };
    let spans =
        ResourceSpans { resource: Some(resource), scope_spans: vec![spans], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![spans] }.encode_to_vec()
}

pub(crate) const PROTOBUF: (&str, &str) = ("Content-Type", "application/x-protobuf");

pub(crate) fn send(server: &Server, body: &[u8]) -> Reply {
    server.send("POST", "/v1/traces", &[PROTOBUF], body)
}

pub(crate) fn send_spans(server: &Server, spans: &[Value]) {
    let reply = send(server, &request(&Value::Null, spans.iter().map(span).collect()));
    assert_eq!((reply.status, reply.body.as_str()), (200, ""), "nothing was refused");
}

/// All runs of the newest trace.
pub(crate) fn trace(server: &Server) -> Vec<StoredRun> {
    let trace = server.store().latest_trace().unwrap().unwrap();
    server.store().trace(trace.trace_id).unwrap()
}

/// The one run that a span becomes.
pub(crate) fn run_of(short: Value) -> StoredRun {
    let server = crate::common::server();
    send_spans(&server, &[short]);
    let mut runs = trace(&server);
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

pub(crate) fn json(text: &Option<String>) -> Value {
    text.as_ref().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

pub(crate) fn metadata(run: &StoredRun) -> Value {
    json(&run.extra)["metadata"].clone()
}
