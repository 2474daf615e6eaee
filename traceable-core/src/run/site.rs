//! One annotated function.

use std::fmt;

use super::run_type::RunType;

/// All that is known about an annotated function at compile time. The expansion keeps one static for each.
pub struct Site {
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
}

impl Site {
    /// A function of this name, at this place. `start` is run before the first traced call of the process.
    pub const fn new(
        name: &'static str,
        module_path: &'static str,
        file: &'static str,
        line: u32,
        start: fn(),
    ) -> Site {
        Site {
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
        }
    }

    /// `run_type = ".."`.
    pub const fn run_type(mut self, run_type: RunType) -> Site {
        self.run_type = run_type.known_name();
        // a custom type may own its name, and nothing can be dropped in a const fn
        std::mem::forget(run_type);
        self
    }

    /// `custom_run_type = ".."`.
    pub const fn custom_run_type(mut self, name: &'static str) -> Site {
        self.run_type = name;
        self
    }

    /// `tags = [..]`.
    pub const fn tags(mut self, tags: &'static [&'static str]) -> Site {
        self.tags = tags;
        self
    }

    /// `project = ".."`.
    pub const fn project(mut self, project: &'static str) -> Site {
        self.project = Some(project);
        self
    }

    /// `root`.
    pub const fn root(mut self) -> Site {
        self.is_root = true;
        self
    }

    /// `on_cancel = "ok"`.
    pub const fn cancel_ok(mut self) -> Site {
        self.cancel_is_ok = true;
        self
    }

    /// `parent = ..`.
    pub const fn names_parent(mut self) -> Site {
        self.names_parent = true;
        self
    }

    /// The body begins by handing over its inputs.
    pub const fn begins(mut self) -> Site {
        self.begins = true;
        self
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{} ({}:{})", self.module_path, self.name, self.file, self.line)
    }
}
