//! What a case is.

use futures::future::LocalBoxFuture;

/// Runs a case once, in a process of its own, under one library.
pub type Body = fn() -> LocalBoxFuture<'static, ()>;

/// One case, for all libraries.
pub struct Case {
    pub number: u8,
    pub name: &'static str,
    /// What traceable needs, in words.
    pub needs: &'static str,
    /// The right tree, as [`Forest::render`](crate::tree::Forest::render) writes it.
    pub expected: &'static str,
    /// Of each pair, the first has to end no later than the second.
    pub ends: &'static [(&'static str, &'static str)],
    pub on: &'static [Flavour],
    /// In the order of [`Library::ALL`].
    pub attempts: [Attempts; 3],
    /// For a footnote.
    pub note: Option<&'static str>,
}

/// How a library's users write a case.
#[derive(Clone, Copy, Default)]
pub struct Attempts {
    /// Only annotated; where the case is about a misuse, the misuse.
    pub naive: Option<Body>,
    /// With what the library's documentation tells to do there.
    pub step: Option<Body>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    CurrentThread,
    MultiThread,
    /// No runtime at all.
    Threads,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    Traceable,
    Tracing,
    Fastrace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Naive,
    Documented,
}

const RUNTIMES: &[Flavour] = &[Flavour::CurrentThread, Flavour::MultiThread];
pub const EVERYWHERE: &[Flavour] = &Flavour::ALL;
const AUTOMATIC: &str = "nothing";

/// A case on both runtimes that needs nothing; the rest is put around it.
pub const fn case(number: u8, name: &'static str, expected: &'static str) -> Case {
    let attempts = [Attempts { naive: None, step: None }; 3];
    Case { number, name, needs: AUTOMATIC, expected, ends: &[], on: RUNTIMES, attempts, note: None }
}

impl Flavour {
    pub const ALL: [Flavour; 3] = [Flavour::CurrentThread, Flavour::MultiThread, Flavour::Threads];

    /// As the table and the command line have it.
    pub fn name(self) -> &'static str {
        match self {
            Flavour::CurrentThread => "one",
            Flavour::MultiThread => "many",
            Flavour::Threads => "none",
        }
    }
}

impl Library {
    pub const ALL: [Library; 3] = [Library::Traceable, Library::Tracing, Library::Fastrace];

    pub fn name(self) -> &'static str {
        match self {
            Library::Traceable => "traceable",
            Library::Tracing => "tracing",
            Library::Fastrace => "fastrace",
        }
    }
}

impl Step {
    pub const ALL: [Step; 2] = [Step::Naive, Step::Documented];

    pub fn name(self) -> &'static str {
        match self {
            Step::Naive => "naive",
            Step::Documented => "documented",
        }
    }
}

impl Case {
    pub fn body(&self, library: Library, step: Step) -> Option<Body> {
        let attempts = self.attempts[library as usize];
        match step {
            Step::Naive => attempts.naive,
            Step::Documented => attempts.step,
        }
    }
}
