//! One connection: HTTP/1 with time limits, until its client, the server or a new connection ends it.

use std::convert::Infallible;
use std::pin::pin;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower_service::Service;

use super::{
    limits::ServerLimits,
    phase::{Phase, PhaseTracker},
    slots::Slot,
    tracked_body::TrackedBody,
    write_timeout::WriteTimeout,
};

/// Bytes of the head of a request, and of what is read of its body at once.
const READ_BUFFER: usize = 64 << 10;

/// Serves a connection to its end. Whatever ends it, nobody is told: the client sees it.
pub(crate) async fn serve_connection(
    stream: TcpStream,
    slot: Slot,
    app: axum::Router,
    limits: ServerLimits,
    mut stopping: watch::Receiver<bool>,
) {
    // a response is small and complete, so there is nothing to wait for
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(WriteTimeout::new(stream, limits.idle_timeout));
    let phase = slot.phase.clone();
    let service = service_fn(move |request| respond(app.clone(), phase.clone(), request));
    let mut http = http1::Builder::new();
    // begins when the connection waits for a request, so it is the limit of silence too
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle_timeout).max_buf_size(READ_BUFFER);
    let mut connection = pin!(http.serve_connection(io, service));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = slot.closed() => return,
        // an error means that the server is gone
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    // the server waits only so long
    let _ = connection.await;
}

/// Passes a request on, and notes how far it is.
async fn respond(
    mut app: axum::Router,
    phase: PhaseTracker,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    phase.set(Phase::Body);
    let body_ended = {
        let phase = phase.clone();
        move || phase.body_ended()
    };
    let request = request.map(|body| Body::new(TrackedBody::new(body, body_ended)));
    let response = app.call(request).await?;
    phase.set(Phase::Response);
    Ok(response.map(|body| Body::new(TrackedBody::new(body, move || phase.set(Phase::Head)))))
}
