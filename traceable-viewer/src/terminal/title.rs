//! The line of a run in a tree: name, type, how it ended, how long it took, model, tokens, cost, tags.

use std::time::Duration;

use crate::model::stored_run::StoredRun;
use crate::terminal::{
    recorded_metadata::{Ending, Metadata},
    tree_style::{Color, TreeStyle},
    units,
};

/// Characters of a name, a run type or a tag.
const NAME_WIDTH: usize = 120;

pub(crate) fn title(run: &StoredRun, metadata: &Metadata<'_>, style: TreeStyle) -> String {
    let mut title = match run.name.as_str() {
        "" => "(unnamed)".to_owned(),
        name => style.one_line(name, NAME_WIDTH),
    };
    if run.run_type != "chain" {
        title += &format!(" [{}]", style.one_line(&run.run_type, NAME_WIDTH));
    }
    let (symbols, ending) = (style.symbols(), metadata.ending(run));
    let (mark, color) = match ending {
        Ending::Success => (symbols.success, Color::Good),
        Ending::Error => (symbols.error, Color::Bad),
        Ending::Pending => (symbols.pending, Color::Notable),
        Ending::Cancelled => (symbols.cancelled, Color::Notable),
        Ending::Dropped => (symbols.dropped, Color::Notable),
    };
    title += "  ";
    title += &style.paint(color, mark);
    if let Some(duration) = run.duration() {
        title += &format!(" {}", style.duration(duration));
    }
    let facts = facts(run, ending, style);
    if !facts.is_empty() {
        let facts = format!("{}{}", symbols.between, facts.join(symbols.between));
        title += &style.paint(Color::Faint, &facts);
    }
    for tag in &run.tags {
        title += &format!(" #{}", style.one_line(tag, NAME_WIDTH));
    }
    title
}

/// What most runs do not have.
fn facts(run: &StoredRun, ending: Ending, style: TreeStyle) -> Vec<String> {
    let mut facts = Vec::new();
    match ending {
        Ending::Dropped => facts.push("left early".to_owned()),
        Ending::Cancelled => facts.push("cancelled".to_owned()),
        Ending::Success | Ending::Error | Ending::Pending => {}
    }
    if let Some(model) = &run.model {
        facts.push(style.one_line(model, NAME_WIDTH));
    }
    let usage = &run.usage;
    if (usage.prompt_tokens, usage.completion_tokens) != (0, 0) {
        facts.push(format!("{}+{} tokens", usage.prompt_tokens, usage.completion_tokens));
    } else if usage.total_tokens > 0 {
        facts.push(format!("{} tokens", usage.total_tokens));
    }
    if let Some(cost) = usage.total_cost {
        facts.push(units::format_cost(cost));
    }
    if let (Some(first), Some(start)) = (run.first_token_us, run.start_us) {
        let us = u64::try_from(first.saturating_sub(start)).unwrap_or(0);
        facts.push(format!("first token {}", style.duration(Duration::from_micros(us))));
    }
    facts
}
