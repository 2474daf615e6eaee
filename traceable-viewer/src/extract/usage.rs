//! Tokens and costs, in the forms in which clients and providers write them.

use crate::extract::members::{for_each_element, for_each_member, member, scalar};
use crate::model::facts::UsageFacts;

/// How many messages of a list are looked through for the one that has a usage.
const MAX_MESSAGES: usize = 1000;

/// An object such as `usage_metadata`; `None` when it counts nothing.
pub(crate) fn usage(json: &str) -> Option<UsageFacts> {
    let mut usage = UsageFacts::default();
    let (mut total, mut found) = (None, false);
    for_each_member(json, |key, value| {
        let value = value.get();
        let (number, counted) = (number(value), count(value));
        match key {
            "input_tokens" | "prompt_tokens" => set(&mut usage.prompt_tokens, counted, &mut found),
            "output_tokens" | "completion_tokens" => set(&mut usage.completion_tokens, counted, &mut found),
            "total_tokens" => {
                total = counted;
                found |= counted.is_some();
            }
            "input_token_details" => {
                let detail = |key| member(value, key).and_then(count).unwrap_or(0);
                (usage.cache_read_tokens, usage.cache_creation_tokens) =
                    (detail("cache_read"), detail("cache_creation"));
            }
            "prompt_tokens_details" => {
                usage.cache_read_tokens = member(value, "cached_tokens").and_then(count).unwrap_or(0);
            }
            "input_cost" | "prompt_cost" => set_cost(&mut usage.prompt_cost, number, &mut found),
            "output_cost" | "completion_cost" => set_cost(&mut usage.completion_cost, number, &mut found),
            "total_cost" => set_cost(&mut usage.total_cost, number, &mut found),
            _ => {}
        }
    });
    usage.total_tokens = total.unwrap_or(usage.prompt_tokens.saturating_add(usage.completion_tokens));
    if usage.total_cost.is_none() && (usage.prompt_cost.is_some() || usage.completion_cost.is_some()) {
        usage.total_cost = Some(usage.prompt_cost.unwrap_or(0.0) + usage.completion_cost.unwrap_or(0.0));
    }
    found.then_some(usage)
}

/// The usage inside a message, as it is or as LangChain writes objects, with its fields below `kwargs`.
pub(crate) fn of_message(json: &str) -> Option<UsageFacts> {
    if let Some(found) = member(json, "usage_metadata").and_then(usage) {
        return Some(found);
    }
    member(member(json, "kwargs")?, "usage_metadata").and_then(usage)
}

/// The usage of the last message of a list that has one.
pub(crate) fn of_messages(json: &str) -> Option<UsageFacts> {
    let (mut found, mut seen) = (None, 0);
    for_each_element(json, |message| {
        found = of_message(message.get()).or(found);
        seen += 1;
        seen < MAX_MESSAGES
    });
    found
}

/// The sum over LangChain's `generations`: lists of lists of objects with a message.
pub(crate) fn of_generations(json: &str) -> Option<UsageFacts> {
    let (mut sum, mut seen): (Option<UsageFacts>, _) = (None, 0);
    let mut one = |generation: &str| {
        let usage = member(generation, "message").and_then(of_message);
        sum = match (sum, usage) {
            (Some(sum), Some(usage)) => Some(add(sum, usage)),
            (sum, usage) => sum.or(usage),
        };
        seen += 1;
        seen < MAX_MESSAGES
    };
    for_each_element(json, |outer| {
        if !outer.get().starts_with('[') {
            return one(outer.get());
        }
        let mut more = true;
        for_each_element(outer.get(), |inner| {
            more = one(inner.get());
            more
        });
        more
    });
    sum
}

fn add(a: UsageFacts, b: UsageFacts) -> UsageFacts {
    let cost = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
    UsageFacts {
        prompt_tokens: a.prompt_tokens.saturating_add(b.prompt_tokens),
        completion_tokens: a.completion_tokens.saturating_add(b.completion_tokens),
        total_tokens: a.total_tokens.saturating_add(b.total_tokens),
        cache_read_tokens: a.cache_read_tokens.saturating_add(b.cache_read_tokens),
        cache_creation_tokens: a.cache_creation_tokens.saturating_add(b.cache_creation_tokens),
        prompt_cost: cost(a.prompt_cost, b.prompt_cost),
        completion_cost: cost(a.completion_cost, b.completion_cost),
        total_cost: cost(a.total_cost, b.total_cost),
    }
}

fn set(field: &mut u64, value: Option<u64>, found: &mut bool) {
    if let Some(value) = value {
        (*field, *found) = (value, true);
    }
}

fn set_cost(field: &mut Option<f64>, value: Option<f64>, found: &mut bool) {
    /// No run costs more dollars: what is above is a mistake, and would hide all others in a sum.
    const MOST: f64 = 1e12;
    if let Some(value) = value.filter(|value| *value <= MOST) {
        (*field, *found) = (Some(value), true);
    }
}

/// A number, also one that is written as a text.
fn number(json: &str) -> Option<f64> {
    scalar(json)?.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

/// A whole number that SQLite can keep.
fn count(json: &str) -> Option<u64> {
    /// No run has more tokens, and sums over a million of them still fit.
    const MOST: f64 = 1e12;
    // in this range the conversion is exact, a fraction is cut off
    number(json).filter(|number| *number <= MOST).map(|number| number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_several_providers() {
        let langsmith = r#"{"input_tokens":10,"output_tokens":"5","total_tokens":15,
            "input_token_details":{"cache_read":4,"cache_creation":1},"input_cost":0.5,"output_cost":0.25}"#;
        let usage = usage(langsmith).unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (10, 5, 15));
        assert_eq!((usage.cache_read_tokens, usage.cache_creation_tokens), (4, 1));
        assert_eq!(
            (usage.prompt_cost, usage.completion_cost, usage.total_cost),
            (Some(0.5), Some(0.25), Some(0.75))
        );
        let openai = super::usage(
            r#"{"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3}}"#,
        );
        let openai = openai.unwrap();
        assert_eq!((openai.prompt_tokens, openai.total_tokens, openai.cache_read_tokens), (7, 9, 3));
        assert_eq!(openai.total_cost, None);
    }

    #[test]
    fn nonsense_counts_nothing() {
        for wrong in [
            "{}",
            "[]",
            "7",
            "null",
            r#"{"input_tokens":-1}"#,
            r#"{"input_tokens":1e300,"total_cost":"NaN"}"#,
            r#"{"input_cost":-0.5,"output_cost":1e13,"total_cost":1e300}"#,
        ] {
            assert_eq!(usage(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn messages_and_generations() {
        let message = |tokens| format!(r#"{{"kwargs":{{"usage_metadata":{{"input_tokens":{tokens}}}}}}}"#);
        let list = format!(r#"[{},{{"content":"x"}},{}]"#, message(1), message(2));
        assert_eq!(of_messages(&list).unwrap().prompt_tokens, 2);
        let generations =
            format!(r#"[[{{"message":{}}}],[{{"text":"x"}},{{"message":{}}}]]"#, message(3), message(4));
        assert_eq!(of_generations(&generations).unwrap().prompt_tokens, 7);
        assert_eq!(of_generations("{}"), None);
    }
}
