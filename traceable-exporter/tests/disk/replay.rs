//! Replay: sends by hand what was left on disk.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Request, Server};
use crate::support::{LONG, config, delivered_names, exporter, run};
use serde_json::{Value, json};
use traceable_core::{Attachment, RunTree};
use traceable_exporter::{ReplayError, Spool, replay};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn a_spool_is_sent_and_deleted() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(503));
    let spooled = || exporter(config(&server.url()).spool(Spool::new(folder.path())));
    let first = spooled();
    for n in 0..150 {
        run(&first, &format!("r{n}"));
    }
    assert_eq!(first.shutdown(Duration::from_millis(300)).left_on_disk, 300);
    drop(first);
    // its threads release the folder a moment later
    std::thread::sleep(Duration::from_millis(300));

    let nowhere = config("http://127.0.0.1:9").retry_timeout(Duration::from_millis(50)).build().unwrap();
    let replayed = replay(folder.path(), &nowhere).unwrap();
    assert_eq!((replayed.delivered, replayed.left, replayed.dropped.total()), (0, 300, 0));

    // a mistyped address, where something else answers
    for status in [404, 302] {
        let other = Server::start();
        other.rule(move |_| Answer::Status(status));
        let replayed = replay(folder.path(), &config(&other.url()).build().unwrap()).unwrap();
        assert_eq!((replayed.delivered, replayed.left, replayed.dropped.total()), (0, 300, 0), "{status}");
    }

    server.rule(|_| Answer::Status(202));
    let replayed = replay(folder.path(), &config(&server.url()).build().unwrap()).unwrap();
    assert_eq!((replayed.delivered, replayed.left, replayed.dropped.total()), (300, 0, 0));
    let mut names = delivered_names(&server);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 150);
    let replayed = replay(folder.path(), &config(&server.url()).build().unwrap()).unwrap();
    assert_eq!(replayed.delivered, 0);
}

#[test]
fn files_of_another_version_are_named_and_stay() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(503));
    let first = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    run(&first, "r");
    assert_eq!(first.shutdown(Duration::from_millis(300)).left_on_disk, 2);
    drop(first);
    std::thread::sleep(Duration::from_millis(300));
    let later = folder.only_folder().join("0000").join("00000000000000aa.spool");
    fs::write(&later, "TRSPOOL2 later").unwrap();
    server.rule(|_| Answer::Status(202));
    let replayed = replay(folder.path(), &config(&server.url()).build().unwrap()).unwrap();
    assert_eq!((replayed.delivered, &replayed.unreadable[..]), (2, &[later.clone()][..]));
    assert_eq!(fs::read_to_string(&later).unwrap(), "TRSPOOL2 later");
}

#[test]
fn runs_of_a_running_program_are_not_replayed() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(503));
    let running = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    run(&running, "r");
    assert_eq!(running.flush(Duration::from_millis(200)).on_disk, 2);
    let other = Server::start();
    let replayed = replay(folder.path(), &config(&other.url()).build().unwrap()).unwrap();
    assert_eq!((replayed.delivered, replayed.left), (0, 0));
    server.rule(|_| Answer::Status(202));
    assert!(running.flush(LONG).is_lossless());
    assert_eq!(delivered_names(&server), ["r"]);
}

#[test]
fn dropped_runs_become_files_that_can_be_replayed() {
    let (server, folder) = (Server::start(), Scratch::new());
    let exporter = exporter(
        config(&server.url())
            .api_key("lsv2_pt_0123456789abcdef")
            .failed_traces(folder.path(), 1 << 20)
            .retry_timeout(Duration::from_millis(50)),
    );
    let bad = |body: &[u8]| body.windows(3).any(|window| window == b"BAD");
    server.rule(move |request| Answer::Status(if bad(&request.body) { 422 } else { 202 }));
    for name in ["good", "BAD", "fine"] {
        run(&exporter, name);
    }
    assert_eq!(exporter.flush(LONG).dropped.rejected, 2);
    server.rule(|_| Answer::Status(503));
    let run = RunTree::builder("late").inputs(json!({"q": "é"})).sink(exporter.clone()).build();
    run.add_attachment("file", Attachment::new("text/plain", b"content".to_vec()));
    run.end_with(json!({"a": 1})).post();
    assert_eq!(exporter.flush(LONG).dropped.retries_exhausted, 1);

    let saved = files(folder.path());
    assert_eq!(saved.len(), 2, "{saved:?}");
    let sizes = |server: &Server| -> HashSet<String> {
        let of = |request: &Request| request.header("x-pre-compressed-size").unwrap().to_owned();
        server.requests().iter().map(of).collect()
    };
    let sent_first = sizes(&server);
    for path in &saved {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (time, random) =
            name.strip_prefix("trace_").unwrap().strip_suffix(".json").unwrap().split_once('_').unwrap();
        assert!(time.parse::<f64>().unwrap() > 1.7e9 && random.len() == 8, "{name}");
        let content: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        assert_eq!((&content["version"], &content["endpoint"]), (&json!(1), &json!("runs/multipart")));
        assert_eq!(content["headers"]["Content-Encoding"], "zstd");
        assert_eq!(content.as_object().unwrap().len(), 4);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    // one server accepts everything now; another one accepts neither zstd nor multipart
    for info in [None, Some(r#"{"batch_ingest_config":{"use_multipart_endpoint":false}}"#)] {
        let copy = Scratch::new();
        fs::create_dir_all(copy.path()).unwrap();
        for path in &saved {
            fs::copy(path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
        let server = Server::start();
        if let Some(info) = info {
            server.set_info(info);
        }
        let replayed = replay(copy.path(), &config(&server.url()).build().unwrap()).unwrap();
        assert_eq!((replayed.delivered, replayed.left), (2, 0));
        assert!(files(copy.path()).is_empty());
        if info.is_none() {
            assert_eq!(delivered_names(&server), ["BAD", "late"]);
            let sizes = sizes(&server);
            assert!(sizes.len() == 2 && sizes.is_subset(&sent_first), "{sizes:?} of {sent_first:?}");
            assert!(server.requests()[1].body.ends_with(b"--\r\n"));
        }
    }
}

/// Files made by hand from the description of the format. As in files of the Python SDK, attachments have their
/// length in their type, and some bodies are for `/runs/batch`.
#[test]
fn files_of_other_sdks_are_understood() {
    let folder = Scratch::new();
    fs::create_dir_all(folder.path()).unwrap();
    let base64 = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let write = |name: &str, endpoint: &str, content_type: &str, body: &str| {
        let content = json!({
            "version": 1, "endpoint": endpoint, "headers": {"Content-Type": content_type}, "body_base64": base64(body),
        });
        fs::write(folder.path().join(name), content.to_string()).unwrap();
    };
    let id = "01a2036e-7943-7180-aa53-4023084e2e12";
    let part = |name: &str, kind: &str, body: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n{body}\r\n"
        )
    };
    let main = format!(r#"{{"id":"{id}","name":"one"}}"#);
    let body = [
        part(&format!("post.{id}"), "application/json", &main),
        part(&format!("post.{id}.inputs"), "application/json", r#"{"n":1.50}"#),
        part(&format!("attachment.{id}.note"), "text/plain; length=9", "--b\r\n\r\n--"),
        "--b--\r\n".to_owned(),
    ];
    write(
        "trace_1.000000_00000000.json",
        "runs/multipart",
        "multipart/form-data; boundary=b",
        &body.concat(),
    );
    let batch =
        format!(r#"{{"post":[{{"id":"{id}","name":"two","inputs":{{"n":1.50}},"extra":{{}}}}],"patch":[]}}"#);
    write("trace_2.000000_00000000.json", "runs/batch", "application/json", &batch);
    fs::write(folder.path().join("trace_3.json"), "{}").unwrap();
    fs::write(folder.path().join("other.txt"), "x").unwrap();

    // a server that rejects the multipart body in its original form
    let server = Server::start();
    let own = body.concat();
    server.rule(move |request| Answer::Status(if request.body == own.as_bytes() { 413 } else { 202 }));
    let replayed = replay(folder.path(), &config(&server.url()).build().unwrap()).unwrap();
    assert_eq!((replayed.delivered, replayed.left), (2, 0));
    assert_eq!(replayed.unreadable, [folder.path().join("trace_3.json")]);
    assert_eq!(files(folder.path()).len(), 2);

    let [original, one, two] = &server.requests()[..] else { panic!("{}", server.requests().len()) };
    assert_eq!(original.body, body.concat().as_bytes());
    assert_eq!(delivered_names(&server), ["one", "two"]);
    for request in [one, two] {
        let inputs = crate::support::parts_of(request)
            .into_iter()
            .find(|part| part.name.ends_with(".inputs"))
            .unwrap();
        assert_eq!(inputs.body, br#"{"n":1.50}"#);
    }
}

#[test]
fn a_missing_folder_is_an_error_that_names_it() {
    let folder = Scratch::new();
    let error = replay(folder.path(), &config("http://127.0.0.1:9").build().unwrap()).unwrap_err();
    assert!(matches!(&error, ReplayError::Folder(path, _) if path == folder.path()));
    assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");
}

#[test]
fn the_folder_of_failed_traces_has_a_bound() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(422));
    let exporter = exporter(config(&server.url()).failed_traces(folder.path(), 3000));
    for _ in 0..20 {
        run(&exporter, "r");
        assert!(exporter.flush(LONG).is_complete());
    }
    let bytes: u64 = files(folder.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(bytes > 1000 && bytes <= 3000, "{bytes}");
}
