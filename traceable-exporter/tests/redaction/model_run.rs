//! A run of a model, sent through an exporter that redacts.

use std::sync::Arc;

use serde_json::{Value, json};
use traceable_core::{Attachment, RunSink, TracingContext, trace};
use traceable_exporter::ConfigBuilder;

use crate::support::server::Server;
use crate::support::{LONG, config, exporter, parts_of};

/// The bodies of all parts whose names end in `suffix`.
pub(crate) fn sent(server: &Server, suffix: &str) -> Vec<Value> {
    let parts = server.requests().iter().flat_map(parts_of).collect::<Vec<_>>();
    parts.iter().filter(|part| part.name.ends_with(suffix)).map(|part| part.json()).collect()
}

pub(crate) fn everything(server: &Server) -> String {
    server.requests().iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect()
}

/// A run of a model, with every kind of data.
pub(crate) fn model_run(sink: Arc<dyn RunSink>) {
    let model = || trace("model").input("question", "QUESTION").metadata("user", "USER").tag("tag");
    TracingContext::new().sink(sink).scope(|| {
        model().scope(|run| {
            run.add_extra("invocation_params", json!({"system": "PARAMETER"}));
            run.add_event(json!({"name": "new_token", "kwargs": {"token": "TOKEN"}}));
            run.add_attachment("file", Attachment::new("text/plain", &b"FILE"[..]));
            run.add_outputs(
                json!({"answer": "ANSWER", "usage_metadata": {"input_tokens": 17, "note": "NOTE"}}),
            );
        });
    });
}

pub(crate) fn run_through(settings: impl FnOnce(ConfigBuilder) -> ConfigBuilder) -> (Server, u64) {
    let server = Server::start();
    let exporter = exporter(settings(config(&server.url()).revision_id("REVISION").batch_delay(LONG)));
    model_run(exporter.clone());
    assert!(exporter.flush(LONG).is_lossless());
    let failed = exporter.stats().redactions_failed;
    (server, failed)
}

pub(crate) fn assert_hidden(server: &Server, hidden: &[&str], shown: &[&str]) {
    let all = everything(server);
    for word in hidden {
        assert!(!all.contains(word), "{word} in {all}");
    }
    for word in shown {
        assert!(all.contains(word), "{word} not in {all}");
    }
}
