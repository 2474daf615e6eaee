//! Threads in the second version of the API: the selected keys alone.

use serde_json::{Map, Value, json};

use crate::query::{AllThreads, ThreadSummary, ThreadTurn};
use crate::run_json::parts::{feedback_stats, preview, seconds, time, time_or_null};
use crate::run_json::select::{Select, selects};

selects! {
    /// What a client can select of one trace of a thread.
    TurnSelect:
    "THREAD_ID" ThreadId, "TRACE_ID" TraceId, "OP" Op, "PROMPT_TOKENS" PromptTokens,
    "COMPLETION_TOKENS" CompletionTokens, "TOTAL_TOKENS" TotalTokens, "START_TIME" StartTime,
    "END_TIME" EndTime, "LATENCY" Latency, "FIRST_TOKEN_TIME" FirstTokenTime,
    "INPUTS_PREVIEW" InputsPreview, "OUTPUTS_PREVIEW" OutputsPreview, "INPUTS" Inputs, "OUTPUTS" Outputs,
    "ERROR" Error, "PROMPT_COST" PromptCost, "COMPLETION_COST" CompletionCost, "TOTAL_COST" TotalCost,
    "PROMPT_TOKEN_DETAILS" PromptTokenDetails, "COMPLETION_TOKEN_DETAILS" CompletionTokenDetails,
    "PROMPT_COST_DETAILS" PromptCostDetails, "COMPLETION_COST_DETAILS" CompletionCostDetails,
    "NAME" Name, "ERROR_PREVIEW" ErrorPreview, "TURN_NUMBER" TurnNumber,
}

selects! {
    /// What a client can select of one thread.
    ThreadSelect:
    "TURNS" Turns, "FIRST_START_TIME" FirstStartTime, "LAST_START_TIME" LastStartTime,
    "LAST_END_TIME" LastEndTime, "LATENCY_P50" LatencyP50, "LATENCY_P99" LatencyP99,
    "PROMPT_TOKENS" PromptTokens, "PROMPT_COST" PromptCost, "COMPLETION_TOKENS" CompletionTokens,
    "COMPLETION_COST" CompletionCost, "TOTAL_TOKENS" TotalTokens, "TOTAL_COST" TotalCost,
    "PROMPT_TOKEN_DETAILS" PromptTokenDetails, "COMPLETION_TOKEN_DETAILS" CompletionTokenDetails,
    "PROMPT_COST_DETAILS" PromptCostDetails, "COMPLETION_COST_DETAILS" CompletionCostDetails,
    "FEEDBACK_STATS" FeedbackStats,
}

selects! {
    /// What a client can select of all threads of a project.
    AllThreadsSelect:
    "THREAD_COUNT" ThreadCount, "TRACE_COUNT" TraceCount, "TOTAL_TOKENS" TotalTokens, "TOTAL_COST" TotalCost,
    "ERROR_RATE" ErrorRate, "STREAMING_RATE" StreamingRate, "LATENCY_P50" LatencyP50,
    "LATENCY_P99" LatencyP99, "MEDIAN_TOKENS" MedianTokens, "FIRST_TOKEN_P50" FirstTokenP50,
    "FIRST_TOKEN_P99" FirstTokenP99, "PROMPT_TOKENS" PromptTokens, "COMPLETION_TOKENS" CompletionTokens,
    "PROMPT_COST" PromptCost, "COMPLETION_COST" CompletionCost, "PROMPT_TOKEN_DETAILS" PromptTokenDetails,
    "COMPLETION_TOKEN_DETAILS" CompletionTokenDetails, "PROMPT_COST_DETAILS" PromptCostDetails,
    "COMPLETION_COST_DETAILS" CompletionCostDetails, "THREAD_FEEDBACK_STATS" FeedbackStats,
}

/// One trace of a thread. Its id is always there.
pub(crate) fn thread_turn(turn: &ThreadTurn, selects: &[TurnSelect]) -> Value {
    use TurnSelect as S;
    let (root, usage) = (&turn.root, &turn.totals.usage);
    let value = |select| match select {
        S::ThreadId => json!(root.thread_id),
        S::TraceId => json!(root.trace_id),
        S::StartTime => json!(time(root.start_us.unwrap_or(root.received_us))),
        S::EndTime => json!(time_or_null(root.end_us)),
        S::Latency => json!(root.duration().map(|duration| duration.as_secs_f64())),
        S::FirstTokenTime => json!(time_or_null(turn.totals.first_token_us)),
        S::InputsPreview => json!(root.inputs_preview),
        S::OutputsPreview => json!(root.outputs_preview),
        S::Inputs => json!(root.inputs),
        S::Outputs => json!(root.outputs),
        S::Error => json!(root.error),
        S::ErrorPreview => json!(root.error.as_deref().map(preview)),
        S::Name => json!(root.name),
        S::TurnNumber => json!(turn.number),
        S::PromptTokens => json!(usage.prompt_tokens),
        S::CompletionTokens => json!(usage.completion_tokens),
        S::TotalTokens => json!(usage.total_tokens),
        S::PromptCost => json!(usage.prompt_cost),
        S::CompletionCost => json!(usage.completion_cost),
        S::TotalCost => json!(usage.total_cost),
        // the number of a kind of run, which only LangSmith knows; parts of tokens and costs are not stored
        S::Op
        | S::PromptTokenDetails
        | S::CompletionTokenDetails
        | S::PromptCostDetails
        | S::CompletionCostDetails => Value::Null,
    };
    let mut object = Map::from_iter([("trace_id".to_owned(), json!(root.trace_id))]);
    object.extend(selects.iter().map(|select| (select.key(), value(*select))));
    Value::Object(object)
}

/// Numbers about one thread.
pub(crate) fn thread_stats(thread: &ThreadSummary, selects: &[ThreadSelect]) -> Value {
    use ThreadSelect as S;
    let usage = &thread.usage;
    let value = |select| match select {
        S::Turns => json!(thread.turns),
        S::FirstStartTime => json!(time_or_null(thread.first_start_us)),
        S::LastStartTime => json!(time_or_null(thread.last_start_us)),
        S::LastEndTime => json!(time_or_null(thread.last_end_us)),
        S::LatencyP50 => json!(seconds(thread.latency_p50_us)),
        S::LatencyP99 => json!(seconds(thread.latency_p99_us)),
        S::PromptTokens => json!(usage.prompt_tokens),
        S::CompletionTokens => json!(usage.completion_tokens),
        S::TotalTokens => json!(usage.total_tokens),
        S::PromptCost => json!(usage.prompt_cost),
        S::CompletionCost => json!(usage.completion_cost),
        S::TotalCost => json!(usage.total_cost),
        S::FeedbackStats => feedback_stats(&thread.feedback),
        S::PromptTokenDetails
        | S::CompletionTokenDetails
        | S::PromptCostDetails
        | S::CompletionCostDetails => Value::Null,
    };
    let key = |select: ThreadSelect| match select {
        S::LatencyP50 | S::LatencyP99 => select.key() + "_seconds",
        _ => select.key(),
    };
    Value::Object(selects.iter().map(|select| (key(*select), value(*select))).collect())
}

/// Numbers about all threads of a project.
pub(crate) fn thread_aggregate(all: &AllThreads, selects: &[AllThreadsSelect]) -> Value {
    use AllThreadsSelect as S;
    let usage = &all.usage;
    let value = |select| match select {
        S::ThreadCount => json!(all.threads),
        S::TraceCount => json!(all.traces),
        S::ErrorRate => json!(all.error_rate),
        S::StreamingRate => json!(all.streaming_rate),
        S::LatencyP50 => json!(seconds(all.latency_p50_us)),
        S::LatencyP99 => json!(seconds(all.latency_p99_us)),
        S::FirstTokenP50 => json!(seconds(all.first_token_p50_us)),
        S::FirstTokenP99 => json!(seconds(all.first_token_p99_us)),
        S::MedianTokens => json!(all.median_tokens),
        S::TotalTokens => json!(usage.total_tokens),
        S::PromptTokens => json!(usage.prompt_tokens),
        S::CompletionTokens => json!(usage.completion_tokens),
        S::TotalCost => json!(usage.total_cost),
        S::PromptCost => json!(usage.prompt_cost),
        S::CompletionCost => json!(usage.completion_cost),
        S::FeedbackStats => feedback_stats(&all.feedback),
        S::PromptTokenDetails
        | S::CompletionTokenDetails
        | S::PromptCostDetails
        | S::CompletionCostDetails => Value::Null,
    };
    let key = |select: AllThreadsSelect| match select {
        S::LatencyP50 | S::LatencyP99 | S::FirstTokenP50 | S::FirstTokenP99 => select.key() + "_seconds",
        _ => select.key(),
    };
    Value::Object(selects.iter().map(|select| (key(*select), value(*select))).collect())
}
