//! The body of an export request: decoding, and its spans one by one.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use prost::Message;
use serde_json::{Value, json};

use crate::ingest::{
    charges::Charges,
    lenient_json,
    otlp::{
        attributes::Attributes,
        cost, json,
        run_ids::hex,
        span::{self, Source},
    },
    request_error::RequestError,
    request_limits::RequestLimits,
};
use crate::memory_budget::Reservation;
use crate::model::change::Batch;

/// How the body is written. The response is written the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtlpEncoding {
    Protobuf,
    Json,
}

/// Bytes that a message takes in memory, with room for lists that grow by doubling.
const PER_MESSAGE: usize = 512;

/// Bytes that a value of JSON takes in memory until it is a message, and that message.
const PER_JSON_VALUE: usize = 256;

impl OtlpEncoding {
    /// Reads a `Content-Type` header.
    pub(crate) fn from_header(value: Option<&str>) -> Result<Self, RequestError> {
        let media =
            value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media.as_str() {
            "application/x-protobuf" | "application/protobuf" => Ok(OtlpEncoding::Protobuf),
            "application/json" => Ok(OtlpEncoding::Json),
            _ => Err(RequestError::Unsupported(
                "Content-Type is neither application/x-protobuf nor application/json".to_owned(),
            )),
        }
    }
}

/// Reads the body of an export request. `project` is the one that the request's headers name.
pub(crate) fn read_otlp(
    body: &[u8],
    encoding: OtlpEncoding,
    project: Option<&str>,
    limits: &RequestLimits,
    reservation: &mut Reservation,
) -> Result<Batch, RequestError> {
    let decoded = body.len().saturating_add(match encoding {
        OtlpEncoding::Protobuf => cost::messages(body).saturating_mul(PER_MESSAGE),
        OtlpEncoding::Json => json_values(body).saturating_mul(PER_JSON_VALUE),
    });
    reservation.grow_waiting(decoded)?;
    let request = decode(body, encoding)?;
    let spans = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    if spans.map(|scope| scope.spans.len()).sum::<usize>() > limits.max_parts {
        return Err(RequestError::TooLarge(format!("the body has more than {} spans", limits.max_parts)));
    }
    let mut batch = Batch::default();
    let mut charges = Charges::new(reservation);
    for resource in request.resource_spans {
        read_resource(resource, project, &mut batch, &mut charges)?;
    }
    charges.settle(&batch)?;
    reservation.shrink(decoded);
    Ok(batch)
}

fn decode(body: &[u8], encoding: OtlpEncoding) -> Result<ExportTraceServiceRequest, RequestError> {
    let broken = |text: &dyn std::fmt::Display| {
        RequestError::Malformed(format!("the body is not an export request of OTLP: {text}"))
    };
    match encoding {
        OtlpEncoding::Protobuf => ExportTraceServiceRequest::decode(body).map_err(|error| broken(&error)),
        OtlpEncoding::Json => {
            let json = lenient_json::check(body).map_err(|error| broken(&error))?;
            let json: Value = serde_json::from_str(&json).map_err(|error| broken(&error))?;
            json::request(json).map_err(|error| broken(&error))
        }
    }
}

/// How many values a JSON text has, at most.
fn json_values(body: &[u8]) -> usize {
    body.iter().filter(|byte| matches!(byte, b'{' | b'[' | b',' | b':')).count().saturating_add(1)
}

fn read_resource(
    spans: ResourceSpans,
    project: Option<&str>,
    batch: &mut Batch,
    charges: &mut Charges<'_>,
) -> Result<(), RequestError> {
    let mut resource = Attributes::new(spans.resource.unwrap_or_default().attributes);
    let of_langsmith = resource.take("langsmith.internal_provider") == Some(Value::Bool(true));
    // the name that SDKs make up for a program that has none
    let service = resource.text("service.name").filter(|name| !name.starts_with("unknown_service"));
    let project = project
        .or(resource.text("langsmith.trace.session_name"))
        .or(resource.text("openinference.project.name"))
        .or(service.filter(|_| !of_langsmith));
    let mut source = Source {
        project: project.map(str::to_owned),
        of_langsmith,
        scope: Value::Null,
        resource: Value::Object(resource.into_map()),
    };
    for spans in spans.scope_spans {
        let scope = spans.scope.unwrap_or_default();
        source.scope = json!({ "name": scope.name, "version": scope.version });
        // each run has a copy of it
        let shared = source.scope.to_string().len() + source.resource.to_string().len();
        for span in spans.spans {
            charges.operation(span.encoded_len().saturating_add(shared))?;
            let loc = format!("span.{}", hex(&span.span_id));
            match span::read(span, &source) {
                Ok(change) => batch.changes.push(change),
                Err(reason) => batch.rejected.push(reason.at(loc)),
            }
        }
    }
    Ok(())
}
