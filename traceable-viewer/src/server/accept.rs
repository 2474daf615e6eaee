//! Accepts connections until the server stops, and lets those in flight end.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{connection::serve_connection, limits::ServerLimits, slots::Slots};

/// How long requests in flight may take after the server begins to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// How long nothing is accepted after the operating system had no descriptor or memory for a connection.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stopped` is told to end, or its sender is gone.
pub(crate) async fn serve(
    listener: TcpListener,
    app: axum::Router,
    limits: ServerLimits,
    warn: impl Fn(&str),
    stopped: oneshot::Receiver<()>,
) {
    let slots = Slots::new(limits.max_connections);
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let next = async {
            slots.room().await;
            accept(&listener, &slots, &warn).await
        };
        let stream = tokio::select! {
            stream = next => stream,
            Some(_) = connections.join_next() => continue,
            // an error means that the viewer itself is gone, which stops the server too
            _ = &mut stopped => break,
        };
        let connection = serve_connection(stream, slots.take(), app.clone(), limits, stopping.clone());
        connections.spawn(connection);
    }
    drop(listener);
    let _ = stop.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    // dropping the set ends those that take longer
    let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, all).await;
}

/// The next connection. Accepting goes on after every error: most are of one connection, and the others pass.
async fn accept(listener: &TcpListener, slots: &Slots, warn: &impl Fn(&str)) -> TcpStream {
    let mut warned = false;
    loop {
        let error = match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => error,
        };
        if matches!(
            error.kind(),
            ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
        ) {
            continue;
        }
        if !warned {
            warn(&format!("a connection cannot be accepted, more are tried: {error}"));
            warned = true;
        }
        // those that are silent hold descriptors too
        slots.close_one(Instant::now());
        tokio::time::sleep(EXHAUSTED_PAUSE).await;
    }
}
