//! Lines on their way to a file or a terminal: the program hands them over and goes on, a thread writes them.

use std::io::{self, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use traceable_core::process::this_process;

use super::writer_stats::WriterStats;
use crate::accounting::{Subject, Warner};

/// How long the first line waits for others, so that one write serves several.
const GATHER: Duration = Duration::from_millis(10);
/// So many bytes are worth a write.
const ENOUGH: usize = 64 << 10;
/// Between two tries while writing fails: the first pause, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Where lines go.
pub(crate) enum Target {
    /// Opened anew by each process: a copy made by `fork` does not use what its parent may be in the middle of.
    Open(Box<dyn Fn() -> io::Result<Box<dyn Write + Send>> + Send + Sync>),
    /// Belongs to the process that made it.
    Given,
}

/// A bounded buffer and the thread that empties it.
pub(crate) struct WriterThread {
    shared: Arc<Shared>,
}

struct Shared {
    /// For people, in warnings.
    name: String,
    warner: Warner,
    target: Target,
    state: Mutex<State>,
    /// Wakes the thread.
    work: Condvar,
    /// Wakes those who flush.
    done: Condvar,
}

#[derive(Default)]
struct State {
    process: u32,
    max_bytes: usize,
    /// Whole lines.
    buffer: Vec<u8>,
    /// How many bytes the thread has taken and not written yet.
    being_written: usize,
    /// Lines handed over.
    accepted: u64,
    /// Those of them that had room. The number of the last one is a ticket to wait for.
    queued: u64,
    /// How many of the queued ones the thread has taken, and how many it is through with.
    taken: u64,
    acknowledged: u64,
    written: u64,
    /// The thread's, until it starts.
    writer: Option<Box<dyn Write + Send>>,
    has_thread: bool,
    /// The thread sleeps until it is woken.
    is_idle: bool,
    is_flush_wanted: bool,
    is_closed: bool,
    /// Nothing can be written any more.
    is_broken: bool,
}

impl WriterThread {
    /// `writer`: open already, so that whoever names a place learns at once that it cannot be written to.
    pub(crate) fn new(
        name: String,
        target: Target,
        writer: Box<dyn Write + Send>,
        max_bytes: usize,
    ) -> WriterThread {
        let state = State { process: this_process(), max_bytes, writer: Some(writer), ..State::default() };
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

    /// How many bytes may wait.
    pub(crate) fn set_max_bytes(&mut self, bytes: usize) {
        self.shared.lock().max_bytes = bytes;
    }

    /// Takes `text`, which is `lines` lines with their ends, or drops all of it. Waits for nothing but a lock.
    pub(crate) fn push(&self, text: &[u8], lines: u64) {
        let mut state = self.shared.lock();
        let inherited = state.reset_after_fork(&self.shared.target);
        state.accepted += lines;
        let has_room = state.buffer.len() + state.being_written + text.len() <= state.max_bytes;
        if state.is_broken || !has_room {
            let reason = if state.is_broken { "cannot be used any more" } else { "has no room left" };
            drop(state);
            let tell = || format!("lines are dropped: {} {reason}", self.shared.name);
            self.shared.warner.warn(Subject::QueueFull, tell);
            return;
        }
        state.buffer.extend_from_slice(text);
        state.queued += lines;
        let wake = state.is_idle || state.buffer.len() >= ENOUGH;
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
        // kept here until the thread has it: a thread that cannot be started must not take it along
        let parcel = Arc::new(Mutex::new(writer));
        let (shared, own) = (self.shared.clone(), parcel.clone());
        let run = move || shared.run(own.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Err(error) = Builder::new().name("traceable-lines".to_owned()).spawn(run) {
            let mut state = self.shared.lock();
            state.has_thread = false;
            state.writer = parcel.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(state);
            let tell = || format!("{} has no thread: {error}", self.shared.name);
            self.shared.warner.warn(Subject::Worker, tell);
        }
    }

    /// Waits until what was handed over before is written, at most `timeout`.
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
    /// What waits is still written, as long as the process lives.
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

    /// The thread: takes what waits and writes it.
    fn run(&self, mut writer: Option<Box<dyn Write + Send>>) {
        while let Some((text, lines)) = self.next() {
            let written = catch_unwind(AssertUnwindSafe(|| self.write(&mut writer, &text)));
            let mut state = self.lock();
            state.being_written = 0;
            state.acknowledged = state.taken;
            if let Ok(true) = written {
                state.written += lines;
            }
            // a writer of the user's that panics is not asked again
            let is_broken = written.is_err();
            if is_broken {
                (state.buffer, state.is_broken, state.acknowledged) = (Vec::new(), true, state.queued);
            }
            drop(state);
            self.done.notify_all();
            if is_broken {
                self.warner
                    .warn(Subject::Worker, || format!("{} panicked while it was written to", self.name));
                return;
            }
        }
    }

    /// What waits, once that is worth a write. `None`: there will be no more.
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
        let waits =
            |state: &mut State| !state.is_flush_wanted && !state.is_closed && state.buffer.len() < ENOUGH;
        state = self.work.wait_timeout_while(state, GATHER, waits).unwrap_or_else(PoisonError::into_inner).0;
        state.is_flush_wanted = false;
        state.being_written = state.buffer.len();
        let lines = state.queued - state.taken;
        state.taken = state.queued;
        Some((std::mem::take(&mut state.buffer), lines))
    }

    /// Writes all of it, however often that takes. `false`: it was given up, because the sink is gone.
    fn write(&self, writer: &mut Option<Box<dyn Write + Send>>, mut text: &[u8]) -> bool {
        let mut pause = PAUSES.0;
        let mut is_told = false;
        loop {
            let result = match writer {
                // after a part of it, what follows is the rest: no line is written twice
                Some(writer) => write_some(&mut **writer, &mut text),
                None => self.open().map(|opened| {
                    *writer = Some(opened);
                    false
                }),
            };
            match result {
                Ok(true) => return true,
                Ok(false) => continue,
                Err(error) if !is_told => {
                    is_told = true;
                    let tell = || format!("{} cannot be written to, trying on: {error}", self.name);
                    self.warner.warn(Subject::Retrying, tell);
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
            let hurries = std::mem::take(&mut state.is_flush_wanted);
            drop(state);
            // whoever flushes asks for a try, not for a thousand
            if hurries {
                std::thread::sleep(Duration::from_millis(5));
            }
            pause = (2 * pause).min(PAUSES.1);
        }
    }

    fn open(&self) -> io::Result<Box<dyn Write + Send>> {
        match &self.target {
            Target::Open(open) => open(),
            Target::Given => Err(io::Error::other("it belongs to the process that this one is a copy of")),
        }
    }
}

/// Writes as much as it takes at once, and takes that off `text`. Returns whether that was all.
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
    /// In a copy of the process: what waits is written by the original, whose thread is not here either. Returns
    /// what it held, to be dropped without the lock.
    fn reset_after_fork(&mut self, target: &Target) -> Option<State> {
        let process = this_process();
        if self.process == process {
            return None;
        }
        let (max_bytes, is_closed) = (self.max_bytes, self.is_closed);
        // a writer that was given may be in the middle of something, and cannot be opened anew
        let is_broken = matches!(target, Target::Given);
        let fresh = State { process, max_bytes, is_closed, is_broken, ..State::default() };
        let mut inherited = std::mem::replace(self, fresh);
        // dropping it would write what it holds a second time
        std::mem::forget(inherited.writer.take());
        Some(inherited)
    }
}
