//! What tokens cost: a file in the form of LiteLLM's public list of prices.

use std::collections::HashMap;
use std::path::Path;

use serde_json::value::RawValue;

use crate::extract::members::{for_each_member, member};
use crate::model::facts::UsageFacts;

/// Prices in US dollars, by the name of a model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prices(HashMap<String, Price>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Price {
    prompt: f64,
    completion: f64,
    cache_read: Option<f64>,
    cache_creation: Option<f64>,
}

impl Prices {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        Prices::parse(&std::fs::read_to_string(path).map_err(|error| error.to_string())?)
    }

    /// Reads the text of a file. Entries without a price of a token, such as those of images, are left out.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        let _: HashMap<String, &RawValue> =
            serde_json::from_str(json).map_err(|error| format!("it is no JSON object of models: {error}"))?;
        let mut prices = HashMap::new();
        for_each_member(json, |model, entry| {
            let price = |key| member(entry.get(), key).and_then(|json| json.parse::<f64>().ok());
            let price = |key| price(key).filter(|price| price.is_finite() && *price >= 0.0);
            let (prompt, completion) = (price("input_cost_per_token"), price("output_cost_per_token"));
            if prompt.is_some() || completion.is_some() {
                let price = Price {
                    prompt: prompt.unwrap_or(0.0),
                    completion: completion.unwrap_or(0.0),
                    cache_read: price("cache_read_input_token_cost"),
                    cache_creation: price("cache_creation_input_token_cost"),
                };
                prices.insert(model.to_owned(), price);
            }
        });
        match prices.is_empty() {
            true => Err("no model in it has a price of a token".to_owned()),
            false => Ok(Prices(prices)),
        }
    }

    /// Adds costs to a usage that names none.
    pub(crate) fn apply(&self, model: Option<&str>, usage: &mut UsageFacts) {
        let sent =
            usage.total_cost.is_some() || usage.prompt_cost.is_some() || usage.completion_cost.is_some();
        let Some(price) = model.filter(|_| !sent).and_then(|model| self.find(model)) else { return };
        let read = usage.cache_read_tokens.min(usage.prompt_tokens);
        let created = usage.cache_creation_tokens.min(usage.prompt_tokens - read);
        let cost = |tokens: u64, price: f64| tokens as f64 * price;
        let prompt = cost(usage.prompt_tokens - read - created, price.prompt)
            + cost(read, price.cache_read.unwrap_or(price.prompt))
            + cost(created, price.cache_creation.unwrap_or(price.prompt));
        let completion = cost(usage.completion_tokens, price.completion);
        (usage.prompt_cost, usage.completion_cost) = (Some(prompt), Some(completion));
        usage.total_cost = Some(prompt + completion);
    }

    /// The price of a model; a name such as `openai/gpt` is also looked for without its provider.
    fn find(&self, model: &str) -> Option<&Price> {
        let short = || model.rsplit_once('/').map(|(_, name)| name);
        self.0.get(model).or_else(|| self.0.get(short()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
        "sample_spec":{"input_cost_per_token":0.0,"output_cost_per_token":0.0,"mode":"chat"},
        "small":{"input_cost_per_token":1e-06,"output_cost_per_token":2e-06,"cache_read_input_token_cost":5e-07},
        "image":{"output_cost_per_image":0.04},"odd":{"input_cost_per_token":"x"},"flat":7}"#;

    #[test]
    fn costs_of_a_usage() {
        let prices = Prices::parse(FILE).unwrap();
        let tokens = UsageFacts { prompt_tokens: 1000, completion_tokens: 100, ..UsageFacts::default() };
        let cost = |model, mut usage: UsageFacts| {
            prices.apply(model, &mut usage);
            usage.total_cost.map(|cost| (cost * 1e9).round())
        };
        assert_eq!(cost(Some("small"), tokens), Some(1_200_000.0));
        assert_eq!(cost(Some("openai/small"), tokens), Some(1_200_000.0));
        assert_eq!(cost(Some("small"), UsageFacts { cache_read_tokens: 600, ..tokens }), Some(900_000.0));
        assert_eq!(cost(Some("small"), UsageFacts { cache_read_tokens: 9000, ..tokens }), Some(700_000.0));
        assert_eq!(cost(Some("small"), UsageFacts { total_cost: Some(3.0), ..tokens }), Some(3e9));
        for model in [None, Some("image"), Some("odd"), Some("flat"), Some("unknown")] {
            assert_eq!(cost(model, tokens), None, "{model:?}");
        }
    }

    #[test]
    fn files_of_another_kind_are_refused() {
        for wrong in ["", "[]", "{}", r#"{"small":{"price":1}}"#, "{\"small\":"] {
            assert!(Prices::parse(wrong).is_err(), "{wrong}");
        }
    }
}
