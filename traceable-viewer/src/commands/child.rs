//! A program that is run in place of this one: its streams, its signals, its end.

use std::error::Error;
use std::ffi::OsString;
use std::io::ErrorKind;

/// How a program ended.
#[derive(Clone, Copy)]
pub(crate) enum Ended {
    Code(u8),
    Signal(u8),
    /// It never began; the code is that of shells.
    NotStarted(u8),
}

/// What shells answer for a program that does not exist, and for one that cannot be started.
const NOT_FOUND: u8 = 127;
const NOT_STARTED: u8 = 126;

/// Runs a program to its end. Variables without a value are removed.
pub(crate) fn run(
    command: &[OsString],
    variables: &[(&'static str, Option<OsString>)],
) -> Result<Ended, Box<dyn Error>> {
    let (program, arguments) = command.split_first().ok_or("name a program after `--`")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // taken over first, so that none ends this process while the program is there
        let signals = Signals::take()?;
        let mut command = tokio::process::Command::new(program);
        command.args(arguments);
        for (name, value) in variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                let program = program.to_string_lossy();
                super::output::say(&format!("cannot run `{program}`: {error}"));
                let missing = error.kind() == ErrorKind::NotFound;
                return Ok(Ended::NotStarted(if missing { NOT_FOUND } else { NOT_STARTED }));
            }
        };
        let pid = child.id();
        tokio::select! {
            status = child.wait() => Ok(ended(status?)),
            never = signals.pass_on(pid) => match never {},
        }
    })
}

fn ended(status: std::process::ExitStatus) -> Ended {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ended::Signal(u8::try_from(signal).unwrap_or(u8::MAX));
    }
    // codes of Windows are larger; what is no success must not become one
    Ended::Code(status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1)))
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn take() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn pass_on(mut self, pid: Option<u32>) -> std::convert::Infallible {
        use rustix::process::{Pid, Signal, kill_process};
        use std::io::IsTerminal;

        let pid = pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        // the keys of a terminal signal the whole group, in which the program is
        let by_terminal = std::io::stdin().is_terminal();
        loop {
            let signal = tokio::select! {
                _ = self.interrupt.recv() => (!by_terminal).then_some(Signal::INT),
                _ = self.quit.recv() => (!by_terminal).then_some(Signal::QUIT),
                _ = self.terminate.recv() => Some(Signal::TERM),
                _ = self.hang_up.recv() => Some(Signal::HUP),
            };
            if let (Some(pid), Some(signal)) = (pid, signal) {
                // an error means that it has ended, which is noticed elsewhere
                let _ = kill_process(pid, signal);
            }
        }
    }
}

/// Elsewhere the console signals all of its programs.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn take() -> std::io::Result<Self> {
        Ok(Signals)
    }

    async fn pass_on(self, _: Option<u32>) -> std::convert::Infallible {
        loop {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
