//! One span becomes one change of a run.

use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::ingest::otlp::{
    attributes::Attributes,
    clock,
    event::Event,
    genai, generic, langsmith, logfire, openinference,
    reading::Reading,
    run_ids::{SpanIds, hex},
    traceloop,
};
use crate::ingest::run_fields;
use crate::model::{
    change::{ChangeKind, OtelSpan, ProjectRef, RunChange},
    dotted_order,
    encoded_text::EncodedText,
    validation_error::ValidationReason,
};

/// What the spans of one resource have in common.
#[derive(Debug)]
pub(super) struct Source {
    /// The project that the request or the resource names.
    pub(super) project: Option<String>,
    /// LangSmith's SDK sends the spans beside the runs that they stand for.
    pub(super) of_langsmith: bool,
    /// Name and version of the instrumentation, attributes of the resource.
    pub(super) scope: Value,
    pub(super) resource: Value,
}

/// Reads a span.
pub(super) fn read(span: Span, source: &Source) -> Result<RunChange, ValidationReason> {
    let ids = SpanIds::new(&span.trace_id, &span.span_id).ok_or(ValidationReason::OtlpIds)?;
    let parent = SpanIds::new(&span.trace_id, &span.parent_span_id);
    let mut attributes = Attributes::new(span.attributes);
    let mut events: Vec<Event> = span.events.into_iter().map(Event::new).collect();
    let place = langsmith::place(&mut attributes);
    // a span that only announces another is the beginning of that one
    let (ids, parent, end) = match (logfire::pending(&mut attributes), parent) {
        (Some(pending), Some(announced)) => {
            let above = u64::from_str_radix(&pending.parent, 16).unwrap_or(0).to_be_bytes();
            (announced, SpanIds::new(&span.trace_id, &above), None)
        }
        _ => (ids, parent, clock::micros(span.end_time_unix_nano)),
    };

    let mut reading = Reading::default();
    langsmith::read(&mut attributes, &mut reading);
    logfire::read(&mut attributes, &mut reading);
    genai::read(&mut attributes, &mut events, &mut reading);
    openinference::read(&mut attributes, &mut reading);
    traceloop::read(&mut attributes, &mut reading);
    let status = span.status.unwrap_or_default();
    let error = error(status.code(), status.message, &mut events, &attributes);
    generic::read(attributes, &mut reading);

    let mut change = RunChange::new(place.id.unwrap_or_else(|| ids.run_id()), ChangeKind::Post);
    (change.has_main, change.has_fields) = (true, true);
    set_place(&mut change, &place, ids, parent);
    change.start_us = clock::micros(span.start_time_unix_nano);
    // a clock that was set back
    change.end_us = end.map(|end| end.max(change.start_us.unwrap_or(end)));
    let name = Some(span.name).filter(|name| !name.is_empty());
    change.name = reading.name.take().or(name).or_else(|| Some("span".to_owned()));
    change.run_type = Some(reading.run_type.unwrap_or("chain").to_owned());
    let name = reading.project.take().or_else(|| source.project.clone());
    if name.is_some() || reading.project_id.is_some() {
        change.project = Some(ProjectRef { id: reading.project_id, name });
    }
    change.error = error.map(|error| EncodedText::new(&error));
    change.tags = Some(std::mem::take(&mut reading.tags)).filter(|tags| !tags.is_empty());
    change.reference_example_id = reading.reference_example_id;
    change.extra = Some(extra(&mut reading, source, ids, span.kind, &span.links));
    let events = (!events.is_empty()).then(|| events.into_iter().map(Event::into_json).collect::<Value>());
    for (key, value) in [
        ("inputs", reading.inputs),
        ("outputs", reading.outputs),
        ("serialized", reading.serialized.and_then(raw)),
        ("events", events.and_then(raw)),
    ] {
        if let Some(value) = value {
            run_fields::field(&mut change, key, &value)?;
        }
    }
    change.otel = Some(OtelSpan {
        trace_id: hex(&ids.trace),
        span_id: hex(&ids.span),
        own_run_id: ids.run_id(),
        of_langsmith: source.of_langsmith,
    });
    Ok(change)
}

/// Puts the run below its parent. What LangSmith's SDKs say counts, unless it contradicts itself.
fn set_place(change: &mut RunChange, place: &langsmith::Place, ids: SpanIds, parent: Option<SpanIds>) {
    if place.is_root {
        return;
    }
    let order = place.dotted_order.as_deref().and_then(|order| dotted_order::parse(order).ok());
    if let Some(order) = order.filter(|order| order.run_id() == change.id) {
        change.trace_id = Some(order.trace_id());
        change.parent_id = order.parent_run_id();
        change.dotted_order = Some(order);
        return;
    }
    let parent: Option<Uuid> = place.parent_id.or_else(|| parent.map(SpanIds::run_id));
    change.parent_id = parent.filter(|parent| *parent != change.id);
    if change.parent_id.is_some() {
        change.trace_id = Some(place.trace_id.unwrap_or_else(|| ids.trace_without_root()));
    }
}

/// Why the span failed: its last exception, else the text of its status. An exception is none if the status says that
/// all went well.
fn error(
    code: StatusCode,
    message: String,
    events: &mut Vec<Event>,
    attributes: &Attributes,
) -> Option<String> {
    let exception = events.iter().rposition(|event| event.name == "exception");
    let failed = code == StatusCode::Error;
    match exception {
        Some(at) if code != StatusCode::Ok => events.remove(at).error(),
        _ if !failed => None,
        _ if !message.is_empty() => Some(message),
        _ => {
            let text = attributes.text("error.message").or(attributes.text("error.type"));
            Some(text.unwrap_or("the span's status is an error").to_owned())
        }
    }
}

fn extra(
    reading: &mut Reading,
    source: &Source,
    ids: SpanIds,
    kind: i32,
    links: &[opentelemetry_proto::tonic::trace::v1::span::Link],
) -> String {
    if let Some(usage) = reading.usage() {
        reading.note("usage_metadata", Some(usage));
    }
    let mut metadata = std::mem::take(&mut reading.metadata);
    metadata.insert("otel_trace_id".to_owned(), hex(&ids.trace).into());
    metadata.insert("otel_span_id".to_owned(), hex(&ids.span).into());
    let mut otel = Map::from_iter([
        ("scope".to_owned(), source.scope.clone()),
        ("resource".to_owned(), source.resource.clone()),
    ]);
    if let Ok(kind @ (SpanKind::Client | SpanKind::Server | SpanKind::Producer | SpanKind::Consumer)) =
        SpanKind::try_from(kind)
    {
        otel.insert(
            "kind".to_owned(),
            kind.as_str_name().trim_start_matches("SPAN_KIND_").to_lowercase().into(),
        );
    }
    if !links.is_empty() {
        let links = links
            .iter()
            .map(|link| json!({ "trace_id": hex(&link.trace_id), "span_id": hex(&link.span_id) }));
        otel.insert("links".to_owned(), links.collect());
    }
    let mut extra = json!({ "metadata": metadata, "otel": otel });
    if let (Some(params), Some(extra)) = (reading.invocation_params.take(), extra.as_object_mut()) {
        extra.insert("invocation_params".to_owned(), params);
    }
    extra.to_string()
}

fn raw(value: Value) -> Option<Box<RawValue>> {
    to_raw_value(&value).ok()
}
