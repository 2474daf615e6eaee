//! Compares what files use with the declared order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::resolve::{Arrow, Arrows, arrows};
use crate::source::{ROOTS, Source};

/// What was found in one crate.
pub struct Report {
    /// Its folder in the workspace.
    pub src: String,
    /// Top-level folders and files.
    pub folders: usize,
    /// The longest chain of folders of which each uses the next.
    pub levels: usize,
    /// Pairs of folders of which one uses the other.
    pub arrows: usize,
    /// Those that run against the declared order.
    pub arrows_up: usize,
    /// Groups of files that use each other.
    pub circles: usize,
    /// What is wrong, one sentence each.
    pub faults: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { src, folders, levels, arrows, arrows_up, circles, .. } = self;
        write!(
            f,
            "{src}: {folders} folders on {levels} levels, {arrows} arrows, {arrows_up} up, {circles} circles"
        )
    }
}

/// Checks the crate whose `lib.rs` is in the folder `src` of `workspace`.
///
/// # Panics
///
/// If a file cannot be read or is not Rust.
pub fn check(workspace: &Path, src: &str) -> Report {
    let folder = workspace.join(src);
    let source = Source::read(&folder);
    let arrows = arrows(&source);
    let files: BTreeSet<&str> = source.modules.iter().map(|module| &*module.file).collect();
    let folders: BTreeSet<&str> =
        files.iter().map(|file| folder_of(&files, file)).filter(|part| !ROOTS.contains(part)).collect();
    let mut faults = layout(&folder, src);

    let declared = declared(&fs::read_to_string(folder.join("lib.rs")).unwrap());
    let order: BTreeMap<&str, usize> = declared.iter().enumerate().map(|(n, part)| (&**part, n)).collect();
    if declared.is_empty() {
        faults.push(format!(
            "{src}/lib.rs: write `{TITLE}` above the `mod` lines, with a line for each folder and file"
        ));
    } else {
        let missing = folders.iter().filter(|part| !order.contains_key(**part));
        faults.extend(
            missing.map(|part| format!("{src}/lib.rs: add {part} to the layers, above all that it uses")),
        );
        let gone = order.keys().filter(|part| !folders.contains(**part));
        faults.extend(
            gone.map(|part| format!("{src}/lib.rs: take {part} out of the layers, it is not there any more")),
        );
    }

    let mut between = BTreeSet::new();
    let mut up = BTreeSet::new();
    for ((from, to), arrow) in &arrows {
        let (user, used) = (folder_of(&files, from), folder_of(&files, to));
        if user == used || ROOTS.contains(&user) {
            continue;
        }
        if !ROOTS.contains(&used) {
            between.insert((user, used));
        }
        if ROOTS.contains(&used) || order.get(used) < order.get(user) && order.contains_key(used) {
            up.insert((user, used));
            let (line, path) = (arrow.line, &arrow.path);
            faults.push(format!(
                "{src}/{from}:{line}: `{path}` is in {to}, and {used} is above {user}: move it below, or hand it in from above"
            ));
        }
    }

    let graph = Graph::from_edges(arrows.keys().map(|(from, to)| (&**from, &**to)));
    let circles: Vec<_> = tarjan_scc(&graph).into_iter().filter(|group| group.len() > 1).collect();
    faults.extend(circles.iter().map(|circle| circle_fault(src, circle, &arrows)));
    Report {
        src: src.to_owned(),
        folders: folders.len(),
        levels: levels(&folders, &between),
        arrows: between.len(),
        arrows_up: up.len(),
        circles: circles.len(),
        faults,
    }
}

type Graph<'a> = DiGraphMap<&'a str, ()>;

const TITLE: &str = "// Layers, from the top down.";

/// The folders in the comment, from the top down.
fn declared(lib: &str) -> Vec<String> {
    let lines =
        lib.lines().skip_while(|line| !line.starts_with(TITLE)).map_while(|line| line.strip_prefix("//"));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| name.ends_with('/') || name.ends_with(".rs")).map(str::to_owned).collect()
}

/// The top-level folder, with its slash, or file.
fn folder_of<'a>(files: &BTreeSet<&'a str>, file: &'a str) -> &'a str {
    let Some(end) = file.find('/') else { return file };
    // a folder and a file of one name are one
    files.get(&*format!("{}.rs", &file[..end])).unwrap_or(&&file[..=end])
}

/// Files that are not where they should be.
fn layout(folder: &Path, shown: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let inner = format!("{shown}/{name}");
            if entry.path().join(format!("{name}.rs")).exists() {
                faults.push(format!(
                    "{inner}/{name}.rs: a file does not bear its folder's name: name it by its job"
                ));
            }
            if folder.join(format!("{name}.rs")).exists() {
                faults.push(format!("{inner}.rs: stands beside {name}/: move it to {name}/mod.rs"));
            }
            faults.extend(layout(&entry.path(), &inner));
        }
    }
    faults.sort();
    faults
}

fn circle_fault(src: &str, circle: &[&str], arrows: &Arrows) -> String {
    let count = circle.len();
    let mut fault =
        format!("{src}: {count} files use each other: move what two of them need to a file below both");
    for ((from, to), Arrow { line, path }) in arrows {
        if circle.contains(&&**from) && circle.contains(&&**to) {
            fault += &format!("\n    {src}/{from}:{line}: `{path}` is in {to}");
        }
    }
    fault
}

/// The longest chain; folders that use each other share a level.
fn levels<'a>(folders: &BTreeSet<&'a str>, arrows: &BTreeSet<(&'a str, &'a str)>) -> usize {
    let mut graph = Graph::from_edges(arrows);
    folders.iter().for_each(|part| _ = graph.add_node(part));
    let mut level_of = BTreeMap::new();
    // each comes after those that it uses
    for group in tarjan_scc(&graph) {
        let used = group.iter().flat_map(|part| graph.neighbors(part)).filter_map(|part| level_of.get(part));
        let height = used.max().map_or(1, |below| below + 1);
        level_of.extend(group.iter().map(|part| (*part, height)));
    }
    level_of.into_values().max().unwrap_or(0)
}
