//! All that is known of one run, as text.

use std::fmt::Write;

use crate::model::stored_run::{StoredFeedback, StoredRun};
use crate::terminal::{
    pretty_json::pretty_json, recorded_metadata::Metadata, sanitize, title::title, tree_style::TreeStyle,
    units,
};

/// Prints a run: its line as in a tree, then every field and payload whole, then files and feedback.
pub fn render_run(run: &StoredRun, feedback: &[StoredFeedback], style: TreeStyle) -> String {
    let metadata = Metadata::of(run);
    let mut text = title(run, &metadata, style) + "\n\n";
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            // writing to a String cannot fail
            let _ = writeln!(text, "{name:<12} {}", sanitize::one_line(&value, 2_000));
        }
    };
    field("id", Some(run.id.to_string()));
    field("trace", Some(run.trace_id.to_string()));
    field("parent", run.parent_id.map(|id| id.to_string()));
    field("project", Some(run.project.clone()));
    field("thread", run.thread_id.clone());
    field("type", Some(run.run_type.clone()));
    field("status", Some(run.status.as_str().to_owned()));
    field("start", run.start_us.map(|us| format!("{} UTC", units::format_time(us))));
    field("end", run.end_us.map(|us| format!("{} UTC", units::format_time(us))));
    field("example", run.reference_example_id.map(|id| id.to_string()));
    field("why", metadata.broken_trace());
    let payloads = [
        ("inputs", run.inputs.as_deref().map(pretty_json)),
        ("outputs", run.outputs.as_deref().map(pretty_json)),
        ("error", run.error.clone()),
        ("events", run.events.as_deref().map(pretty_json)),
        ("extra", run.extra.as_deref().map(pretty_json)),
        ("serialized", run.serialized.as_deref().map(pretty_json)),
    ];
    for (name, payload) in payloads {
        let Some(payload) = payload.filter(|text| !matches!(text.as_str(), "" | "{}" | "[]" | "null")) else {
            continue;
        };
        let _ = writeln!(text, "\n{name}");
        for line in payload.lines() {
            let _ = writeln!(text, "  {}", sanitize::whole_line(line));
        }
    }
    if !run.attachments.is_empty() {
        text += "\nattachments\n";
        for file in &run.attachments {
            let (name, mime) = (sanitize::one_line(&file.name, 200), sanitize::one_line(&file.mime, 200));
            let _ = writeln!(text, "  {name}  {mime}  {}", units::format_bytes(file.len));
        }
    }
    if !feedback.is_empty() {
        text += "\nfeedback\n";
        for feedback in feedback {
            let key = sanitize::one_line(feedback.key.as_deref().unwrap_or("(no key)"), 200);
            let score = feedback.score.map(|score| format!("  {score}")).unwrap_or_default();
            let value =
                feedback.value.as_deref().map(|value| format!("  {}", sanitize::one_line(value, 200)));
            let comment = feedback
                .comment
                .as_deref()
                .map(|comment| format!("  {}", sanitize::one_line(comment, 1_000)));
            let _ =
                writeln!(text, "  {key}{score}{}{}", value.unwrap_or_default(), comment.unwrap_or_default());
        }
    }
    text
}
