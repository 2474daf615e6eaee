//! One annotated function, and what has become of its runs.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use super::run_type::RunType;
use crate::diagnostics::broken_trace_reason::BrokenTraceReason;

/// All that is known about an annotated function at compile time. The expansion keeps one static for each. (A place that
/// is no function has one without options.)
pub struct Callsite {
    pub(crate) name: &'static str,
    pub(crate) module_path: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) run_type: &'static str,
    pub(crate) tags: &'static [&'static str],
    pub(crate) project: Option<&'static str>,
    pub(crate) is_root: bool,
    pub(crate) cancel_is_ok: bool,
    pub(crate) begins: bool,
    pub(crate) names_parent: bool,
    pub(crate) start: fn(),
    pub(crate) watch: Watch,
}

impl Callsite {
    /// A function of this name, at this place. `start` is run before the first traced call of the process.
    pub const fn new(
        name: &'static str,
        module_path: &'static str,
        file: &'static str,
        line: u32,
        start: fn(),
    ) -> Callsite {
        Callsite {
            name,
            module_path,
            file,
            line,
            run_type: "chain",
            tags: &[],
            project: None,
            is_root: false,
            cancel_is_ok: false,
            begins: false,
            names_parent: false,
            start,
            watch: Watch::new(),
        }
    }

    /// `run_type = ".."`.
    pub const fn run_type(mut self, run_type: RunType) -> Callsite {
        self.run_type = run_type.known_name();
        // a custom type may own its name, and nothing can be dropped in a const fn
        std::mem::forget(run_type);
        self
    }

    /// `custom_run_type = ".."`.
    pub const fn custom_run_type(mut self, name: &'static str) -> Callsite {
        self.run_type = name;
        self
    }

    /// `tags = [..]`.
    pub const fn tags(mut self, tags: &'static [&'static str]) -> Callsite {
        self.tags = tags;
        self
    }

    /// `project = ".."`.
    pub const fn project(mut self, project: &'static str) -> Callsite {
        self.project = Some(project);
        self
    }

    /// `root`.
    pub const fn root(mut self) -> Callsite {
        self.is_root = true;
        self
    }

    /// `on_cancel = "ok"`.
    pub const fn cancel_ok(mut self) -> Callsite {
        self.cancel_is_ok = true;
        self
    }

    /// `parent = ..`.
    pub const fn names_parent(mut self) -> Callsite {
        self.names_parent = true;
        self
    }

    /// The body begins by handing over its inputs.
    pub const fn begins(mut self) -> Callsite {
        self.begins = true;
        self
    }

    /// The function with its module; of another place, its name.
    pub(crate) fn path(&self) -> String {
        match self.module_path {
            "" => self.name.to_owned(),
            module => format!("{module}::{}", self.name),
        }
    }
}

/// A name that is a constant: the attribute cannot see whether it is one that LangSmith takes.
// the message is to end at the user's constant, whether the sources of the standard library are there or not
#[track_caller]
pub const fn checked_name(name: &'static str) -> &'static str {
    let bytes = name.as_bytes();
    let (mut at, mut characters) = (0, 0);
    while at < bytes.len() {
        // all but the first byte of a character begin with these bits
        characters += (bytes[at] & 0b1100_0000 != 0b1000_0000) as usize;
        at += 1;
    }
    assert!(characters > 0, "a run name must not be empty");
    assert!(characters <= 128, "a run name must not be longer than 128 characters");
    name
}

impl fmt::Display for Callsite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.path(), self.file, self.line)
    }
}

/// What is done once for a callsite.
#[derive(Clone, Copy)]
pub(crate) enum Notice {
    /// It is among the broken_traces of `diagnostics()`.
    Listed,
    BrokenTrace,
    Stale,
    Overgrown,
    UnusedExtra,
    UnusedParent,
}

/// What has become of a function's runs. Nothing here is written twice by calls that go as they did before, so calls
/// on many threads do not wait for one another: that a run was a child is remembered once, and only roots are counted.
pub(crate) struct Watch {
    /// The first one that a run of it was a child of; `None` for a run that no function made.
    parent: OnceLock<Option<&'static Callsite>>,
    /// Why a run of it was a root against its will, the first time.
    broken_trace: OnceLock<BrokenTraceReason>,
    broken_traces: AtomicU64,
    /// One bit for each [`Notice`].
    reported: AtomicU8,
}

impl Watch {
    const fn new() -> Watch {
        Watch {
            parent: OnceLock::new(),
            broken_trace: OnceLock::new(),
            broken_traces: AtomicU64::new(0),
            reported: AtomicU8::new(0),
        }
    }

    /// Whether a run of it was a child before.
    #[inline]
    pub(crate) fn was_child(&self) -> bool {
        self.parent.get().is_some()
    }

    pub(crate) fn set_parent(&self, parent: Option<&'static Callsite>) {
        let _ = self.parent.set(parent);
    }

    pub(crate) fn parent(&self) -> Option<Option<&'static Callsite>> {
        self.parent.get().copied()
    }

    /// A run of it is a root against its will.
    pub(crate) fn count_broken_trace(&self, reason: BrokenTraceReason) {
        self.broken_traces.fetch_add(1, Relaxed);
        let _ = self.broken_trace.set(reason);
    }

    /// The first reason, and how many there were.
    pub(crate) fn broken_traces(&self) -> Option<(BrokenTraceReason, u64)> {
        self.broken_trace.get().map(|reason| (*reason, self.broken_traces.load(Relaxed)))
    }

    /// Whether this is due: each is done once.
    pub(crate) fn is_due(&self, notice: Notice) -> bool {
        let bit = 1 << notice as u8;
        self.reported.fetch_or(bit, Relaxed) & bit == 0
    }
}
