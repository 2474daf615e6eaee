//! The ways a program may end, and what becomes of what it has submitted. Each case is a process of its own, with a
//! `main` of its own: this one, in another role.
#![cfg_attr(not(unix), allow(unused, reason = "elsewhere nobody waits at the end but the guard"))]

mod support;

use std::process::{Command, ExitCode, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use support::scratch::Scratch;
use support::server::{Answer, Server};
use support::{config, delivered_names};
use traceable_core::RunTree;
use traceable_core::diagnostics::set_diagnostic_hook;
use traceable_exporter::{Config, Guard, Replica, Spool, flush, init, init_with, start_lazily};

const ROLE: &str = "TEST_ROLE";
const FOLDER: &str = "TEST_FOLDER";

fn main() -> ExitCode {
    match std::env::var(ROLE) {
        Ok(role) => play(&role),
        Err(_) => {
            check_all();
            ExitCode::SUCCESS
        }
    }
}

fn one_run(name: &'static str) {
    RunTree::builder(name).build().post().end().patch();
}

fn lazily() {
    assert!(start_lazily());
    one_run("r");
}

fn guard_of(exit_timeout: Duration) -> Guard {
    let endpoint = std::env::var("LANGSMITH_ENDPOINT").unwrap();
    init_with(config(&endpoint).exit_timeout(exit_timeout).build().unwrap()).unwrap()
}

/// Of settings with a spool, and with more time than anything here takes.
fn spooled_guard(replicas: &[&str]) -> Guard {
    let var = |name| std::env::var(name).unwrap();
    let spool = Spool::new(var(FOLDER)).sync_every(Duration::from_millis(50));
    // what is said at the end is to be seen
    let config = Config::builder().endpoint(var("LANGSMITH_ENDPOINT")).spool(spool);
    let config = replicas.iter().fold(config, |config, name| config.replica(Replica::new().project(*name)));
    init_with(config.exit_timeout(Duration::from_secs(20)).build().unwrap()).unwrap()
}

#[cfg(unix)]
mod system {
    use std::ffi::c_int;

    pub(crate) const SIGTERM: c_int = 15;

    unsafe extern "C" {
        pub(crate) fn fork() -> c_int;
        pub(crate) fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
        pub(crate) fn raise(signal: c_int) -> c_int;
        pub(crate) fn signal(signal: c_int, handler: extern "C" fn(c_int)) -> usize;
    }
}

#[cfg(unix)]
fn on_sigterm(handler: extern "C" fn(std::ffi::c_int)) {
    // SAFETY: the handlers here do what programs do in theirs
    unsafe { system::signal(system::SIGTERM, handler) };
}

#[cfg(unix)]
fn terminate() {
    // SAFETY: a signal of its own
    unsafe { system::raise(system::SIGTERM) };
}

/// What the copy does, it does when it returns from here.
#[cfg(unix)]
fn is_copy() -> bool {
    // SAFETY: the process has no threads that the copy would miss
    let process = unsafe { system::fork() };
    assert!(process >= 0);
    if process > 0 {
        let mut status = -1;
        // SAFETY: the status is a place to write to
        assert_eq!(unsafe { system::waitpid(process, &mut status, 0) }, process);
        assert_eq!(status, 0);
    }
    process == 0
}

#[cfg(unix)]
fn play(role: &str) -> ExitCode {
    static TERMINATED: AtomicBool = AtomicBool::new(false);

    match role {
        "return" => lazily(),
        "return with a guard" => {
            let _guard = init().unwrap();
            one_run("r");
        }
        "exit" => {
            lazily();
            std::process::exit(0);
        }
        "exit with a guard" => {
            let _guard = init().unwrap();
            one_run("r");
            std::process::exit(0);
        }
        "exit of another thread" => {
            lazily();
            std::thread::spawn(|| std::process::exit(0)).join().unwrap();
        }
        "panic" => {
            lazily();
            panic!("in main");
        }
        "panic with a guard" => {
            let _guard = init().unwrap();
            one_run("r");
            panic!("in main");
        }
        "panic of another thread" => {
            std::thread::spawn(|| {
                lazily();
                panic!("in a thread");
            })
            .join()
            .unwrap_err();
        }
        "sigterm" => {
            extern "C" fn note(_: std::ffi::c_int) {
                TERMINATED.store(true, Relaxed);
            }
            on_sigterm(note);
            lazily();
            terminate();
            while !TERMINATED.load(Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert!(flush(Duration::from_secs(5)).unwrap().is_lossless());
        }
        "exit in a handler" => {
            extern "C" fn leave(_: std::ffi::c_int) {
                std::process::exit(0);
            }
            on_sigterm(leave);
            lazily();
            terminate();
        }
        "abort" => {
            lazily();
            std::process::abort();
        }
        "exit in a reporter" => {
            set_diagnostic_hook(|_| std::process::exit(0));
            lazily();
            std::thread::sleep(Duration::from_secs(20));
        }
        "nothing waits" => {
            lazily();
            assert!(flush(Duration::from_secs(5)).unwrap().is_lossless());
        }
        "stalled" => {
            std::mem::forget(guard_of(Duration::from_millis(700)));
            one_run("r");
        }
        "stalled, with a guard" => {
            let _guard = guard_of(Duration::from_millis(700));
            one_run("r");
        }
        "stalled, flushed in vain" => {
            std::mem::forget(guard_of(Duration::from_millis(700)));
            one_run("r");
            assert!(!flush(Duration::from_millis(500)).unwrap().is_complete());
        }
        "spooled" => {
            std::mem::forget(spooled_guard(&[]));
            one_run("r");
        }
        "spooled, with a guard" => {
            let _guard = spooled_guard(&[]);
            one_run("r");
        }
        "spooled, for several" => {
            let _guard = spooled_guard(&["one", "two", "three"]);
            one_run("r");
        }
        "spooled, and submits nothing" => drop(spooled_guard(&[])),
        "a copy that submits nothing" => {
            lazily();
            let _ = is_copy();
        }
        "a copy with runs of its own" => {
            lazily();
            if is_copy() {
                one_run("of the copy");
            }
        }
        "a copy that exits" => {
            lazily();
            if is_copy() {
                one_run("of the copy");
                std::process::exit(0);
            }
            // and the original goes on
            one_run("later");
        }
        role => panic!("no such role: {role}"),
    }
    ExitCode::SUCCESS
}

#[cfg(not(unix))]
fn play(_: &str) -> ExitCode {
    ExitCode::FAILURE
}

/// Plays a role with this server. Returns how it ended, how long it took, and what it said.
fn in_role(role: &str, server: &Server) -> (ExitStatus, Duration, String) {
    in_role_with(role, server, &Scratch::new())
}

/// The same, with a folder for a spool.
fn in_role_with(role: &str, server: &Server, folder: &Scratch) -> (ExitStatus, Duration, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANG")) {
        command.env_remove(name);
    }
    command.env(ROLE, role).env("LANGSMITH_TRACING", "true").env("LANGSMITH_ENDPOINT", server.url());
    command.env(FOLDER, folder.path());
    let begun = Instant::now();
    let output = command.output().unwrap();
    let took = begun.elapsed();
    assert!(output.stdout.is_empty(), "{role}: {}", String::from_utf8_lossy(&output.stdout));
    (output.status, took, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(not(unix))]
fn check_all() {}

#[cfg(unix)]
fn check_all() {
    everything_arrives();
    what_cannot_arrive_is_lost_in_time();
    the_end_waits_once();
    a_copy_sends_what_is_its_own();
    what_is_safe_on_disk_does_not_wait_for_a_server_that_is_away();
    the_end_waits_for_what_a_former_process_left();
}

/// With the exit code of the program itself, and soon.
#[cfg(unix)]
fn everything_arrives() {
    for (role, code) in [
        ("return", 0),
        ("return with a guard", 0),
        ("exit", 0),
        ("exit with a guard", 0),
        ("exit of another thread", 0),
        ("panic", 101),
        ("panic with a guard", 101),
        ("panic of another thread", 0),
        ("sigterm", 0),
        ("exit in a handler", 0),
        ("nothing waits", 0),
    ] {
        let server = Server::start();
        let (status, took, said) = in_role(role, &server);
        assert_eq!(status.code(), Some(code), "{role}: {said}");
        assert_eq!(delivered_names(&server), ["r"], "{role}: {said}");
        assert!(took < Duration::from_secs(4), "{role}: {took:?}");
        assert!(!said.contains("traceable:"), "{role}: {said}");
    }
}

#[cfg(unix)]
fn what_cannot_arrive_is_lost_in_time() {
    let server = Server::start();
    let (status, took, _) = in_role("abort", &server);
    assert_eq!(status.code(), None);
    assert!(took < Duration::from_secs(4) && server.requests().is_empty());
    // one of the exporter's own threads does not wait for itself
    let server = Server::start();
    server.rule(|_| Answer::Status(400));
    let (status, took, said) = in_role("exit in a reporter", &server);
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

/// The guard, a flush and the end of the process together wait no longer than was said for the end.
#[cfg(unix)]
fn the_end_waits_once() {
    for role in ["stalled", "stalled, with a guard", "stalled, flushed in vain"] {
        let server = Server::start();
        server.rule(|_| Answer::Stall(Duration::from_secs(20)));
        let (status, took, said) = in_role(role, &server);
        assert_eq!(status.code(), Some(0), "{role}: {said}");
        let seconds = took.as_secs_f64();
        assert!((0.7..1.3).contains(&seconds), "{role}: {seconds}");
    }
}

#[cfg(unix)]
fn a_copy_sends_what_is_its_own() {
    for (role, expected) in [
        ("a copy that submits nothing", &["r"][..]),
        ("a copy with runs of its own", &["of the copy", "r"]),
        ("a copy that exits", &["later", "of the copy", "r"]),
    ] {
        let server = Server::start();
        let (status, took, said) = in_role(role, &server);
        assert_eq!(status.code(), Some(0), "{role}: {said}");
        let mut names = delivered_names(&server);
        names.sort();
        assert_eq!(names, expected, "{role}: {said}");
        assert!(took < Duration::from_secs(4), "{role}: {took:?}");
    }
}

#[cfg(unix)]
fn what_is_safe_on_disk_does_not_wait_for_a_server_that_is_away() {
    for role in ["spooled", "spooled, with a guard"] {
        // failing, and silent, as one is that has no memory left
        for answer in [Answer::Status(503), Answer::Stall(Duration::from_secs(20))] {
            let (server, folder) = (Server::start(), Scratch::new());
            server.set_down(Some(answer.clone()));
            let (status, took, said) = in_role_with(role, &server, &folder);
            assert_eq!(status.code(), Some(0), "{role}, {answer:?}: {said}");
            assert!(took < Duration::from_secs(4), "{role}, {answer:?}: {took:?}");
            assert!(said.contains("2 of them are on disk"), "{role}, {answer:?}: {said}");
            assert_eq!(said.matches("not delivered").count(), 1, "{role}, {answer:?}: {said}");
        }
        // one that answers in its own time is waited for
        let (server, folder) = (Server::start(), Scratch::new());
        server.rule(|_| {
            std::thread::sleep(Duration::from_millis(500));
            Answer::Status(202)
        });
        let (status, _, said) = in_role_with(role, &server, &folder);
        assert_eq!(status.code(), Some(0), "{role}: {said}");
        assert_eq!(delivered_names(&server), ["r"], "{role}: {said}");
        assert!(!said.contains("traceable:"), "{role}: {said}");
    }
    // each for itself, at the same time
    let (server, folder) = (Server::start(), Scratch::new());
    server.set_down(Some(Answer::Stall(Duration::from_secs(20))));
    let (status, took, said) = in_role_with("spooled, for several", &server, &folder);
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(said.matches("2 of them are on disk").count(), 3, "{said}");
}

#[cfg(unix)]
fn the_end_waits_for_what_a_former_process_left() {
    for (status, expected) in [(202, None), (422, Some("2 of 2 run operations dropped: 2 rejected"))] {
        let (server, folder) = (Server::start(), Scratch::new());
        server.set_down(Some(Answer::Status(503)));
        let _ = in_role_with("spooled, with a guard", &server, &folder);
        server.set_down(None);
        server.rule(move |_| {
            std::thread::sleep(Duration::from_millis(300));
            Answer::Status(status)
        });
        let (_, _, said) = in_role_with("spooled, and submits nothing", &server, &folder);
        assert_eq!(server.answered().last().unwrap().1, status, "{said}");
        assert_eq!(said.contains("run operations"), expected.is_some(), "{said}");
        assert!(expected.is_none_or(|line| said.contains(line)), "{said}");
    }
}
