//! An exporter without `on_warning` warns through the diagnostic hook of the process. Alone, because there is one hook.

use std::sync::Mutex;

use crate::support::own_process::alone;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, exporter, run};
use traceable_core::diagnostics::{DiagnosticKind, set_diagnostic_hook};
use traceable_exporter::Config;

static TOLD: Mutex<Vec<(DiagnosticKind, String)>> = Mutex::new(Vec::new());

#[test]
fn what_is_lost_is_told_where_all_diagnostics_are() {
    alone(|| {
        set_diagnostic_hook(|diagnostic| {
            TOLD.lock().unwrap().push((diagnostic.kind, diagnostic.to_string()))
        });
        let server = Server::start();
        server.rule(|_| Answer::Status(400));
        let exporter = exporter(Config::builder().endpoint(server.url()));
        run(&exporter, "lost");
        assert_eq!(exporter.flush(LONG).dropped.rejected, 2);
        let told = TOLD.lock().unwrap();
        let [(DiagnosticKind::Delivery, line)] = &told[..] else { panic!("{told:?}") };
        assert!(line.contains("400"), "{line}");
    });
}
