//! Programs that never call `init`, or whose collector is not started. Each case is a process of its own, which runs this test binary in another role.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::Server;
use crate::support::{LONG, delivered_names};
use traceable_core::diagnostics::set_diagnostic_hook;
use traceable_core::{RunOperation, RunSink, RunTree, process};
use traceable_exporter::{Config, Guard, Spool, flush, flush_async, init, init_with, start_lazily};

const ROLE: &str = "TEST_ROLE";
const URL: &str = "TEST_URL";
const FOLDER: &str = "TEST_FOLDER";
static DIAGNOSTICS: Mutex<usize> = Mutex::new(0);

fn command(role: &str, vars: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "lazy::the_role", "--nocapture", "--include-ignored"]).env(ROLE, role);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANG")) {
        command.env_remove(name);
    }
    command.envs(vars.iter().copied());
    command
}

fn in_role(role: &str, vars: &[(&str, &str)]) -> Output {
    let output = command(role, vars).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    output
}

fn warnings(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines().filter(|line| line.starts_with("traceable: ")).map(str::to_owned).collect()
}

/// More time than any test has.
const PATIENCE: Duration = Duration::from_secs(600);

fn patient_guard() -> Guard {
    let spool = std::env::var(FOLDER).ok().map(Spool::new);
    let config = Config::builder().endpoint(std::env::var(URL).unwrap()).exit_timeout(PATIENCE);
    let config = spool.into_iter().fold(config, |config, spool| config.spool(spool));
    init_with(config.build().unwrap()).unwrap()
}

#[derive(Default)]
struct Mine(Mutex<usize>);

impl RunSink for Mine {
    fn submit(&self, _: RunOperation) {
        *self.0.lock().unwrap() += 1;
    }
}

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn the_role() {
    let one_run = || {
        RunTree::builder("r").build().post().end().patch();
    };
    match std::env::var(ROLE).unwrap_or_default().as_str() {
        "race" => {
            let all: Vec<_> = (0..8).map(|_| std::thread::spawn(start_lazily)).collect();
            assert!(all.into_iter().all(|thread| thread.join().unwrap()));
            one_run();
            assert!(flush(LONG).unwrap().is_lossless());
            assert_eq!(init().unwrap().stats().delivered, 2);
        }
        "exports" => {
            assert!(start_lazily() && start_lazily());
            one_run();
            assert!(flush(LONG).unwrap().is_lossless());
            let guard = init().unwrap();
            assert_eq!(guard.stats().delivered, 2);
        }
        "off" => {
            assert!(!start_lazily() && !start_lazily());
            one_run();
            assert!(flush(Duration::ZERO).is_none());
        }
        "chosen" => {
            let mine = Arc::new(Mine::default());
            process::install_sink(mine.clone());
            start_lazily();
            // the environment's sampling rate of 0 does not apply to this sink
            one_run();
            assert_eq!(*mine.0.lock().unwrap(), 2);
        }
        "init fails" => {
            assert!(init().unwrap_err().to_string().contains("LANGSMITH_API_KEY"));
            assert!(!start_lazily());
        }
        "unclear" => {
            assert!(!init().unwrap().is_active() && !init().unwrap().is_active() && !start_lazily());
            assert!(!Config::from_env().unwrap().tracing());
        }
        "hook" => {
            // the first traced call of a program, whose diagnostic hook makes one too
            let start = || {
                start_lazily();
            };
            set_diagnostic_hook(move |_| {
                *DIAGNOSTICS.lock().unwrap() += 1;
                assert!(flush(Duration::ZERO).is_none() && flush_async(Duration::ZERO).is_none());
                process::start_once(start);
                start_lazily();
                RunTree::builder("of the hook").build().post().end().patch();
            });
            std::thread::spawn(|| {
                std::thread::sleep(LONG);
                eprintln!("stuck");
                std::process::exit(9);
            });
            process::start_once(start);
            assert!(!start_lazily() && !init().is_ok_and(|guard| guard.is_active()));
            assert_eq!(*DIAGNOSTICS.lock().unwrap(), 1);
        }
        "nobody listens" => {
            std::mem::forget(patient_guard());
            one_run();
        }
        "nobody listens, with a guard" => {
            let _guard = patient_guard();
            one_run();
        }
        "a late collector" => {
            let _guard = patient_guard();
            one_run();
            // until the collector listens
            let _ = std::io::stdin().read_line(&mut String::new());
        }
        "init off" => assert!(!init().unwrap().is_active() && !start_lazily()),
        _ => {}
    }
}

#[test]
fn a_diagnostic_hook_may_use_the_library_during_the_start() {
    for word in ["maybe", "true"] {
        in_role("hook", &[("LANGSMITH_TRACING", word), ("LANGSMITH_ENDPOINT", "nonsense")]);
    }
}

#[test]
fn one_of_several_threads_starts_the_exporter() {
    let server = Server::start();
    in_role("race", &[("LANGSMITH_TRACING", "true"), ("LANGSMITH_ENDPOINT", &server.url())]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_environment_decides() {
    let server = Server::start();
    let on = [("LANGSMITH_TRACING", "true"), ("LANGSMITH_ENDPOINT", &server.url())];
    let output = in_role("exports", &on);
    assert!(warnings(&output).is_empty());
    assert_eq!(server.requests().len(), 1);
    in_role("chosen", &[&on[..], &[("LANGSMITH_TRACING_SAMPLING_RATE", "0")]].concat());
    assert_eq!(server.requests().len(), 1);
    assert!(warnings(&in_role("off", &[("LANGSMITH_ENDPOINT", &server.url())])).is_empty());
    // wrong settings do not matter while tracing is off
    in_role("init off", &[("LANGSMITH_ENDPOINT", "nonsense"), ("LANGSMITH_TRACING_SAMPLING_RATE", "9")]);
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn a_faulty_setting_is_one_warning_and_no_more() {
    let output = in_role("off", &[("LANGSMITH_TRACING", "true")]);
    let lines = warnings(&output);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("tracing is off: LANGSMITH_API_KEY is not set"), "{lines:?}");
    // `init` has returned the error, so that there is no warning
    assert!(warnings(&in_role("init fails", &[("LANGSMITH_TRACING", "true")])).is_empty());
    // only the test runner writes to standard output
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!stdout.contains("LANGSMITH") && !stdout.contains("traceable:"), "{stdout}");
}

#[test]
fn an_unknown_word_for_on_or_off_is_one_warning() {
    let output = in_role("unclear", &[("LANGSMITH_TRACING", "maybe")]);
    let lines = warnings(&output);
    let expected = "tracing is off: LANGSMITH_TRACING is \"maybe\": expected true or false";
    assert!(lines.len() == 1 && lines[0].contains(expected), "{lines:?}");
    for word in ["FALSE", "0", "no", "off", " "] {
        assert!(warnings(&in_role("unclear", &[("LANGCHAIN_TRACING", word)])).is_empty(), "{word}");
    }
}

/// Where nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_collector_that_is_not_started_is_not_waited_for() {
    let folder = Scratch::new();
    let spool = (FOLDER, folder.path().to_str().unwrap());
    for (role, more) in [
        ("nobody listens", vec![]),
        ("nobody listens, with a guard", vec![]),
        ("nobody listens", vec![spool]),
    ] {
        let (port, begun) = (closed_port(), Instant::now());
        let url = format!("http://127.0.0.1:{port}");
        let output = in_role(role, &[vec![(URL, &*url)], more.clone()].concat());
        assert!(begun.elapsed() < PATIENCE, "{role}");
        let lines = warnings(&output);
        let [sooner, at_the_end] = &lines[..] else { panic!("{role}: {lines:?}") };
        let hint = format!("`traceable serve --port {port}` starts one");
        assert!(sooner.contains("no collector listens there") && sooner.contains(&hint), "{role}: {lines:?}");
        assert!(at_the_end.contains("2 run operations not delivered after"), "{role}: {lines:?}");
        assert!(at_the_end.contains(&format!("no collector listens at {url}: {hint}")), "{role}: {lines:?}");
        assert_eq!(at_the_end.contains("2 of them are on disk"), !more.is_empty(), "{role}: {lines:?}");
    }
}

/// That it was not there before says nothing.
#[test]
fn a_collector_that_starts_late_gets_everything() {
    let port = closed_port();
    let url = format!("http://127.0.0.1:{port}");
    let mut command = command("a late collector", &[(URL, &url)]);
    let mut program =
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(program.stderr.take().unwrap()).lines().map_while(Result::ok);
    said.find(|line| line.contains("no collector listens")).unwrap();
    let server = Server::on(TcpListener::bind(("127.0.0.1", port)).unwrap());
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    assert_eq!(delivered_names(&server), ["r"]);
    assert!(!said.any(|line| line.starts_with("traceable: ")));
}
