//! The lines below the line of a run: inputs, outputs, error, why it lost its parent, metadata.

use crate::model::stored_run::StoredRun;
use crate::terminal::{
    pretty_json::pretty_json,
    recorded_metadata::Metadata,
    sanitize,
    tree_style::{Color, TreeStyle},
};

/// Characters of a preview of inputs, outputs, an error or a value of the metadata.
const PREVIEW_WIDTH: usize = 100;
/// Characters of a key of the metadata.
const KEY_WIDTH: usize = 60;

pub(crate) fn details(run: &StoredRun, metadata: &Metadata<'_>, style: TreeStyle) -> Vec<String> {
    let mut lines = Vec::new();
    for (label, json) in [("in ", run.inputs.as_deref()), ("out", run.outputs.as_deref())] {
        match json.filter(|json| !matches!(*json, "" | "{}")) {
            Some(json) if style.full => block(&mut lines, label, &pretty_json(json), style),
            Some(json) => preview(&mut lines, label, json, style),
            None => {}
        }
    }
    if let Some(error) = run.error.as_deref().map(str::trim).filter(|error| !error.is_empty()) {
        match style.full {
            true => block(&mut lines, "err", error, style),
            false => preview(&mut lines, "err", error.lines().next().unwrap_or_default(), style),
        }
    }
    if let Some(why) = metadata.broken_trace() {
        // a place and a fix are longer than a preview
        lines.push(format!("{} {}", style.paint(Color::Notable, "why"), style.one_line(&why, 400)));
    }
    if style.metadata {
        for (key, value) in metadata.iter() {
            let key = format!("{:<3}", style.one_line(key, KEY_WIDTH));
            preview(&mut lines, &key, value, style);
        }
    }
    lines
}

fn preview(lines: &mut Vec<String>, label: &str, value: &str, style: TreeStyle) {
    let value = style.one_line(value, PREVIEW_WIDTH);
    lines.push(format!("{} {value}", style.paint(Color::Faint, label)));
}

/// A text on several lines, the label before the first.
fn block(lines: &mut Vec<String>, label: &str, text: &str, style: TreeStyle) {
    for (index, line) in text.lines().enumerate() {
        let line = sanitize::whole_line(line);
        match index {
            0 => lines.push(format!("{} {line}", style.paint(Color::Faint, label))),
            _ => lines.push(format!("    {line}")),
        }
    }
}
