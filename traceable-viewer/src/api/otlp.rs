//! OTLP over HTTP: exporters of OpenTelemetry send spans. Everything is answered in the encoding of the request.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use crate::api::{header_values::optional, response::ApiResponse, state::ApiState, take_runs};
use crate::ingest::{self, OtlpEncoding};
use crate::store::BatchReport;

/// All routes, without a prefix. Exporters put `/v1/traces` behind the endpoint that they are given, and LangSmith's own
/// is `/otel`.
pub(crate) fn routes() -> Router<ApiState> {
    Router::new().route("/v1/traces", post(traces)).route("/otel/v1/traces", post(traces))
}

async fn traces(State(state): State<ApiState>, headers: HeaderMap, body: Body) -> Response {
    let encoding = optional(&headers, &header::CONTENT_TYPE).and_then(OtlpEncoding::from_header);
    let project = take_runs::project(&headers);
    // an error about the encoding has none to be written in; JSON can be read by people
    let answer = *encoding.as_ref().unwrap_or(&OtlpEncoding::Json);
    let result = take_runs::take_runs(&state, &headers, body, move |body, limits, reservation| {
        ingest::read_otlp(body, encoding?, project.as_deref(), limits, reservation)
    })
    .await;
    match result {
        Ok(report) => accepted(answer, &report),
        Err(refusal) => refused(answer, refusal),
    }
}

/// Some spans may be refused: a client is told how many and why, and must not send them again.
fn accepted(encoding: OtlpEncoding, report: &BatchReport) -> Response {
    let partial_success = report.rejected.listed.first().map(|first| ExportTracePartialSuccess {
        rejected_spans: i64::try_from(report.rejected.len()).unwrap_or(i64::MAX),
        error_message: format!("{}: {}", first.loc.join("."), first.msg),
    });
    let body = match encoding {
        OtlpEncoding::Protobuf => ExportTraceServiceResponse { partial_success }.encode_to_vec(),
        OtlpEncoding::Json => match partial_success {
            None => json!({}),
            // 64-bit numbers are texts
            Some(partial) => json!({ "partialSuccess": {
                "rejectedSpans": partial.rejected_spans.to_string(), "errorMessage": partial.error_message,
            } }),
        }
        .to_string()
        .into_bytes(),
    };
    (content_type(encoding), body).into_response()
}

/// `google.rpc.Status`, in which OTLP says what is wrong.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

fn refused(encoding: OtlpEncoding, refusal: ApiResponse) -> Response {
    let message = refusal.message();
    // status and `Retry-After` are the same as everywhere
    let mut response = refusal.into_response();
    let code = match response.status() {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYLOAD_TOO_LARGE => 8,
        StatusCode::SERVICE_UNAVAILABLE => 14,
        StatusCode::REQUEST_TIMEOUT => 4,
        StatusCode::INTERNAL_SERVER_ERROR => 13,
        _ => 3,
    };
    let body = match encoding {
        OtlpEncoding::Protobuf => Status { code, message }.encode_to_vec(),
        OtlpEncoding::Json => json!({ "code": code, "message": message }).to_string().into_bytes(),
    };
    response.headers_mut().remove(header::CONTENT_LENGTH);
    let (mut parts, _) = response.into_parts();
    for (name, value) in content_type(encoding) {
        parts.headers.insert(name, value);
    }
    Response::from_parts(parts, Body::from(body))
}

fn content_type(encoding: OtlpEncoding) -> [(header::HeaderName, HeaderValue); 1] {
    let value = match encoding {
        OtlpEncoding::Protobuf => "application/x-protobuf",
        OtlpEncoding::Json => "application/json",
    };
    [(header::CONTENT_TYPE, HeaderValue::from_static(value))]
}
