//! Compile-time facts about an annotated function.

use std::fmt;

use super::history::History;
use crate::sink::run_type::RunType;

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
    pub(crate) history: History<Callsite>,
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
            history: History::new(),
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

/// What a function's types decide about a call: it replaces what the callsite says.
#[derive(Clone, Copy, Default)]
pub struct CallFacts {
    pub(crate) name: Option<&'static str>,
    pub(crate) run_type: Option<&'static str>,
    pub(crate) tags: Option<&'static [&'static str]>,
    pub(crate) project: Option<&'static str>,
}

impl CallFacts {
    /// Nothing.
    pub const fn new() -> CallFacts {
        CallFacts { name: None, run_type: None, tags: None, project: None }
    }

    /// `name = ..`.
    pub const fn name(self, name: &'static str) -> CallFacts {
        CallFacts { name: Some(name), ..self }
    }

    /// `custom_run_type = ".."`.
    pub const fn custom_run_type(self, name: &'static str) -> CallFacts {
        CallFacts { run_type: Some(name), ..self }
    }

    /// `tags = [..]`.
    pub const fn tags(self, tags: &'static [&'static str]) -> CallFacts {
        CallFacts { tags: Some(tags), ..self }
    }

    /// `project = ..`.
    pub const fn project(self, project: &'static str) -> CallFacts {
        CallFacts { project: Some(project), ..self }
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
