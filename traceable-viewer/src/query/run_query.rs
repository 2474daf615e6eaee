//! What a reader asks for, and what it gets.

use uuid::Uuid;

use crate::model::stored_run::StoredRun;

/// By the start of runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    NewestFirst,
    /// Oldest first.
    OldestFirst,
}

/// Which runs are asked for. All conditions that are set have to hold; the default asks for all runs, newest first.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RunQuery {
    /// Projects, by id; empty: all.
    pub project_ids: Vec<Uuid>,
    /// Projects, by name; empty: all.
    pub projects: Vec<String>,
    /// These runs, and no condition besides. Filters are read all the same, and a mistake in one is an error.
    pub ids: Vec<Uuid>,
    /// Runs of these traces; the page has all that match, whatever the limit.
    pub trace_id: Option<Uuid>,
    /// Children of this run.
    pub parent_id: Option<Uuid>,
    /// `llm`, `tool` and so on, in any case.
    pub run_type: Option<String>,
    /// Only roots, or only runs that are none.
    pub is_root: Option<bool>,
    /// Only runs with an error, or only runs without.
    pub has_error: Option<bool>,
    /// Runs of these dataset examples; empty: all.
    pub reference_example_ids: Vec<Uuid>,
    /// Started at or after, in microseconds since 1970.
    pub min_start_us: Option<i64>,
    /// Started at or before, in microseconds since 1970.
    pub max_start_us: Option<i64>,
    /// A filter in LangSmith's language, about the run.
    ///
    /// | Write | to find runs |
    /// |---|---|
    /// | `eq(status, "error")` | with an error; `"success"`, `"pending"` |
    /// | `gt(latency, "300ms")` | that took longer; seconds without a unit, `ms`, `s`, `m`, `h` |
    /// | `and(gte(start_time, "2026-01-05T10:00:00Z"), lt(start_time, "2026-01-06"))` | of a time |
    /// | `in(name, ["agent", "planner"])` | with one of the names |
    /// | `has(tags, "beta")` | with a tag |
    /// | `and(eq(metadata_key, "env"), eq(metadata_value, "dev"))`, `eq(metadata.env, "dev")` | with that in the metadata |
    /// | `has(metadata, '{"env": "dev", "plan": {"tier": 1}}')` | whose metadata have all of it |
    /// | `and(eq(feedback_key, "correct"), lt(feedback_score, 0.5))` | with such feedback |
    /// | `search("refund order")`, `search("ref*")` | in whose texts all the words are, or words that begin so |
    /// | `search(name, "age")` | with that part in the name, in any case of ASCII letters |
    /// | `or(eq(run_type, "llm"), not(eq(is_root, true)))` | of either kind |
    /// | `eq(thread_id, null)`, `neq(parent_run_id, null)` | without, or with, a value |
    ///
    /// Functions: `and`, `or`, `not`, `eq`, `neq`, `gt`, `gte`, `lt`, `lte`, `in`, `has`, `search`. Attributes: `id`,
    /// `name`, `run_type`, `status`, `error`, `start_time`, `end_time`, `first_token_time`, `latency`, `total_tokens`,
    /// `prompt_tokens`, `completion_tokens`, `total_cost`, `prompt_cost`, `completion_cost`, `is_root`, `trace_id`,
    /// `parent_run_id`, `thread_id`, `session_id`, `project_id`, `reference_example_id`, `execution_order`, `model`,
    /// `dotted_order`, `tags`; `metadata_key` and `metadata_value`, and the same of `input` and `output`;
    /// `feedback_key`, `feedback_score`, `feedback_value`, `feedback_comment`; and values inside `inputs`, `outputs`,
    /// `extra` and `metadata` by dots, such as `inputs.user.name`.
    ///
    /// Texts stand in single or double quotes with the escapes of JSON; times are ISO 8601 or milliseconds since 1970.
    /// Inside one `and(..)`, a key and a value speak of the same pair; two pairs need an `and(..)` each. A run that has
    /// no value matches no comparison with one, `neq` included. Values of keys, and those one key inside an object, are
    /// compared as texts by `eq`, `neq` and `in`: `5` and `"5"` are equal, and so are `1e3` and `1000.0`. Deeper inside,
    /// and to `has`, a number is no text. A filter has at most 16 KiB and 32 calls inside each
    /// other.
    pub filter: Option<String>,
    /// One that the root of the run's trace has to match.
    pub trace_filter: Option<String>,
    /// One that any run of the trace has to match.
    pub tree_filter: Option<String>,
    /// Words that the run's texts have to hold; 64 at most, in 16 KiB.
    pub text: Option<String>,
    /// By start.
    pub order: Order,
    /// How many runs at most; `None`: 100.
    pub limit: Option<usize>,
    /// How many runs are skipped.
    pub offset: usize,
    /// Where the page before ended: its [`RunPage::next`].
    pub cursor: Option<String>,
    /// Whether inputs, outputs, events and other long texts are read; a list does without and is faster.
    pub payloads: bool,
}

/// Some of the runs that were asked for.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RunPage {
    /// The runs, in the order asked for.
    pub runs: Vec<StoredRun>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
    /// Set when the search was ended for it took long: runs up to this start, in microseconds since 1970, were looked
    /// at. The page then has fewer runs than were asked for, and its cursor goes on from there.
    pub searched_to_us: Option<i64>,
}
