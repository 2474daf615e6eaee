//! Recorded runs as trees.

use std::collections::HashSet;
use std::fmt::{self, Write};

use uuid::Uuid;

use super::recorded_run::{RecordedRun, Status};

/// Recorded runs, as trees.
#[derive(Clone, Debug)]
pub struct Forest {
    /// By dotted order: parents before children, children by their start.
    runs: Vec<RecordedRun>,
}

impl Forest {
    pub(crate) fn new(mut runs: Vec<RecordedRun>) -> Forest {
        runs.sort_by(|a, b| a.dotted_order.cmp(&b.dotted_order));
        Forest { runs }
    }

    /// The runs; parents before their children, children by their start.
    pub fn runs(&self) -> &[RecordedRun] {
        &self.runs
    }

    /// The runs without a parent, and those whose parent is not here.
    pub fn roots(&self) -> impl Iterator<Item = &RecordedRun> {
        let ids: HashSet<Uuid> = self.runs.iter().map(|run| run.id).collect();
        self.runs.iter().filter(move |run| run.parent_run_id.is_none_or(|parent| !ids.contains(&parent)))
    }

    /// The children of a run, by their start.
    pub fn children<'a>(&'a self, parent: &RecordedRun) -> impl Iterator<Item = &'a RecordedRun> {
        let parent = parent.id;
        self.runs.iter().filter(move |run| run.parent_run_id == Some(parent))
    }

    /// All trees on one line: `P > (a, b > c); Q` is a root `P` with the children `a` and `b`, of which `b` has the
    /// child `c`, and a root `Q`. A run that did not simply succeed has its status behind its name: `[error]`,
    /// `[cancelled]`, `[dropped]`, `[open]`.
    pub fn render(&self) -> String {
        self.roots().map(|root| self.render_run(root)).collect::<Vec<_>>().join("; ")
    }

    fn render_run(&self, run: &RecordedRun) -> String {
        let mut text = label(run);
        let children: Vec<_> = self.children(run).map(|child| self.render_run(child)).collect();
        match children.as_slice() {
            [] => {}
            [only] => {
                let _ = write!(text, " > {only}");
            }
            many => {
                let _ = write!(text, " > ({})", many.join(", "));
            }
        }
        text
    }

    /// Compares with a rendered forest; the error shows both.
    ///
    /// # Errors
    /// The shapes differ.
    pub fn compare(&self, expected: &str) -> Result<(), String> {
        let normal = |text: &str| {
            text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")")
        };
        let found = self.render();
        if normal(expected) == normal(&found) {
            return Ok(());
        }
        Err(format!(
            "the runs form another tree\n expected: {}\n    found: {found}\n\n{self}",
            normal(expected)
        ))
    }
}

fn label(run: &RecordedRun) -> String {
    let status = match run.status() {
        Status::Success => return run.name.clone(),
        Status::Open => "open",
        Status::Error => "error",
        Status::Cancelled => "cancelled",
        Status::Dropped => "dropped",
    };
    format!("{} [{status}]", run.name)
}

impl fmt::Display for Forest {
    /// One run a line, as a tree, with run type and duration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut open: Vec<(&RecordedRun, String, &str)> = self
            .roots()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .map(|root| (root, String::new(), ""))
            .collect();
        while let Some((run, indent, branch)) = open.pop() {
            write!(f, "{indent}{branch}{} ({}", label(run), run.run_type)?;
            if let Some(end) = run.end_time {
                write!(f, ", {:.3} ms", (end.micros() - run.start_time.micros()) as f64 / 1000.0)?;
            }
            writeln!(f, ")")?;
            let below = match branch {
                "" => String::new(),
                "└─ " => format!("{indent}   "),
                _ => format!("{indent}│  "),
            };
            let children: Vec<_> = self.children(run).collect();
            for (index, child) in children.iter().enumerate().rev() {
                let branch = if index + 1 == children.len() { "└─ " } else { "├─ " };
                open.push((child, below.clone(), branch));
            }
        }
        Ok(())
    }
}
