//! OTLP's JSON. Ids are in hex (or base64, as generic protobuf JSON has them), 64-bit numbers are texts or numbers, and
//! names are in camel case (or as in the .proto files). What has the wrong type counts as absent.

use base64::Engine;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};
use serde_json::{Map, Value};

/// Reads an export request; an error says what is wrong with its outermost form.
pub(super) fn request(json: Value) -> Result<ExportTraceServiceRequest, &'static str> {
    let Value::Object(mut request) = json else { return Err("it must be an object with resourceSpans") };
    match take(&mut request, "resourceSpans", "resource_spans") {
        Some(spans @ Value::Array(_)) => {
            Ok(ExportTraceServiceRequest { resource_spans: list(Some(spans), resource_spans) })
        }
        Some(_) => Err("resourceSpans must be a list"),
        None => Ok(ExportTraceServiceRequest::default()),
    }
}

fn resource_spans(mut json: Map<String, Value>) -> ResourceSpans {
    let resource = object(json.remove("resource"));
    ResourceSpans {
        resource: resource.map(|mut resource| Resource {
            attributes: list(resource.remove("attributes"), key_value),
            ..Resource::default()
        }),
        scope_spans: list(take(&mut json, "scopeSpans", "scope_spans"), scope_spans),
        schema_url: String::new(),
    }
}

fn scope_spans(mut json: Map<String, Value>) -> ScopeSpans {
    let scope = object(json.remove("scope"));
    ScopeSpans {
        scope: scope.map(|mut scope| InstrumentationScope {
            name: text(scope.remove("name")),
            version: text(scope.remove("version")),
            ..InstrumentationScope::default()
        }),
        spans: list(json.remove("spans"), span),
        schema_url: String::new(),
    }
}

fn span(mut json: Map<String, Value>) -> Span {
    let status = object(json.remove("status"));
    Span {
        trace_id: id(take(&mut json, "traceId", "trace_id")),
        span_id: id(take(&mut json, "spanId", "span_id")),
        parent_span_id: id(take(&mut json, "parentSpanId", "parent_span_id")),
        trace_state: text(take(&mut json, "traceState", "trace_state")),
        name: text(json.remove("name")),
        kind: named(json.remove("kind"), |name| span::SpanKind::from_str_name(name).map(i32::from)),
        start_time_unix_nano: number(take(&mut json, "startTimeUnixNano", "start_time_unix_nano")),
        end_time_unix_nano: number(take(&mut json, "endTimeUnixNano", "end_time_unix_nano")),
        attributes: list(json.remove("attributes"), key_value),
        events: list(json.remove("events"), event),
        links: list(json.remove("links"), link),
        status: status.map(|mut status| Status {
            message: text(status.remove("message")),
            code: named(status.remove("code"), |name| {
                opentelemetry_proto::tonic::trace::v1::status::StatusCode::from_str_name(name).map(i32::from)
            }),
        }),
        ..Span::default()
    }
}

fn event(mut json: Map<String, Value>) -> span::Event {
    span::Event {
        time_unix_nano: number(take(&mut json, "timeUnixNano", "time_unix_nano")),
        name: text(json.remove("name")),
        attributes: list(json.remove("attributes"), key_value),
        dropped_attributes_count: 0,
    }
}

fn link(mut json: Map<String, Value>) -> span::Link {
    span::Link {
        trace_id: id(take(&mut json, "traceId", "trace_id")),
        span_id: id(take(&mut json, "spanId", "span_id")),
        ..span::Link::default()
    }
}

fn key_value(mut json: Map<String, Value>) -> KeyValue {
    KeyValue {
        key: text(json.remove("key")),
        value: object(json.remove("value")).map(any_value),
        ..KeyValue::default()
    }
}

fn any_value(json: Map<String, Value>) -> AnyValue {
    let value = json.into_iter().find_map(|(kind, value)| any_value_of(&kind, value));
    AnyValue { value }
}

fn any_value_of(kind: &str, value: Value) -> Option<any_value::Value> {
    use any_value::Value as Any;
    Some(match (kind, value) {
        ("stringValue" | "string_value", Value::String(text)) => Any::StringValue(text),
        ("boolValue" | "bool_value", Value::Bool(bool)) => Any::BoolValue(bool),
        ("intValue" | "int_value", Value::Number(int)) => Any::IntValue(int.as_i64()?),
        ("intValue" | "int_value", Value::String(int)) => Any::IntValue(int.parse().ok()?),
        ("doubleValue" | "double_value", Value::Number(double)) => Any::DoubleValue(double.as_f64()?),
        // "NaN" and its like too
        ("doubleValue" | "double_value", Value::String(double)) => Any::DoubleValue(double.parse().ok()?),
        ("arrayValue" | "array_value", Value::Object(mut array)) => {
            Any::ArrayValue(ArrayValue { values: list(array.remove("values"), any_value) })
        }
        ("kvlistValue" | "kvlist_value", Value::Object(mut pairs)) => {
            Any::KvlistValue(KeyValueList { values: list(pairs.remove("values"), key_value) })
        }
        ("bytesValue" | "bytes_value", Value::String(bytes)) => Any::BytesValue(base64(&bytes)?),
        _ => return None,
    })
}

fn take(json: &mut Map<String, Value>, camel: &str, snake: &str) -> Option<Value> {
    json.remove(camel).or_else(|| json.remove(snake))
}

fn list<T>(json: Option<Value>, read: impl Fn(Map<String, Value>) -> T) -> Vec<T> {
    match json {
        Some(Value::Array(items)) => {
            items.into_iter().filter_map(|item| object(Some(item))).map(read).collect()
        }
        _ => Vec::new(),
    }
}

fn object(json: Option<Value>) -> Option<Map<String, Value>> {
    match json {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    }
}

fn text(json: Option<Value>) -> String {
    match json {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

fn number(json: Option<Value>) -> u64 {
    match json {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    }
    .unwrap_or_default()
}

fn named(json: Option<Value>, of_name: impl FnOnce(&str) -> Option<i32>) -> i32 {
    match json {
        Some(Value::Number(number)) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        Some(Value::String(name)) => of_name(&name),
        _ => None,
    }
    .unwrap_or_default()
}

fn id(json: Option<Value>) -> Vec<u8> {
    let text = text(json);
    // an id in base64 has 24 or 12 letters, one in hex 32 or 16
    match text.len() {
        32 | 16 => (0..text.len() / 2)
            .map(|at| text.get(2 * at..2 * at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .collect::<Option<_>>(),
        _ => base64(&text),
    }
    .unwrap_or_default()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_to_write_it() {
        let hex = json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "s"}, "spans": [{
            "traceId": "a8ed486bcdefa4ca27d49b1191e53d8d", "spanId": "41e6ba79be698ba5", "name": "n", "kind": 3,
            "startTimeUnixNano": "1795357087784420096", "status": {"code": 2, "message": "m"}, "unknown": [1],
            "attributes": [{"key": "i", "value": {"intValue": "5"}}, {"key": "e", "value": {"arrayValue": {}}},
                {"key": "none", "value": {}}, {"key": "null", "value": null}]}]}]}]});
        let other = json!({"resource_spans": [{"scope_spans": [{"scope": {"name": "s"}, "spans": [{
            "trace_id": "qO1Ia83vpMon1JsRkeU9jQ==", "span_id": "Qea6eb5pi6U=", "name": "n", "kind": "SPAN_KIND_CLIENT",
            "parent_span_id": null, "start_time_unix_nano": 1_795_357_087_784_420_096_u64,
            "status": {"code": "STATUS_CODE_ERROR", "message": "m"},
            "attributes": [{"key": "i", "value": {"int_value": 5}}, {"key": "e", "value": {"arrayValue": {"values": []}}},
                {"key": "none", "value": {"odd": 1}}, {"key": "null"}]}]}]}]});
        let read = request(hex).unwrap();
        assert_eq!(read, request(other).unwrap());
        let span = &read.resource_spans[0].scope_spans[0].spans[0];
        assert_eq!((span.trace_id.len(), span.span_id.len(), span.attributes.len()), (16, 8, 4));
    }

    #[test]
    fn what_is_no_request() {
        assert!(request(json!([])).is_err() && request(json!({"resourceSpans": {}})).is_err());
        assert_eq!(request(json!({})).unwrap().resource_spans.len(), 0);
        let odd = request(
            json!({"resourceSpans": [1, {"scopeSpans": 5}, {"scopeSpans": [{"spans": [{"traceId": 7}]}]}]}),
        );
        assert_eq!(odd.unwrap().resource_spans.len(), 2);
    }
}
