//! Several destinations, each with its own credentials and, in another project, its own ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Request, Server};
use crate::support::{LONG, Warnings, config, mains, parts_of};
use serde_json::{Value, json};
use traceable_core::{Extra, RunSink, RunTree, TracingContext, trace};
use traceable_exporter::{ConfigBuilder, Exporter, Redaction, Replica, Replicas, Spool, replay};
use uuid::Uuid;

const ROOT: &str = "01a2036e-7943-7180-aa53-4023084e2e12";
const CHILD: &str = "01a2036e-7953-75b8-beda-8496c9404995";
/// Their ids in the project `second`, as LangSmith has published them.
const ROOT_IN_SECOND: &str = "01a2036e-7943-7be2-9fc9-49716303af82";
const OTHER: &str = "00000000-0000-4000-8000-000000000005";
const OTHER_IN_SECOND: &str = "ea27fd71-1dce-7f4d-9495-d8c4a4f20318";
const CHILD_IN_SECOND: &str = "01a2036e-7953-732c-8bfe-8a5f42421bee";

fn replicas(config: ConfigBuilder) -> Arc<Replicas> {
    Arc::new(Replicas::new(config.build().unwrap()))
}

/// Submits a root and a child.
fn trace_into(sink: Arc<dyn RunSink>) -> RunTree {
    let root = RunTree::builder("root").sink(sink).build();
    root.post();
    root.create_child("child").build().post().end().patch();
    root.end().patch();
    root
}

fn id(text: &str) -> Uuid {
    text.parse().unwrap()
}

/// The main part of the first run of this name that a server got.
fn main_of(server: &Server, name: &str) -> Value {
    let all: Vec<_> = server.requests().iter().flat_map(mains).collect();
    all.into_iter().map(|(_, main)| main).find(|main| main["name"] == name).unwrap()
}

fn ids(main: &Value) -> [&str; 4] {
    let order = main["dotted_order"].as_str().unwrap();
    let text = |key: &str| main[key].as_str().unwrap_or_default();
    assert!(order.ends_with(text("id")));
    [text("id"), text("trace_id"), text("parent_run_id"), &order[22..58]]
}

#[test]
fn in_another_project_a_run_has_the_ids_that_are_published() {
    let servers: Vec<_> = (0..4).map(|_| Server::start()).collect();
    let to = |i: usize| Replica::to(servers[i].url());
    let sink = replicas(
        config(&servers[0].url())
            .project("first")
            .replica(to(0))
            .replica(to(1).project("second"))
            .replica(to(2).project("third").primary())
            .replica(to(3).project("first")),
    );
    let root = RunTree::builder("root").run_id(id(ROOT)).sink(sink.clone()).build();
    root.post();
    root.create_child("child").run_id(id(CHILD)).build().post().end().patch();
    root.end().patch();
    assert!(sink.flush(LONG).is_lossless());
    let expected = [
        ("first", [ROOT, CHILD]),
        ("second", [ROOT_IN_SECOND, CHILD_IN_SECOND]),
        ("third", [ROOT, CHILD]),
        ("first", [ROOT, CHILD]),
    ];
    for (server, (project, [root, child])) in servers.iter().zip(expected) {
        let (root_main, child_main) = (main_of(server, "root"), main_of(server, "child"));
        assert_eq!(root_main["session_name"], project);
        assert_eq!(child_main["session_name"], project);
        assert_eq!(ids(&root_main), [root, root, "", root], "{project}");
        assert_eq!(ids(&child_main), [child, root, root, root], "{project}");
        // the names of all parts have the same ids
        for part in server.requests().iter().flat_map(parts_of) {
            assert!(part.name.contains(root) || part.name.contains(child), "{}", part.name);
        }
    }
    // counted once for each destination
    assert_eq!((sink.stats().submitted, sink.stats().delivered), (16, 16));
    assert_eq!(sink.exporters().iter().map(|one| one.stats().delivered).collect::<Vec<_>>(), [4; 4]);
}

#[test]
fn a_run_that_names_the_replicas_project_keeps_its_ids_there() {
    let server = Server::start();
    let sink = replicas(config(&server.url()).replica(Replica::new().project("second")));
    let root = RunTree::builder("root").project("second").sink(sink.clone()).build();
    root.post().end().patch();
    RunTree::builder("other").project("elsewhere").sink(sink.clone()).build().post().end().patch();
    assert!(sink.flush(LONG).is_lossless());
    assert_eq!(main_of(&server, "root")["id"], root.id().unwrap().to_string());
    let other = main_of(&server, "other");
    assert_eq!(other["session_name"], "second");
    assert_eq!(other["id"], other["trace_id"]);
}

#[test]
fn credentials_of_one_destination_never_reach_another() {
    let servers: Vec<_> = (0..5).map(|_| Server::start()).collect();
    let to = |i: usize| Replica::to(servers[i].url());
    let sink = replicas(
        config(&servers[0].url())
            .api_key("key-of-program")
            .workspace_id("workspace-of-program")
            // the program's own server, by default, by its address with another key, and with a project; and others
            .replica(Replica::new())
            .replica(to(1).api_key("key-1").workspace_id("workspace-1"))
            .replica(to(2))
            .replica(to(3).workspace_id("workspace-3"))
            .replica(to(0).api_key("key-4").project("p4"))
            .replica(to(0).project("p5"))
            .replica(to(4).api_key("key-of-program")),
    );
    trace_into(sink.clone());
    assert!(sink.flush(LONG).is_lossless());
    let sent = |server: &Server| {
        let mut all: Vec<_> = server.all_requests().iter().map(credentials).collect();
        all.sort();
        all.dedup();
        all
    };
    let pair = |key: &str, workspace: &str| (key.to_owned(), workspace.to_owned());
    assert_eq!(sent(&servers[0]), [pair("key-4", ""), pair("key-of-program", "workspace-of-program")]);
    assert_eq!(sent(&servers[1]), [pair("key-1", "workspace-1")]);
    assert_eq!(sent(&servers[2]), [pair("", "")]);
    assert_eq!(sent(&servers[3]), [pair("", "workspace-3")]);
    assert_eq!(sent(&servers[4]), [pair("key-of-program", "")]);
    // neither requests nor `Debug` reveal a replica's settings
    for request in servers.iter().flat_map(Server::all_requests) {
        let body = String::from_utf8_lossy(&request.body);
        for secret in ["key-", "workspace-", "replica", "127.0.0.1"] {
            assert!(!body.contains(secret), "{secret}: {body}");
        }
    }
    let shown = format!("{sink:?} {:?} {:?}", sink.config(), to(1).api_key("key-1"));
    assert!(!shown.contains("key-1") && !shown.contains("key-of-program"), "{shown}");
}

fn credentials(request: &Request) -> (String, String) {
    assert!(request.headers.iter().filter(|(name, _)| name == "x-api-key").count() < 2);
    let header = |name| request.header(name).unwrap_or_default().to_owned();
    (header("x-api-key"), header("x-tenant-id"))
}

#[test]
fn a_replicas_changes_apply_to_that_replica_only() {
    let servers = [Server::start(), Server::start()];
    let sink =
        replicas(config(&servers[0].url()).replica(Replica::new()).replica(
            Replica::to(servers[1].url()).metadata("copy", true).metadata("own", 2).tag("a").tag("b"),
        ));
    let root = RunTree::builder("root").tags(["own"]).sink(sink.clone()).build();
    root.add_metadata("own", 1).add_metadata("kept", "x").post().end().patch();
    assert!(sink.flush(LONG).is_lossless());
    let metadata = |server: &Server| {
        let parts: Vec<_> = server.requests().iter().flat_map(parts_of).collect();
        let extra = parts.iter().find(|part| part.name.ends_with(".extra")).unwrap().json();
        (
            extra["metadata"]["own"].clone(),
            extra["metadata"]["copy"].clone(),
            extra["metadata"]["kept"].clone(),
        )
    };
    assert_eq!(main_of(&servers[0], "root")["tags"], json!(["own"]));
    assert_eq!(main_of(&servers[1], "root")["tags"], json!(["a", "b"]));
    assert_eq!(metadata(&servers[0]), (json!(1), Value::Null, json!("x")));
    assert_eq!(metadata(&servers[1]), (json!(2), json!(true), json!("x")));
}

#[test]
fn rerooted_a_part_of_a_trace_is_a_trace() {
    let servers = [Server::start(), Server::start(), Server::start()];
    let to = |i: usize| Replica::to(servers[i].url());
    let sink = replicas(
        config(&servers[0].url())
            .project("first")
            .replica(to(0))
            .replica(to(1).reroot())
            .replica(to(2).reroot().project("second")),
    );
    let client = RunTree::builder("client").build();
    let headers = client.create_child("call").build().to_headers();
    let remote = RunTree::from_headers(&headers).unwrap().unwrap();
    let here = remote.create_child("here").run_id(id(OTHER)).sink(sink.clone()).build();
    here.post();
    here.create_child("below").build().post().end().patch();
    here.end().patch();
    // a trace that begins in this process stays as it is
    RunTree::builder("own").sink(sink.clone()).build().post().end().patch();
    assert!(sink.flush(LONG).is_lossless());

    let (first, remote_id) = (main_of(&servers[0], "here"), remote.id().unwrap().to_string());
    assert_eq!(first["dotted_order"].as_str().unwrap().split('.').count(), 3);
    assert_eq!((&first["parent_run_id"], first["trace_id"] == first["id"]), (&json!(remote_id), false));
    for (server, root) in [(&servers[1], OTHER), (&servers[2], OTHER_IN_SECOND)] {
        assert_eq!(ids(&main_of(server, "here")), [root, root, "", root]);
        assert_eq!(ids(&main_of(server, "below"))[1..], [root, root, root]);
        let own = main_of(server, "own");
        assert_eq!(own["trace_id"], own["id"]);
        // the request does not mention it
        for request in server.requests() {
            assert!(!String::from_utf8_lossy(&request.body).contains("reroot"));
        }
    }
}

#[test]
fn a_stalled_destination_does_not_delay_the_others() {
    let (good, stalled) = (Server::start(), Server::start());
    stalled.rule(|_| Answer::Stall(Duration::from_secs(10)));
    let sink = replicas(
        config(&stalled.url()).batch_delay(LONG).replica(Replica::new()).replica(Replica::to(good.url())),
    );
    for _ in 0..10 {
        trace_into(sink.clone());
    }
    let begun = Instant::now();
    let report = sink.flush(Duration::from_millis(300));
    assert!((Duration::from_millis(290)..Duration::from_secs(3)).contains(&begun.elapsed()));
    assert!(report.elapsed >= Duration::from_millis(290));
    let [stalled, good] = [0, 1].map(|i| sink.exporters()[i].stats());
    assert_eq!((good.delivered, good.queued), (40, 0));
    assert_eq!((stalled.delivered, stalled.queued, report.remaining), (0, 40, 40));
    let stats = sink.stats();
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.total() + stats.queued);
    let report = sink.shutdown(Duration::ZERO);
    assert_eq!((report.dropped.shutdown, report.delivered, report.remaining), (40, 40, 0));
}

#[test]
fn one_trace_or_one_call_may_have_replicas_of_its_own() {
    let servers = [Server::start(), Server::start()];
    let sink =
        replicas(config(&servers[0].url()).replica(Replica::new()).replica(Replica::to(servers[1].url())));
    TracingContext::new().sink(sink.clone()).scope(|| trace("in a context").scope(|_| ()));
    Extra::new().sink(sink.clone()).call(|| trace("a call").scope(|_| ()));
    trace("elsewhere").scope(|_| ());
    assert!(sink.flush(LONG).is_lossless());
    for server in &servers {
        let mut names: Vec<_> =
            server.requests().iter().flat_map(mains).map(|(_, main)| main["name"].clone()).collect();
        names.dedup();
        assert_eq!(names, ["in a context", "a call"]);
    }
}

#[test]
fn functions_that_redact_are_called_once_for_all_destinations() {
    let servers = [Server::start(), Server::start(), Server::start()];
    let calls = Arc::<AtomicUsize>::default();
    let count = calls.clone();
    let settings = (1..3)
        .fold(config(&servers[0].url()).compression(None).replica(Replica::new()), |config, i| {
            config.replica(Replica::to(servers[i].url()))
        })
        .redaction(Redaction::new().hide_outputs(true).inputs(move |inputs| {
            assert_ne!(inputs["q"], "fail");
            count.fetch_add(1, Relaxed);
            json!({"q": "redacted"})
        }));
    let sink = replicas(settings);
    let run = |sink: Arc<dyn RunSink>, q: &str| {
        let run = RunTree::builder("r").inputs(json!({"q": q})).sink(sink).build();
        run.end_with(json!({"a": "hidden"})).post();
    };
    run(sink.clone(), "secret");
    assert_eq!(calls.load(Relaxed), 1);
    run(sink.clone(), "fail");
    // one of the exporters, used as a sink alone
    run(sink.exporters()[1].clone(), "secret");
    assert_eq!(calls.load(Relaxed), 2);
    assert!(sink.flush(LONG).is_lossless());
    let failed = sink.exporters().iter().map(|exporter| exporter.stats().redactions_failed);
    assert_eq!(failed.collect::<Vec<_>>(), [1; 3]);
    for (server, times) in servers.iter().zip([1, 2, 1]) {
        let text: String = server
            .requests()
            .iter()
            .map(|request| String::from_utf8_lossy(&request.body).into_owned())
            .collect();
        assert_eq!(text.matches(r#"{"q":"redacted"}"#).count(), times);
        assert!(
            text.contains("[not recorded") && !text.contains("secret") && !text.contains("hidden"),
            "{text}"
        );
    }
}

#[test]
fn an_exporter_by_itself_sends_to_the_first() {
    let servers = [Server::start(), Server::start()];
    let warnings = Warnings::default();
    let config = config(&servers[0].url())
        .on_warning(warnings.handler())
        .replica(Replica::to(servers[1].url()).project("second"))
        .replica(Replica::new());
    let exporter = Arc::new(Exporter::new(config.build().unwrap()));
    let lines = warnings.lines();
    assert!(lines.len() == 1 && lines[0].contains("2 destinations"), "{lines:?}");
    let root = trace_into(exporter.clone());
    assert!(exporter.flush(LONG).is_lossless());
    assert!(servers[0].requests().is_empty());
    let main = main_of(&servers[1], "root");
    assert_eq!(main["session_name"], "second");
    assert_ne!(main["id"], root.id().unwrap().to_string());
}

#[test]
fn runs_on_disk_for_one_destination_are_sent_to_no_other() {
    let (servers, folder) = ([Server::start(), Server::start()], Scratch::new());
    let to = |i: usize| Replica::to(servers[i].url()).api_key(format!("key-{i}")).project(format!("p{i}"));
    let with = |first: usize, second: usize| {
        let config = config(&servers[0].url()).spool(Spool::new(folder.path()));
        replicas(config.replica(to(first)).replica(to(second)))
    };
    for server in &servers {
        server.rule(|_| Answer::Status(503));
    }
    let sink = with(0, 1);
    trace_into(sink.clone());
    let report = sink.shutdown(Duration::from_millis(300));
    assert_eq!((report.left_on_disk, report.dropped.total()), (8, 0), "{report}");

    for server in &servers {
        server.rule(|_| Answer::Status(202));
    }
    // a replica is the same in any order
    let sink = with(1, 0);
    sink.start();
    let begun = Instant::now();
    while sink.stats().delivered < 8 {
        assert!(begun.elapsed() < LONG, "{:?}", sink.stats());
        std::thread::sleep(Duration::from_millis(5));
    }
    for (i, server) in servers.iter().enumerate() {
        let taken = server.answered().into_iter().filter(|(_, status)| *status == 202);
        let projects: Vec<_> = taken
            .flat_map(|(request, _)| mains(&request))
            .map(|(_, main)| main["session_name"].clone())
            .collect();
        assert!(
            !projects.is_empty() && projects.iter().all(|project| *project == format!("p{i}")),
            "{projects:?}"
        );
        let keys: Vec<_> = server.requests().iter().map(|request| credentials(request).0).collect();
        assert!(keys.iter().all(|key| *key == format!("key-{i}")), "{keys:?}");
    }
}

#[test]
fn failed_traces_of_each_destination_have_their_own_folder() {
    let (servers, folder) = ([Server::start(), Server::start()], Scratch::new());
    for server in &servers {
        server.rule(|_| Answer::Status(400));
    }
    let config = config(&servers[0].url()).compression(None).failed_traces(folder.path(), 1 << 20);
    let to = |i: usize| Replica::to(servers[i].url()).project(format!("p{i}"));
    let sink = replicas(config.replica(to(0)).replica(to(1)));
    trace_into(sink.clone());
    assert_eq!(sink.flush(LONG).dropped.rejected, 8);
    let folders: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(folders.len(), 2);
    for folder in folders {
        assert!(folder.file_name().unwrap().to_str().unwrap().starts_with("to-"));
        assert_ne!(std::fs::read_dir(folder).unwrap().count(), 0);
    }

    // a replay sends each destination its own
    for server in &servers {
        server.rule(|_| Answer::Status(202));
    }
    let replayed = replay(folder.path(), sink.config()).unwrap();
    assert_ne!(replayed.delivered, 0);
    assert_eq!((replayed.dropped.total(), replayed.left), (0, 0));
    for (i, server) in servers.iter().enumerate() {
        let taken = server.answered().into_iter().filter(|(_, status)| *status == 202);
        let mains: Vec<_> = taken.flat_map(|(request, _)| mains(&request)).map(|(_, main)| main).collect();
        assert!(
            !mains.is_empty() && mains.iter().all(|main| main["session_name"] == format!("p{i}")),
            "{mains:?}"
        );
    }
    assert!(replay(folder.path().join("none"), sink.config()).is_err());
}
