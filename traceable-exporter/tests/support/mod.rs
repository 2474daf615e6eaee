//! What the tests share.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test file uses a part of it")]

pub mod counting;
pub mod scratch;
pub mod secrets;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use traceable_core::RunTree;
use traceable_exporter::{Config, ConfigBuilder, Exporter};
pub use traceable_test_server::{faulty, multipart, own_process, server, tls};

use multipart::Part;
use server::{Request, Server};

/// A time that nothing here needs, if nothing is wrong.
pub const LONG: Duration = Duration::from_secs(30);

/// What an exporter warned about.
#[derive(Clone, Default)]
pub struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    pub fn handler(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let lines = self.0.clone();
        move |line| lines.lock().unwrap().push(line.to_owned())
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Settings for a server here; nothing is printed. A flush sends at once. Until then a run waits long enough for its start and
/// end to go out together, also on a busy machine.
pub fn config(url: &str) -> ConfigBuilder {
    Config::builder()
        .endpoint(url)
        .project("wire-test")
        .batch_delay(Duration::from_secs(2))
        .on_warning(|_| {})
}

pub fn exporter(config: ConfigBuilder) -> Arc<Exporter> {
    Arc::new(Exporter::new(config.build().unwrap()))
}

pub fn exporter_for(server: &Server) -> Arc<Exporter> {
    exporter(config(&server.url()))
}

/// A whole run, start and end.
pub fn run(exporter: &Arc<Exporter>, name: &str) -> RunTree {
    let run = RunTree::builder(name.to_owned())
        .inputs(serde_json::json!({"q": name}))
        .sink(exporter.clone())
        .build();
    run.post();
    run.end_with(serde_json::json!({"a": 1}));
    run.patch();
    run
}

/// The parts of a multipart request.
pub fn parts_of(request: &Request) -> Vec<Part> {
    multipart::parts(request.header("content-type").unwrap(), &request.body)
}

/// The main parts: name of the part and its JSON.
pub fn mains(request: &Request) -> Vec<(String, serde_json::Value)> {
    let is_main = |part: &Part| !part.name.starts_with("attachment.") && part.name.matches('.').count() == 1;
    parts_of(request).iter().filter(|p| is_main(p)).map(|p| (p.name.clone(), p.json())).collect()
}

/// The operations in a request: `post.ID` or `patch.ID`, and the run's name.
pub fn operations_of(request: &Request) -> Vec<(String, String)> {
    let named = |(part, main): (String, serde_json::Value)| (part, main["name"].as_str().unwrap().to_owned());
    mains(request).into_iter().map(named).collect()
}

/// The operations in all requests that were answered with success.
pub fn delivered_operations(server: &Server) -> Vec<(String, String)> {
    let taken = server.answered().into_iter().filter(|(_, status)| matches!(status, 200..300 | 409));
    taken.flat_map(|(request, _)| operations_of(&request)).collect()
}

/// The names of their runs.
pub fn delivered_names(server: &Server) -> Vec<String> {
    delivered_operations(server).into_iter().map(|(_, name)| name).collect()
}
