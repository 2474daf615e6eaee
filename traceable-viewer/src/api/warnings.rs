//! What the server refuses, told to the program that holds the viewer: a bounded number of lines, on a thread that may
//! block.
//!
//! Whoever sends nonsense decides how much there is to warn about, and whoever reads the warnings may be slow: a
//! terminal, a pipe, a file on a full disk. Neither holds up a request.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::terminal;

/// Lines that may wait.
const MAX_WAITING: usize = 64;

/// Lines in one period; what is left out is counted.
const MAX_PER_PERIOD: usize = 50;
const PERIOD: Duration = Duration::from_secs(10);

/// Characters of a warning.
const WARNING_WIDTH: usize = 400;

/// Called with a line of text when the server refuses something.
pub(crate) type OnWarning = Arc<dyn Fn(&str) + Send + Sync>;

/// Passes warnings on; clones share the thread, which ends with the last of them.
#[derive(Clone)]
pub(crate) struct Warnings {
    lines: Option<SyncSender<String>>,
    left_out: Arc<AtomicUsize>,
}

/// The end of the thread.
#[derive(Debug)]
pub(crate) struct WarningsEnd(Mutex<Receiver<()>>);

impl Warnings {
    /// Starts the thread, if there is anybody to warn.
    pub(crate) fn start(on_warning: Option<OnWarning>) -> std::io::Result<(Self, Option<WarningsEnd>)> {
        let left_out = Arc::new(AtomicUsize::new(0));
        let Some(on_warning) = on_warning else { return Ok((Warnings { lines: None, left_out }, None)) };
        let (lines, waiting) = sync_channel(MAX_WAITING);
        let (ended, end) = sync_channel(1);
        let lost = Arc::clone(&left_out);
        let thread = std::thread::Builder::new().name("traceable-warnings".to_owned());
        thread.spawn(move || {
            pass_on(&waiting, &lost, &*on_warning);
            // an error means that nobody waits for the end
            let _ = ended.send(());
        })?;
        Ok((Warnings { lines: Some(lines), left_out }, Some(WarningsEnd(Mutex::new(end)))))
    }

    /// Passes a warning on. It may quote what clients sent, and end in a terminal.
    pub(crate) fn warn(&self, message: fmt::Arguments<'_>) {
        let Some(lines) = &self.lines else { return };
        if lines.try_send(terminal::one_line(&message.to_string(), WARNING_WIDTH)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl WarningsEnd {
    /// Waits until every line is passed on, or for so long.
    pub(crate) fn wait(&self, timeout: Duration) {
        let end = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // an error means that it takes longer, or that it panicked
        let _ = end.recv_timeout(timeout);
    }
}

fn pass_on(waiting: &Receiver<String>, left_out: &AtomicUsize, on_warning: &(dyn Fn(&str) + Send + Sync)) {
    let mut period = Period { since: Instant::now(), lines: 0 };
    while let Ok(line) = waiting.recv() {
        if !period.has_room(Instant::now()) {
            left_out.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        tell_left_out(left_out, on_warning);
        on_warning(&line);
    }
    tell_left_out(left_out, on_warning);
}

fn tell_left_out(left_out: &AtomicUsize, on_warning: &(dyn Fn(&str) + Send + Sync)) {
    match left_out.swap(0, Ordering::Relaxed) {
        0 => {}
        count => on_warning(&format!("{count} more warnings were left out")),
    }
}

/// How many lines were passed on of late.
struct Period {
    since: Instant,
    lines: usize,
}

impl Period {
    fn has_room(&mut self, now: Instant) -> bool {
        if now.duration_since(self.since) >= PERIOD {
            *self = Period { since: now, lines: 0 };
        }
        self.lines += 1;
        self.lines <= MAX_PER_PERIOD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&said);
        let (warnings, end) =
            Warnings::start(Some(Arc::new(move |line| kept.lock().unwrap().push(line.to_owned())))).unwrap();
        for n in 0..1000 {
            warnings.warn(format_args!("{n}"));
        }
        drop(warnings);
        end.unwrap().wait(Duration::from_secs(60));
        let said = said.lock().unwrap();
        let (lines, counts): (Vec<&String>, Vec<&String>) = said.iter().partition(|line| line.len() < 4);
        let left_out = |line: &&String| line.split(' ').next().unwrap().parse::<usize>().unwrap();
        assert_eq!(lines.len() + counts.iter().map(left_out).sum::<usize>(), 1000, "{said:?}");
        assert!(lines.len() < 1000, "{said:?}");
    }

    #[test]
    fn a_reader_that_blocks_holds_nobody_up() {
        let (release, blocked) = sync_channel::<()>(0);
        let blocked = Mutex::new(blocked);
        let (warnings, end) = Warnings::start(Some(Arc::new(move |_| {
            let _ = blocked.lock().unwrap().recv();
        })))
        .unwrap();
        for n in 0..1000 {
            warnings.warn(format_args!("{n}"));
        }
        drop(warnings);
        let end = end.unwrap();
        end.wait(Duration::from_millis(10));
        drop(release);
        end.wait(Duration::from_secs(60));
    }

    #[test]
    fn a_period_ends() {
        let begin = Instant::now();
        let mut period = Period { since: begin, lines: 0 };
        assert!((0..MAX_PER_PERIOD).all(|_| period.has_room(begin)));
        assert!(!period.has_room(begin));
        assert!(period.has_room(begin + PERIOD));
    }
}
