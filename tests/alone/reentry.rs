//! Diagnostic hooks and sinks are the user's code: they may ask for runs, and make some.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{RunOperation, RunSink, diagnostics, trace};
use traceable_test_server::own_process::alone;

static HELD: Mutex<Option<RunTree>> = Mutex::new(None);
static REPORTS: AtomicUsize = AtomicUsize::new(0);

#[traceable]
fn reserved(#[run_tree] run: RunTree) -> impl Future<Output = ()> {
    *HELD.lock().unwrap() = Some(run);
    async {}
}

#[traceable]
async fn uses_it() {
    reserved().await;
}

/// Makes a run for each operation that it gets.
struct Echo(AtomicUsize);

impl RunSink for Echo {
    fn submit(&self, _: RunOperation) {
        self.0.fetch_add(1, Relaxed);
        RunTree::builder("echo").build().post().end().patch();
    }
}

#[test]
fn diagnostic_hooks_and_sinks_may_use_the_library_themselves() {
    alone(|| {
        let recorder = Recorder::install();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        diagnostics::set_diagnostic_hook(|_| {
            REPORTS.fetch_add(1, Relaxed);
            // the run that is being reported: its place is known by now
            let id = HELD.lock().unwrap().as_ref().and_then(RunTree::id);
            assert!(id.is_some());
            Extra::new().name("nobody takes it").call(|| ());
        });
        runtime.block_on(async {
            uses_it().await;
            tokio::spawn(async { reserved().await }).await.unwrap();
        });
        assert_eq!(REPORTS.load(Relaxed), 1);
        assert_eq!(recorder.forest().render(), "uses_it > reserved; reserved");

        let echo = Arc::new(Echo(AtomicUsize::new(0)));
        traceable::process::install_sink(echo.clone());
        let before = traceable::diagnostics().sink_reentry;
        trace("heard").scope(|_| ());
        assert_eq!(echo.0.load(Relaxed), 2, "the start and the end, and nothing that came back");
        assert_eq!(traceable::diagnostics().sink_reentry, before + 4);
    });
}
