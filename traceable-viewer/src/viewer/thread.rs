//! The thread of a viewer: its runtime, and the server in it.

use std::net::TcpListener;

use tokio::sync::oneshot;

use crate::api::Warnings;
use crate::server::{self, ServerLimits};

/// The viewer's thread. The runtime is made and dropped here: dropped inside another runtime, it would panic.
pub(super) fn serve(
    listener: TcpListener,
    app: axum::Router,
    limits: ServerLimits,
    warnings: Warnings,
    retention: impl Future<Output = ()> + Send + 'static,
    stopped: oneshot::Receiver<()>,
    report: &std::sync::mpsc::Sender<std::io::Result<()>>,
) {
    let ready = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        drop(inside);
        Ok((runtime, listener))
    };
    // an error of `send` means that nobody waits for the report, which cannot be while `start` runs
    match ready() {
        Ok((runtime, listener)) => {
            let _ = report.send(Ok(()));
            // dropped with the runtime
            drop(runtime.spawn(retention));
            runtime.block_on(server::serve(
                listener,
                app,
                limits,
                |text| warnings.warn(format_args!("{text}")),
                stopped,
            ));
            // work on other threads ends by itself; nobody waits for its result any more
            runtime.shutdown_background();
        }
        Err(error) => {
            let _ = report.send(Err(error));
        }
    }
}
