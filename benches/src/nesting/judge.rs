//! Runs each attempt in processes of its own, several times, and gives the verdict.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::case::{Case, Flavour, Library, Step};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right, only annotated.
    Naive,
    /// Right with the documented step.
    WithStep,
    Wrong,
    /// There is no way to write it.
    NoWay,
    /// The case is not about this flavour.
    NotHere,
}

/// A tree that was not the expected one.
pub struct Mistake {
    pub number: u8,
    pub library: Library,
    pub flavour: Flavour,
    pub step: Step,
    pub expected: &'static str,
    pub tree: String,
}

/// Of one case: by library, then by flavour.
pub type Verdicts = [[Verdict; 3]; 3];

pub fn all(cases: &[&'static Case], repeat: usize) -> (Vec<Verdicts>, Vec<Mistake>) {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Relaxed)) {
                    let result = one(case, repeat);
                    results.lock().unwrap().push((case.number, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(number, _)| *number);
    let (verdicts, mistakes): (Vec<_>, Vec<_>) = results.into_iter().map(|(_, result)| result).unzip();
    (verdicts, mistakes.into_iter().flatten().collect())
}

fn one(case: &'static Case, repeat: usize) -> (Verdicts, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let verdicts = Library::ALL.map(|library| {
        Flavour::ALL.map(|flavour| {
            if !case.on.contains(&flavour) {
                return Verdict::NotHere;
            }
            if Step::ALL.iter().all(|step| case.body(library, *step).is_none()) {
                return Verdict::NoWay;
            }
            for step in Step::ALL.into_iter().filter(|step| case.body(library, *step).is_some()) {
                let wrong = (0..repeat).find_map(|_| run(case, library, step, flavour).err());
                match wrong {
                    None if step == Step::Naive => return Verdict::Naive,
                    None => return Verdict::WithStep,
                    Some(tree) => {
                        let (number, expected) = (case.number, case.expected);
                        mistakes.push(Mistake { number, library, flavour, step, expected, tree });
                    }
                }
            }
            Verdict::Wrong
        })
    });
    (verdicts, mistakes)
}

/// The tree, if it is wrong.
fn run(case: &Case, library: Library, step: Step, flavour: Flavour) -> Result<(), String> {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this)
        .args(["--one", &case.number.to_string(), library.name(), step.name(), flavour.name()])
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    match text.split_once('\n') {
        Some(("right", _)) => Ok(()),
        Some(("wrong", tree)) => Err(tree.trim_end().to_owned()),
        _ => Err(format!("({}) {}", output.status, String::from_utf8_lossy(&output.stderr).trim())),
    }
}
