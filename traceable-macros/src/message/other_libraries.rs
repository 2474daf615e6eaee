//! Options of other libraries, and what to write here instead.
//!
//! Of `tracing::instrument`, `fastrace::trace`, LangSmith's decorator in Python, and their like.

/// Ours for the same.
const SAME: &[(&str, &str)] = &[
    ("agg", "reduce = function"),
    ("args", "inputs(argument)"),
    ("as_type", "run_type = \"..\""),
    ("attachments", "#[attachment] file: Attachment"),
    ("attributes", "metadata(key = value)"),
    ("chain", "run_type = \"chain\""),
    ("disable", "enabled = condition"),
    ("disabled", "enabled = condition"),
    ("embedding", "run_type = \"embedding\""),
    ("exceptions_to_handle", "handled = predicate"),
    ("exclude", "skip(argument)"),
    ("fields", "metadata(key = value)"),
    ("hide_inputs", "skip_all"),
    ("hide_outputs", "skip_output"),
    ("ignore", "skip(argument)"),
    ("include", "inputs(argument)"),
    ("iterator", "iter"),
    ("kind", "run_type = \"..\""),
    ("llm", "run_type = \"llm\""),
    ("operation", "name = \"..\""),
    ("parser", "run_type = \"parser\""),
    ("project_name", "project = \"..\""),
    ("prompt", "run_type = \"prompt\""),
    ("properties", "metadata(key = value)"),
    ("reduce_fn", "reduce = function"),
    ("retriever", "run_type = \"retriever\""),
    ("session_name", "project = \"..\""),
    ("short_name", "name = \"..\""),
    ("skip_args", "skip_all"),
    ("skip_fields", "skip(argument)"),
    ("skip_inputs", "skip_all"),
    ("skip_outputs", "skip_output"),
    ("skip_result", "skip_output"),
    ("skip_ret", "skip_output"),
    ("span_kind", "run_type = \"..\""),
    ("span_name", "name = \"..\""),
    ("tool", "run_type = \"tool\""),
    ("type", "run_type = \"..\""),
];

/// What works otherwise here.
const OTHERWISE: &[(&str, &str)] = &[
    ("cache", "results are not cached here"),
    ("capture_input", "arguments are recorded without it; leave them out by `skip_all`"),
    ("capture_output", "results are recorded without it; leave them out by `skip_output`"),
    ("client", "runs go where `traceable::init()` says; name a sink for one call by `Extra::new().sink(..)`"),
    ("config", "write `Extra::new().config(&config).call(|| ..)` at the call"),
    (
        "dangerously_allow_filesystem",
        "files are never read from paths in arguments; pass one as `#[attachment] file: Attachment`",
    ),
    ("description", "write `metadata(description = \"..\")`"),
    ("enter_on_poll", "one run covers all polls of a future"),
    ("err", "results and errors are recorded without it"),
    ("extra", "write `metadata(key = value)`, or `Extra::new().metadata(..).call(|| ..)` for one call"),
    (
        "follows_from",
        "runs have no links beside their parent; write `parent = run`, or name the other run in `metadata(..)`",
    ),
    ("id", "name the id of one call by `Extra::new().run_id(id).call(|| ..)`"),
    ("langsmith_extra", "write `Extra::new()..call(|| ..)` at the call"),
    (
        "level",
        "runs have no levels; switch a function off by `enabled = condition`, or say `metadata(level = \"..\")`",
    ),
    ("on_end", "name it for one call by `Extra::new().on_end(..).call(|| ..)`"),
    ("reference_example_id", "name it for one call by `Extra::new().reference_example_id(id).call(|| ..)`"),
    ("replicas", "destinations are configured once, where `traceable::init()` is called"),
    ("ret", "results and errors are recorded without it"),
    ("run_id", "name the id of one call by `Extra::new().run_id(id).call(|| ..)`"),
    ("run_tree", "it goes on a parameter: `#[run_tree] run: RunTree`"),
    ("session_id", "write `metadata(session_id = expr)`"),
    (
        "target",
        "runs have no targets; runs are grouped by `project = \"..\"`, `tags = [\"..\"]` or `metadata(target = \"..\")`",
    ),
    ("thread_id", "write `metadata(thread_id = expr)`"),
    ("timeout", "limit the time around the call: a future that is dropped ends its run as cancelled"),
    ("trace_id", "a trace has the id of its root; name that by `Extra::new().run_id(id).call(|| ..)`"),
    ("user_id", "write `metadata(user_id = expr)`"),
];

/// The message for an option of another library.
pub(super) fn from_other_library(option: &str) -> Option<String> {
    let ours = |table: &[(&str, &'static str)]| {
        table.iter().find(|(there, _)| *there == option).map(|(_, ours)| *ours)
    };
    if let Some(here) = ours(SAME) {
        return Some(format!("unknown option `{option}`, did you mean `{here}`?"));
    }
    ours(OTHERWISE).map(|advice| format!("unknown option `{option}`: {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_is_listed_once() {
        let mut seen: Vec<&str> = SAME.iter().chain(OTHERWISE).map(|(there, _)| *there).collect();
        let listed = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), listed);
    }
}
