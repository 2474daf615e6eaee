//! Programs that never call `init`. Each case is a process of its own, which runs this test binary in another role.

mod support;

use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::LONG;
use support::server::Server;
use traceable_core::diagnostics::set_diagnostic_hook;
use traceable_core::{RunOperation, RunSink, RunTree, process};
use traceable_exporter::{Config, flush, flush_async, init, start_lazily};

const ROLE: &str = "TEST_ROLE";
static DIAGNOSTICS: Mutex<usize> = Mutex::new(0);

fn in_role(role: &str, vars: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_role", "--nocapture", "--include-ignored"]).env(ROLE, role);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANG")) {
        command.env_remove(name);
    }
    let output = command.envs(vars.iter().copied()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    output
}

fn warnings(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines().filter(|line| line.starts_with("traceable: ")).map(str::to_owned).collect()
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
