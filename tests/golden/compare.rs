//! Runs a program, and compares what it sends with a capture.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use traceable::{Config, Exporter, RunOperation, RunSink, process};
use traceable_test_server::server::{Request, Server};

use crate::agreed;
use crate::difference::{Comparison, Difference};
use crate::operation::{captured, received};
use crate::view::{Side, apart, merged};

/// A time that nothing here needs, if nothing is wrong.
const LONG: Duration = Duration::from_secs(30);

/// What the server says of itself: it takes multipart, and nothing compressed.
const INFO: &str = r#"{"batch_ingest_config":{"use_multipart_endpoint":true,"size_limit":100}}"#;

/// When runs are sent.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sending {
    /// All at the end: start and end of a run become one.
    Together,
    /// Each start and each end at once, by itself.
    Apart,
}

/// How a capture has start and end of a run, which depends on how fast the SDK was.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Captured {
    /// Of some runs or all as one.
    Together,
    /// Of all runs by themselves.
    Apart,
}

/// Runs `program` twice, once with each way of [`Sending`], and compares what it sent with the capture: start
/// and end laid together, whatever the capture; and if it has them apart, these too.
#[track_caller]
pub(crate) fn golden(
    capture: &str,
    form: Captured,
    meant: impl IntoIterator<Item = Difference>,
    program: impl Fn() + Send + Sync,
) {
    let meant: Vec<Difference> = agreed::everywhere().into_iter().chain(meant).collect();
    let mut comparison = Comparison::new(&meant);
    let python = captured(capture);
    let expected = merged(&python, Side::Python);
    for (sending, what) in [(Sending::Together, "sent together"), (Sending::Apart, "sent apart")] {
        let rust = received(&requests_of(sending, &program));
        let whole = rust.iter().all(|operation| operation.kind == "post");
        assert_eq!(whole, sending == Sending::Together, "{what}");
        comparison.compare(what, &expected, &merged(&rust, Side::Rust));
        if (form, sending) == (Captured::Apart, Sending::Apart) {
            comparison.compare("start and end", &apart(&python, Side::Python), &apart(&rust, Side::Rust));
        }
    }
    comparison.finish();
}

/// What the program sends.
pub(crate) fn requests_of(sending: Sending, program: impl Fn() + Send + Sync) -> Vec<Request> {
    // the programs use the exporter of the process, as programs do
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Server::start();
    server.set_info(INFO);
    let config = Config::builder()
        .endpoint(server.url())
        .api_key("test-key")
        .project("wire-test")
        .compression(None)
        // for what waits until it is flushed
        .batch_delay(LONG)
        .on_warning(|line| panic!("{line}"));
    let exporter = Arc::new(Exporter::new(config.build().unwrap()));
    match sending {
        Sending::Together => process::install_sink(exporter.clone()),
        Sending::Apart => process::install_sink(Arc::new(FlushEach(exporter.clone()))),
    };
    let ran = on_main_thread(&program);
    process::remove_sink();
    assert!(exporter.flush(LONG).is_lossless());
    ran.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    server.all_requests()
}

/// A trace that begins anywhere but on the main thread says why it has no parent, and the threads of tests are
/// not the main thread.
fn on_main_thread(program: impl Fn() + Send + Sync) -> std::thread::Result<()> {
    std::thread::scope(|scope| {
        let main = std::thread::Builder::new().name("main".to_owned());
        main.spawn_scoped(scope, program).unwrap().join()
    })
}

/// Passes on one operation after the other.
struct FlushEach(Arc<Exporter>);

impl RunSink for FlushEach {
    fn submit(&self, operation: RunOperation) {
        self.0.submit(operation);
        assert!(self.0.flush(LONG).is_lossless());
    }
}
