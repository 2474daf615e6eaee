//! Runs go to an agent's environment instead of a project.

use crate::support::server::Server;
use crate::support::{LONG, exporter, mains};
use traceable_core::{RunSink, RunTree};
use traceable_exporter::Config;

#[test]
fn an_addressed_run_names_no_project_unless_it_was_given_one() {
    let server = Server::start();
    let config = || Config::builder().endpoint(server.url()).on_warning(|_| {});
    let exporter = exporter(config().agent("support", "Staging"));
    let root = RunTree::builder("addressed").sink(exporter.clone()).build();
    root.post();
    assert!(exporter.flush(LONG).is_lossless());
    root.end().patch();
    RunTree::builder("in a project").project("p").sink(exporter.clone()).build().post().end().patch();
    assert!(exporter.flush(LONG).is_lossless());

    let mains: Vec<_> = server.requests().iter().flat_map(mains).map(|(_, main)| main).collect();
    let is = |name: &'static str| mains.iter().filter(move |main| main["name"] == name);
    assert_eq!((is("addressed").count(), is("in a project").count()), (2, 1));
    for main in is("addressed") {
        assert_eq!(main["address"], "lrn:agents/support/environments/staging");
        assert!(main.get("session_name").is_none());
    }
    for main in is("in a project") {
        assert_eq!((main["session_name"].as_str(), main.get("address")), (Some("p"), None));
    }
    // headers name no project, because these runs are in none
    assert_eq!(exporter.default_project(), None);
    let headers = root.to_headers();
    let baggage = &headers.iter().find(|(name, _)| name == "baggage").unwrap().1;
    assert!(baggage.contains("langsmith-address=lrn%3Aagents/support/environments/staging"), "{baggage}");
    assert!(!baggage.contains("langsmith-project"), "{baggage}");

    // the other process sends its part of the trace to the same address, whatever its own settings are
    let elsewhere = crate::support::exporter(config().project("own"));
    let remote = RunTree::from_headers(&headers).unwrap().unwrap();
    let here = remote.create_child("here").sink(elsewhere.clone()).build();
    here.post().end().patch();
    here.create_child("below").build().post().end().patch();
    assert_eq!(here.to_headers()[1].1, *baggage);
    assert!(elsewhere.flush(LONG).is_lossless());
    let request = server.requests().pop().unwrap();
    for (_, main) in crate::support::mains(&request) {
        assert_eq!(main["address"], "lrn:agents/support/environments/staging");
        assert!(main.get("session_name").is_none());
    }
}
