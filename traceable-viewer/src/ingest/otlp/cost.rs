//! How many messages a protobuf body holds, without decoding it.
//!
//! An empty message takes two bytes on the wire and many times that in memory, so memory is reserved by this count before
//! anything is decoded.

use prost::bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// The messages that others are inside of.
#[derive(Clone, Copy)]
enum Message {
    Request,
    ResourceSpans,
    Resource,
    ScopeSpans,
    Scope,
    Span,
    Event,
    Link,
    KeyValue,
    AnyValue,
    Array,
    KeyValueList,
    Leaf,
}

impl Message {
    /// What a field of this message holds, if it is a message too.
    fn child(self, field: u32) -> Option<Self> {
        Some(match (self, field) {
            (Self::Request, 1) => Self::ResourceSpans,
            (Self::ResourceSpans, 1) => Self::Resource,
            (Self::ResourceSpans, 2) => Self::ScopeSpans,
            (Self::ScopeSpans, 1) => Self::Scope,
            (Self::ScopeSpans, 2) => Self::Span,
            (Self::Span, 11) => Self::Event,
            (Self::Span, 13) => Self::Link,
            (Self::Resource, 1) | (Self::Scope | Self::Event, 3) | (Self::Link, 4) | (Self::Span, 9) => {
                Self::KeyValue
            }
            (Self::KeyValueList, 1) => Self::KeyValue,
            (Self::KeyValue, 2) | (Self::Array, 1) => Self::AnyValue,
            (Self::AnyValue, 5) => Self::Array,
            (Self::AnyValue, 6) => Self::KeyValueList,
            (Self::Resource, 3) => Self::Leaf,
            _ => return None,
        })
    }
}

/// Counts the messages of an export request. What is malformed is not counted: decoding stops there too.
pub(super) fn messages(body: &[u8]) -> usize {
    let mut count = 0;
    let mut open = vec![(body, Message::Request)];
    while let Some((mut bytes, message)) = open.pop() {
        while let Some((field, wire_type)) =
            bytes.has_remaining().then(|| decode_key(&mut bytes).ok()).flatten()
        {
            match message.child(field) {
                Some(child) if wire_type == WireType::LengthDelimited => {
                    let length =
                        decode_varint(&mut bytes).ok().and_then(|length| usize::try_from(length).ok());
                    let Some((inside, after)) = length.and_then(|length| bytes.split_at_checked(length))
                    else {
                        break;
                    };
                    count += 1;
                    open.push((inside, child));
                    bytes = after;
                }
                _ if skip_field(wire_type, field, &mut bytes, DecodeContext::default()).is_err() => break,
                _ => {}
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value};
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use prost::Message as _;

    #[test]
    fn counts_what_decoding_makes() {
        let list = Value::ArrayValue(ArrayValue { values: vec![AnyValue::default(); 7] });
        let attribute =
            KeyValue { key: "k".to_owned(), value: Some(AnyValue { value: Some(list) }), key_strindex: 0 };
        let span = Span { name: "n".to_owned(), attributes: vec![attribute; 3], ..Span::default() };
        let spans = ScopeSpans { spans: vec![span; 2], ..ScopeSpans::default() };
        let resource = ResourceSpans { scope_spans: vec![spans], ..ResourceSpans::default() };
        let body = ExportTraceServiceRequest { resource_spans: vec![resource] }.encode_to_vec();
        // each attribute: itself, its value, the list and seven values
        assert_eq!(super::messages(&body), 2 + 2 * (1 + 3 * 10));
        assert_eq!(super::messages(&body[..body.len() - 1]), 0, "the outermost is cut");
        assert_eq!(super::messages(b"nonsense"), 0);
    }
}
