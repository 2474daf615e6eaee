//! A run in the second version of the API: the selected keys alone.

use serde::ser::{Error, Serialize, SerializeMap, Serializer};
use serde_json::{Value, json, value::RawValue};
use uuid::Uuid;

use crate::model::stored_run::StoredRun;
use crate::query::FeedbackStats;
use crate::run_json::parts::{feedback_stats, preview, time, time_or_null};
use crate::run_json::select::{Select, selects};
use crate::run_json::{ancestors::ancestors, links};

selects! {
    /// What a client can select of a run.
    RunSelect:
    "ID" Id, "NAME" Name, "RUN_TYPE" RunType, "STATUS" Status, "START_TIME" StartTime, "END_TIME" EndTime,
    "LATENCY_SECONDS" LatencySeconds, "FIRST_TOKEN_TIME" FirstTokenTime, "ERROR" Error,
    "ERROR_PREVIEW" ErrorPreview, "EXTRA" Extra, "METADATA" Metadata, "EVENTS" Events, "INPUTS" Inputs,
    "INPUTS_PREVIEW" InputsPreview, "OUTPUTS" Outputs, "OUTPUTS_PREVIEW" OutputsPreview, "MANIFEST" Manifest,
    "PARENT_RUN_ID" ParentRunId, "PARENT_RUN_IDS" ParentRunIds, "PROJECT_ID" ProjectId, "TRACE_ID" TraceId,
    "THREAD_ID" ThreadId, "DOTTED_ORDER" DottedOrder, "IS_ROOT" IsRoot,
    "REFERENCE_EXAMPLE_ID" ReferenceExampleId, "REFERENCE_DATASET_ID" ReferenceDatasetId,
    "TOTAL_TOKENS" TotalTokens, "PROMPT_TOKENS" PromptTokens, "COMPLETION_TOKENS" CompletionTokens,
    "TOTAL_COST" TotalCost, "PROMPT_COST" PromptCost, "COMPLETION_COST" CompletionCost,
    "PROMPT_TOKEN_DETAILS" PromptTokenDetails, "COMPLETION_TOKEN_DETAILS" CompletionTokenDetails,
    "PROMPT_COST_DETAILS" PromptCostDetails, "COMPLETION_COST_DETAILS" CompletionCostDetails,
    "PRICE_MODEL_ID" PriceModelId, "TAGS" Tags, "APP_PATH" AppPath, "ATTACHMENTS" Attachments,
    "THREAD_EVALUATION_TIME" ThreadEvaluationTime, "IS_IN_DATASET" IsInDataset,
    "LAST_QUEUED_AT" LastQueuedAt, "SHARE_URL" ShareUrl, "FEEDBACK_STATS" FeedbackStats,
    "LS_USER_ID" LsUserId,
}

/// Where the client finds what an answer names.
pub(crate) trait Links {
    /// The page of a shared run.
    fn shared(&self, token: Uuid) -> String;

    /// The bytes of a file.
    fn file(&self, run_id: Uuid, name: &str) -> String;
}

/// The selected keys of a run, and `query_metadata`.
pub(crate) struct Projection<'a> {
    pub(crate) run: &'a StoredRun,
    pub(crate) selects: &'a [RunSelect],
    pub(crate) links: &'a dyn Links,
    pub(crate) feedback: &'a [FeedbackStats],
}

impl RunSelect {
    /// Whether the long texts of a run have to be read for it.
    pub(crate) fn is_payload(self) -> bool {
        use RunSelect as S;
        matches!(
            self,
            S::Error
                | S::ErrorPreview
                | S::Extra
                | S::Metadata
                | S::Events
                | S::Inputs
                | S::Outputs
                | S::Manifest
        )
    }
}

impl Serialize for Projection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.selects.len() + 1))?;
        for select in self.selects {
            let key = select.key();
            match self.stored_json(*select) {
                Some(Some(text)) => {
                    let json: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                    map.serialize_entry(&key, json)?;
                }
                _ => map.serialize_entry(&key, &self.value(*select))?,
            }
        }
        map.serialize_entry("query_metadata", &())?;
        map.end()
    }
}

impl Projection<'_> {
    /// The stored text of what is stored as JSON.
    fn stored_json(&self, select: RunSelect) -> Option<Option<&str>> {
        let text = match select {
            RunSelect::Inputs => &self.run.inputs,
            RunSelect::Outputs => &self.run.outputs,
            RunSelect::Extra => &self.run.extra,
            RunSelect::Events => &self.run.events,
            RunSelect::Manifest => &self.run.serialized,
            RunSelect::Metadata => return Some(self.run.extra.as_deref().and_then(metadata)),
            _ => return None,
        };
        Some(text.as_deref())
    }

    fn value(&self, select: RunSelect) -> Value {
        use RunSelect as S;
        let run = self.run;
        let usage = &run.usage;
        match select {
            S::Id => json!(run.id),
            S::Name => json!(run.name),
            S::RunType => json!(run.run_type.to_ascii_uppercase()),
            S::Status => json!(run.status.as_str().to_ascii_uppercase()),
            // a run without a start is one whose start has not come yet
            S::StartTime => json!(time(run.start_us.unwrap_or(run.received_us))),
            S::EndTime => json!(time_or_null(run.end_us)),
            S::LatencySeconds => json!(run.duration().map(|duration| duration.as_secs_f64())),
            S::FirstTokenTime => json!(time_or_null(run.first_token_us)),
            S::Error => json!(run.error),
            S::ErrorPreview => json!(run.error.as_deref().map(preview)),
            S::InputsPreview => json!(run.inputs_preview),
            S::OutputsPreview => json!(run.outputs_preview),
            S::ParentRunId => json!(run.parent_id),
            S::ParentRunIds => json!(ancestors(run)),
            S::ProjectId => json!(run.project_id),
            S::TraceId => json!(run.trace_id),
            S::ThreadId => json!(run.thread_id),
            S::DottedOrder => json!(run.dotted_order),
            S::IsRoot => json!(run.parent_id.is_none()),
            S::ReferenceExampleId => json!(run.reference_example_id),
            S::TotalTokens => json!(usage.total_tokens),
            S::PromptTokens => json!(usage.prompt_tokens),
            S::CompletionTokens => json!(usage.completion_tokens),
            S::TotalCost => json!(usage.total_cost),
            S::PromptCost => json!(usage.prompt_cost),
            S::CompletionCost => json!(usage.completion_cost),
            S::Tags => json!(run.tags),
            S::AppPath => {
                let start = time(run.start_us.unwrap_or(run.received_us));
                json!(format!("{}?trace_id={}&start_time={start}", links::run_page(run), run.trace_id))
            }
            S::Attachments => self.attachments(),
            S::IsInDataset => json!(run.reference_example_id.is_some()),
            S::ShareUrl => json!(run.share_token.map(|token| self.links.shared(token))),
            S::FeedbackStats => feedback_stats(self.feedback),
            // stored as JSON, and not given
            S::Extra | S::Metadata | S::Inputs | S::Outputs => json!({}),
            S::Events => json!([]),
            S::Manifest => Value::Null,
            // nothing of it is known here: datasets, evaluations, a queue, users
            S::ReferenceDatasetId
            | S::PriceModelId
            | S::ThreadEvaluationTime
            | S::LastQueuedAt
            | S::LsUserId
            | S::PromptTokenDetails
            | S::CompletionTokenDetails
            | S::PromptCostDetails
            | S::CompletionCostDetails => Value::Null,
        }
    }

    fn attachments(&self) -> Value {
        let link = |name: &String| (name.clone(), json!(self.links.file(self.run.id, name)));
        Value::Object(self.run.attachments.iter().map(|file| link(&file.name)).collect())
    }
}

/// The metadata in `extra`, as the text that is there.
fn metadata(extra: &str) -> Option<&str> {
    #[derive(serde::Deserialize)]
    struct Extra<'a> {
        #[serde(borrow)]
        metadata: Option<&'a RawValue>,
    }
    let extra: Extra<'_> = serde_json::from_str(extra).ok()?;
    extra.metadata.map(RawValue::get).filter(|text| text.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys() {
        let names: Vec<String> = RunSelect::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(names.len(), 47, "46, and one of shared runs");
        assert_eq!(RunSelect::parse_all(&names, &[]).unwrap().len(), names.len());
        assert_eq!(RunSelect::parse_all(&[], &[RunSelect::Id]), Ok(vec![RunSelect::Id]));
        assert_eq!(RunSelect::LatencySeconds.key(), "latency_seconds");
        let error = RunSelect::parse_all(&["LATENCY".to_owned()], &[]).unwrap_err();
        assert_eq!(error.to_string(), "cannot select `LATENCY`; did you mean LATENCY_SECONDS?");
    }

    #[test]
    fn metadata_is_what_was_sent() {
        assert_eq!(
            metadata(r#"{"a":1,"metadata":{"n":1.000000000000000000001}}"#),
            Some(r#"{"n":1.000000000000000000001}"#)
        );
        for none in ["{}", r#"{"metadata":null}"#, r#"{"metadata":[1]}"#, "no JSON"] {
            assert_eq!(metadata(none), None, "{none}");
        }
    }
}
