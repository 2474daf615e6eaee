//! A thread that writes lines to a file or a terminal, and the bounded buffer in front of it.

use std::io::{self, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use traceable_core::process::fork_generation;

use super::writer_stats::WriterStats;
use crate::accounting::{Warner, WarningKind};

/// How long the first line waits for others, so that one write serves several.
const BATCH_DELAY: Duration = Duration::from_millis(10);
/// So many bytes are written without that delay.
const ENOUGH_BYTES: usize = 64 << 10;
/// Pauses while writing fails: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Where lines go.
pub(crate) enum Target {
    /// Each process opens it anew: after `fork` the copy must not use a writer that its parent may be using.
    Open(Box<dyn Fn() -> io::Result<Box<dyn Write + Send>> + Send + Sync>),
    /// A writer that the program made. It belongs to that process alone.
    Given,
}

/// A bounded buffer and the thread that empties it.
pub(crate) struct WriterThread {
    shared: Arc<Shared>,
}

struct Shared {
    /// Its name in warnings.
    name: String,
    warner: Warner,
    target: Target,
    state: Mutex<State>,
    /// Wakes the thread.
    work: Condvar,
    /// Wakes threads that flush.
    done: Condvar,
}

#[derive(Default)]
struct State {
    process: u32,
    max_bytes: usize,
    /// Whole lines.
    buffer: Vec<u8>,
    /// How many bytes the thread is writing.
    being_written: usize,
    /// Lines that were submitted.
    accepted: u64,
    /// Those of them that fitted. A flush waits for the number of the last one.
    queued: u64,
    /// How many of the queued lines the thread has taken, and how many it has written or dropped.
    taken: u64,
    acknowledged: u64,
    written: u64,
    /// Held for the thread until it starts.
    writer: Option<Box<dyn Write + Send>>,
    has_thread: bool,
    /// The thread waits for a line.
    is_idle: bool,
    is_flush_wanted: bool,
    is_closed: bool,
    /// Nothing can be written any more: the writer panicked, or belongs to another process.
    is_broken: bool,
}

impl WriterThread {
    /// `writer` is open already, so that the caller has learnt whether the target can be opened.
    pub(crate) fn new(
        name: String,
        target: Target,
        writer: Box<dyn Write + Send>,
        max_bytes: usize,
    ) -> WriterThread {
        let state = State { process: fork_generation(), max_bytes, writer: Some(writer), ..State::default() };
        let (work, done) = (Condvar::new(), Condvar::new());
        WriterThread {
            shared: Arc::new(Shared {
                name,
                warner: Warner::new(None),
                target,
                state: Mutex::new(state),
                work,
                done,
            }),
        }
    }

    /// Sets how many bytes may wait.
    pub(crate) fn set_max_bytes(&mut self, bytes: usize) {
        self.shared.lock().max_bytes = bytes;
    }

    /// Queues `text`, which is `lines` whole lines, or drops all of it. Waits for nothing but a lock.
    pub(crate) fn push(&self, text: &[u8], lines: u64) {
        let mut state = self.shared.lock();
        let inherited = state.reset_after_fork(&self.shared.target);
        state.accepted += lines;
        let has_room = state.buffer.len() + state.being_written + text.len() <= state.max_bytes;
        if state.is_broken || !has_room {
            let reason = if state.is_broken { "its writer failed" } else { "its buffer is full" };
            drop(state);
            let warning = || format!("lines for {} are dropped: {reason}", self.shared.name);
            self.shared.warner.warn(WarningKind::QueueFull, warning);
            return;
        }
        state.buffer.extend_from_slice(text);
        state.queued += lines;
        let wake = state.is_idle || state.buffer.len() >= ENOUGH_BYTES;
        state.is_idle = false;
        let start = !std::mem::replace(&mut state.has_thread, true);
        let writer = if start { state.writer.take() } else { None };
        drop(state);
        drop(inherited);
        if start {
            self.start(writer);
        } else if wake {
            self.shared.work.notify_one();
        }
    }

    fn start(&self, writer: Option<Box<dyn Write + Send>>) {
        // shared with the thread until it has started: if that fails, the writer must not be lost
        let handover = Arc::new(Mutex::new(writer));
        let (shared, taken) = (self.shared.clone(), handover.clone());
        let run = move || shared.run(taken.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Err(error) = Builder::new().name("traceable-lines".to_owned()).spawn(run) {
            let mut state = self.shared.lock();
            state.has_thread = false;
            state.writer = handover.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(state);
            let warning =
                || format!("the thread that writes to {} cannot be started: {error}", self.shared.name);
            self.shared.warner.warn(WarningKind::Worker, warning);
        }
    }

    /// Waits until all lines that were queued before are written, at most `timeout`. Returns whether they are.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let begun = Instant::now();
        let mut state = self.shared.lock();
        let inherited = state.reset_after_fork(&self.shared.target);
        let ticket = state.queued;
        while state.acknowledged < ticket {
            let left = timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            state.is_flush_wanted = true;
            self.shared.work.notify_one();
            state = self.shared.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let complete = state.acknowledged >= ticket && !state.is_broken;
        drop(state);
        drop(inherited);
        complete
    }

    pub(crate) fn stats(&self) -> WriterStats {
        let State { accepted, queued, acknowledged, written, .. } = *self.shared.lock();
        let waiting = queued - acknowledged;
        WriterStats { accepted, written, dropped: accepted - written - waiting, waiting }
    }
}

impl Drop for WriterThread {
    /// Lines that wait are still written, unless the process ends first.
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.work.notify_one();
    }
}

impl Shared {
    /// A thread that panicked under the lock left counters that are off by one at worst.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's main loop: takes lines and writes them.
    fn run(&self, mut writer: Option<Box<dyn Write + Send>>) {
        while let Some((text, lines)) = self.next() {
            let written = catch_unwind(AssertUnwindSafe(|| self.write(&mut writer, &text)));
            let mut state = self.lock();
            state.being_written = 0;
            state.acknowledged = state.taken;
            if let Ok(true) = written {
                state.written += lines;
            }
            // a program's writer that panicked is not called again
            let is_broken = written.is_err();
            if is_broken {
                (state.buffer, state.is_broken, state.acknowledged) = (Vec::new(), true, state.queued);
            }
            drop(state);
            self.done.notify_all();
            if is_broken {
                self.warner.warn(WarningKind::Worker, || {
                    format!("{} panicked: lines are dropped from now on", self.name)
                });
                return;
            }
        }
    }

    /// Waits for lines and takes them all. `None`: the sink was dropped and nothing waits.
    fn next(&self) -> Option<(Vec<u8>, u64)> {
        let mut state = self.lock();
        while state.buffer.is_empty() {
            state.is_flush_wanted = false;
            if state.is_closed {
                return None;
            }
            state.is_idle = true;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_idle = false;
        let waits = |state: &mut State| {
            !state.is_flush_wanted && !state.is_closed && state.buffer.len() < ENOUGH_BYTES
        };
        state =
            self.work.wait_timeout_while(state, BATCH_DELAY, waits).unwrap_or_else(PoisonError::into_inner).0;
        state.is_flush_wanted = false;
        state.being_written = state.buffer.len();
        let lines = state.queued - state.taken;
        state.taken = state.queued;
        Some((std::mem::take(&mut state.buffer), lines))
    }

    /// Writes all of it, with retries. `false`: it failed, and the sink was dropped meanwhile.
    fn write(&self, writer: &mut Option<Box<dyn Write + Send>>, mut text: &[u8]) -> bool {
        let mut pause = PAUSES.0;
        let mut has_warned = false;
        loop {
            let result = match writer {
                // after a partial write the rest follows: no line is written twice
                Some(writer) => write_some(&mut **writer, &mut text),
                None => self.open().map(|opened| {
                    *writer = Some(opened);
                    false
                }),
            };
            match result {
                Ok(true) => return true,
                Ok(false) => continue,
                Err(error) if !has_warned => {
                    has_warned = true;
                    let warning = || format!("writing to {} failed, retrying: {error}", self.name);
                    self.warner.warn(WarningKind::Retrying, warning);
                }
                Err(_) => {}
            }
            let mut state = self.lock();
            if state.is_closed {
                return false;
            }
            let waits = |state: &mut State| !state.is_flush_wanted && !state.is_closed;
            state =
                self.work.wait_timeout_while(state, pause, waits).unwrap_or_else(PoisonError::into_inner).0;
            let is_flushing = std::mem::take(&mut state.is_flush_wanted);
            drop(state);
            // a waiting flush cuts the pause short, but not to nothing
            if is_flushing {
                std::thread::sleep(Duration::from_millis(5));
            }
            pause = (2 * pause).min(PAUSES.1);
        }
    }

    fn open(&self) -> io::Result<Box<dyn Write + Send>> {
        match &self.target {
            Target::Open(open) => open(),
            Target::Given => {
                Err(io::Error::other("the writer belongs to the process that this one was forked from"))
            }
        }
    }
}

/// Writes once, and removes from `text` what was written. Flushes if nothing is left, and returns whether that was
/// so.
fn write_some(writer: &mut dyn Write, text: &mut &[u8]) -> io::Result<bool> {
    if text.is_empty() {
        writer.flush()?;
        return Ok(true);
    }
    match writer.write(text) {
        Ok(0) => return Err(ErrorKind::WriteZero.into()),
        Ok(n) => *text = text.get(n..).unwrap_or_default(),
        Err(error) if error.kind() == ErrorKind::Interrupted => {}
        Err(error) => return Err(error),
    }
    Ok(false)
}

impl State {
    /// After `fork`, in the copy: starts anew, as the original writes what waits, and its thread does not exist here.
    /// Returns the inherited state, to be dropped without the lock.
    fn reset_after_fork(&mut self, target: &Target) -> Option<State> {
        let process = fork_generation();
        if self.process == process {
            return None;
        }
        let (max_bytes, is_closed) = (self.max_bytes, self.is_closed);
        // the original may be using a given writer, which cannot be opened anew
        let is_broken = matches!(target, Target::Given);
        let fresh = State { process, max_bytes, is_closed, is_broken, ..State::default() };
        let mut inherited = std::mem::replace(self, fresh);
        // dropping a buffered writer would write its bytes a second time
        std::mem::forget(inherited.writer.take());
        Some(inherited)
    }
}
