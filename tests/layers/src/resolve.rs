//! Follows each path to the file that defines what it names, through re-exports.

use std::collections::BTreeMap;

use crate::source::{Module, Source};

/// One file uses another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    /// Where, and by which path.
    pub(crate) line: usize,
    pub(crate) path: String,
}

/// The arrows between files, each with the first place that needs it.
pub(crate) type Arrows = BTreeMap<(String, String), Arrow>;

enum Target {
    Module(usize),
    File(usize),
}

/// Imports of imports, at most.
const DEPTH: usize = 16;

pub(crate) fn arrows(source: &Source) -> Arrows {
    let mut arrows = Arrows::new();
    for used in &source.used {
        let from = &source.modules[used.module].file;
        for target in resolve(source, used.module, &used.path, DEPTH) {
            // what a module holds matters, not the module
            let Target::File(module) = target else { continue };
            let to = &source.modules[module].file;
            if to != from && !(used.is_exported && is_inside(source, module, used.module)) {
                let arrow = Arrow { line: used.line, path: used.path.join("::") };
                let first = arrows.entry((from.clone(), to.clone()));
                first.and_modify(|it| *it = it.clone().min(arrow.clone())).or_insert(arrow);
            }
        }
    }
    arrows
}

/// Whether `module` is `outer` or lies in it.
fn is_inside(source: &Source, module: usize, outer: usize) -> bool {
    let parent = source.modules[module].parent;
    module == outer || parent != module && is_inside(source, parent, outer)
}

/// The crate that `module` is in.
fn root(source: &Source, module: usize) -> usize {
    let parent = source.modules[module].parent;
    if parent == module { module } else { root(source, parent) }
}

/// What a path names: nothing if it leads out of the crate.
fn resolve(source: &Source, from: usize, path: &[String], depth: usize) -> Vec<Target> {
    let Some(left) = depth.checked_sub(1) else { return Vec::new() };
    let mut at = from;
    for (index, segment) in path.iter().enumerate() {
        match segment.as_str() {
            "crate" => at = root(source, at),
            "super" => at = source.modules[at].parent,
            "self" => {}
            _ if index == 0 => return find(source, at, path, left),
            _ => {
                let found = find(source, at, &path[index..], left);
                // made by a macro, or re-exported from another crate: the module stands for it, but for a root,
                // which re-exports everything
                let is_unknown = found.is_empty() && at != root(source, at);
                return if is_unknown { vec![Target::File(at)] } else { found };
            }
        }
    }
    vec![Target::Module(at)]
}

/// What a path names that starts with a name in this module.
fn find(source: &Source, at: usize, path: &[String], depth: usize) -> Vec<Target> {
    let Some((name, rest)) = path.split_first() else { return vec![Target::Module(at)] };
    let Module { items, children, imports, globs, .. } = &source.modules[at];
    let mut found = Vec::new();
    if let Some(child) = children.get(name) {
        found = find(source, *child, rest, depth);
        if !rest.is_empty() {
            return if found.is_empty() { vec![Target::File(*child)] } else { found };
        }
    }
    if items.contains(name) {
        found.push(Target::File(at));
    }
    for (_, import) in imports.iter().filter(|(own, import)| own == name && import[..] != path[..]) {
        let path: Vec<_> = import.iter().chain(rest).cloned().collect();
        found.extend(resolve(source, at, &path, depth));
    }
    for glob in if found.is_empty() { &globs[..] } else { &[] } {
        for target in resolve(source, at, glob, depth) {
            if let (Target::Module(it), Some(left)) = (target, depth.checked_sub(1)) {
                found.extend(find(source, it, path, left));
            }
        }
    }
    found
}
