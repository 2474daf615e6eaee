//! Facts of `extra`: metadata, the parameters of the model, what a run says beside its known fields.

use crate::extract::{
    members::{for_each_member, member, scalar},
    objects::Attributes,
    usage::usage,
    words::WordList,
};
use crate::model::facts::ExtraFacts;

/// Facts of the JSON object.
pub(crate) fn extra(json: &str) -> ExtraFacts {
    let (mut facts, mut words) = (ExtraFacts::default(), WordList::default());
    let mut attributes = Attributes::default();
    let (mut own_model, mut params_model) = (None, None);
    // by rank: a client may write any of them, and the first counts
    let mut threads = [None, None, None];
    for_each_member(json, |key, value| match key {
        "metadata" => for_each_member(value.get(), |key, value| {
            let value = value.get();
            match key {
                "usage_metadata" => return facts.usage = usage(value),
                "ls_model_name" => own_model = scalar(value),
                "thread_id" => threads[0] = scalar(value),
                "session_id" => threads[1] = scalar(value),
                "conversation_id" => threads[2] = scalar(value),
                _ => {}
            }
            match key {
                "thread_id" | "session_id" | "conversation_id" => attributes.add_always(key, value),
                _ => attributes.add(key, value),
            }
            words.add_json(value);
        }),
        "invocation_params" => {
            let names = ["model", "model_name", "model_id"];
            params_model = names.iter().find_map(|name| member(value.get(), name).and_then(scalar));
        }
        _ => {}
    });
    // a run that was exported from LangSmith has its tokens and costs beside the other fields
    facts.usage = facts.usage.or_else(|| usage(json));
    facts.thread_id = threads.into_iter().flatten().find(|thread| !thread.is_empty());
    facts.model = own_model.or(params_model).filter(|model| !model.is_empty());
    facts.attributes = attributes.finish();
    facts.words = words.finish();
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_and_parameters() {
        let facts = extra(
            r#"{"runtime":{"sdk":"x"},"invocation_params":{"model":"small"},
               "metadata":{"session_id":"s","thread_id":7,"tier":"gold rush","nested":{"a":1},
                           "usage_metadata":{"input_tokens":3,"total_cost":"0.5"}}}"#,
        );
        assert_eq!(facts.thread_id.as_deref(), Some("7"));
        assert_eq!(facts.model.as_deref(), Some("small"));
        let pairs: Vec<_> = facts.attributes.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(pairs, [("session_id", "s"), ("thread_id", "7"), ("tier", "gold rush")]);
        assert_eq!(&*facts.words, "s 7 gold rush 1");
        let usage = facts.usage.unwrap();
        assert_eq!((usage.prompt_tokens, usage.total_cost), (3, Some(0.5)));
    }

    #[test]
    fn the_name_that_the_client_chose_for_the_model_counts_more() {
        let facts =
            extra(r#"{"metadata":{"ls_model_name":"own"},"invocation_params":{"model_name":"other"}}"#);
        assert_eq!(facts.model.as_deref(), Some("own"));
        assert_eq!(extra("{}"), ExtraFacts::default());
        assert_eq!(extra(r#"{"prompt_tokens":4,"total_cost":1}"#).usage.unwrap().prompt_tokens, 4);
    }
}
