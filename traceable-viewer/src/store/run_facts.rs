//! Brings the columns that lists, filters and statistics read in line with a run's texts.
//!
//! What a column holds follows from the texts that are stored, not from the order in which messages brought them.

use std::borrow::Cow;

use rusqlite::Connection;

use crate::extract::{self, Prices};
use crate::model::{
    change::RunChange,
    encoded_text::EncodedText,
    facts::{ExtraFacts, OutputFacts, Words},
    stored_run::Usage,
};
use crate::store::{StoreError, attributes, payload::Payload, run_row::RunRow, run_text::TextParts};

/// Keys and values of the top level of an object.
type Pairs<'a> = Cow<'a, [(String, String)]>;

/// What follows from the texts that a change sets, beside columns of the row.
pub(crate) struct RunFacts<'a> {
    attributes: [Option<Pairs<'a>>; 3],
    words: TextParts,
}

impl<'a> RunFacts<'a> {
    /// Sets the columns of the row that follow from the texts a change sets.
    pub(crate) fn set(
        conn: &Connection,
        row: &mut RunRow,
        change: &'a RunChange,
        payload: &Payload<'_>,
        old_type: Option<&str>,
        prices: Option<&Prices>,
    ) -> Result<Self, StoreError> {
        let facts = &change.facts;
        let mut attributes = [None, None, None];
        let mut words = TextParts::default();
        if let Some(text) = payload.inputs {
            let inputs = match &facts.inputs {
                Some(inputs) => Cow::Borrowed(inputs),
                None => Cow::Owned(extract::inputs(&text.text()?)),
            };
            row.inputs_preview = Some(inputs.preview.clone());
            words.inputs = Some(inputs.words.clone());
            attributes[1] = Some(list(inputs, |inputs| &inputs.attributes, |inputs| inputs.attributes));
        }
        if let Some(text) = payload.events {
            let events = match facts.events {
                Some(events) => events,
                None => extract::events(&text.text()?),
            };
            row.first_token_us = events.first_token_us;
        }
        if let Some(text) = payload.error {
            words.error = Some(match &facts.error {
                Some(words) => words.clone(),
                None => extract::text(&text.text()?),
            });
        }
        let outputs = match (payload.outputs, &facts.outputs) {
            (Some(_), Some(outputs)) => Some(Cow::Borrowed(outputs)),
            (Some(text), None) => Some(Cow::Owned(extract::outputs(&text.text()?))),
            (None, _) => None,
        };
        let extra = match (&payload.extra, &facts.extra) {
            (Some(_), Some(extra)) if payload.extra_is_as_sent => Some(Cow::Borrowed(extra)),
            (Some(text), _) => Some(Cow::Owned(extract::extra(&text.text()?))),
            (None, _) => None,
        };
        if let Some(outputs) = &outputs {
            row.outputs_preview = Some(outputs.object.preview.clone());
            words.outputs = Some(outputs.object.words.clone());
        }
        if let Some(extra) = &extra {
            row.thread_id.clone_from(&extra.thread_id);
            words.metadata = Some(extra.words.clone());
        }
        if outputs.is_some() || extra.is_some() || row.run_type.as_deref() != old_type {
            let known = match row.rid {
                Some(rid) => stored(conn, rid, outputs.is_none(), extra.is_none())?,
                None => (None, None),
            };
            set_usage(
                row,
                outputs.as_deref().or(known.0.as_ref()),
                extra.as_deref().or(known.1.as_ref()),
                prices,
            );
        }
        attributes[0] = extra.map(|extra| list(extra, |extra| &extra.attributes, |extra| extra.attributes));
        attributes[2] = outputs.map(|outputs| {
            list(outputs, |outputs| &outputs.object.attributes, |outputs| outputs.object.attributes)
        });
        Ok(RunFacts { attributes, words })
    }

    /// Writes the attributes, and returns the words.
    pub(crate) fn save(self, conn: &Connection, rid: i64, is_new: bool) -> rusqlite::Result<TextParts> {
        let kinds = [attributes::METADATA, attributes::INPUT, attributes::OUTPUT];
        for (kind, list) in kinds.into_iter().zip(&self.attributes) {
            if let Some(list) = list {
                attributes::replace(conn, rid, is_new, kind, list)?;
            }
        }
        Ok(self.words)
    }
}

/// A list inside facts that are borrowed or owned.
fn list<'a, T: Clone>(
    facts: Cow<'a, T>,
    borrow: impl FnOnce(&'a T) -> &'a Vec<(String, String)>,
    own: impl FnOnce(T) -> Vec<(String, String)>,
) -> Pairs<'a> {
    match facts {
        Cow::Borrowed(facts) => Cow::Borrowed(borrow(facts)),
        Cow::Owned(facts) => Cow::Owned(own(facts)),
    }
}

/// Facts of texts that an earlier message brought.
fn stored(
    conn: &Connection,
    rid: i64,
    outputs: bool,
    extra: bool,
) -> Result<(Option<OutputFacts>, Option<ExtraFacts>), StoreError> {
    let sql = "SELECT iif(?2, outputs, NULL), iif(?3, extra, NULL) FROM payload WHERE rid = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query((rid, outputs, extra))?;
    let Some(row) = rows.next()? else { return Ok((None, None)) };
    let text = |column: usize| -> Result<Option<String>, StoreError> {
        let bytes = row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
        // a damaged one is told to whoever reads it, not to whoever changes another field
        Ok(bytes.and_then(|bytes| EncodedText::decode(bytes).ok()))
    };
    Ok((text(0)?.map(|json| extract::outputs(&json)), text(1)?.map(|json| extract::extra(&json))))
}

/// Tokens, costs and model: outputs say more than metadata, which may be a copy; what is sent counts more than a price.
fn set_usage(
    row: &mut RunRow,
    outputs: Option<&OutputFacts>,
    extra: Option<&ExtraFacts>,
    prices: Option<&Prices>,
) {
    let is_model = row.run_type.as_deref().is_some_and(|kind| {
        ["llm", "embedding", "chat_model"].iter().any(|model| kind.eq_ignore_ascii_case(model))
    });
    let inside = outputs.filter(|_| is_model);
    row.model = extra
        .and_then(|extra| extra.model.clone())
        .or_else(|| inside.and_then(|outputs| outputs.model.clone()));
    let usage = outputs
        .and_then(|outputs| outputs.usage)
        .or_else(|| extra.and_then(|extra| extra.usage))
        .or_else(|| inside.and_then(|outputs| outputs.model_usage));
    let mut usage = usage.unwrap_or_default();
    if let Some(prices) = prices {
        prices.apply(row.model.as_deref(), &mut usage);
    }
    row.usage = Usage {
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        total_tokens: usage.total_tokens,
        prompt_cost: usage.prompt_cost,
        completion_cost: usage.completion_cost,
        total_cost: usage.total_cost,
    };
}

/// Texts that are stored already, of runs of a file from before there were such columns.
#[derive(Default)]
pub(crate) struct StoredTexts {
    pub(crate) inputs: Option<String>,
    pub(crate) outputs: Option<String>,
    pub(crate) extra: Option<String>,
    pub(crate) events: Option<String>,
    pub(crate) error: Option<String>,
}

/// Sets all columns of a row that follow from its texts, and writes its attributes; returns its words.
pub(crate) fn fill(
    conn: &Connection,
    row: &mut RunRow,
    rid: i64,
    texts: &StoredTexts,
    prices: Option<&Prices>,
) -> Result<TextParts, StoreError> {
    let inputs = texts.inputs.as_deref().map(extract::inputs);
    let outputs = texts.outputs.as_deref().map(extract::outputs);
    let extra = texts.extra.as_deref().map(extract::extra);
    row.inputs_preview = inputs.as_ref().map(|inputs| inputs.preview.clone());
    row.outputs_preview = outputs.as_ref().map(|outputs| outputs.object.preview.clone());
    row.first_token_us = texts.events.as_deref().and_then(|events| extract::events(events).first_token_us);
    row.thread_id = extra.as_ref().and_then(|extra| extra.thread_id.clone());
    set_usage(row, outputs.as_ref(), extra.as_ref(), prices);
    let error: Option<Words> = texts.error.as_deref().map(extract::text);
    let words = TextParts {
        inputs: inputs.as_ref().map(|inputs| inputs.words.clone()),
        outputs: outputs.as_ref().map(|outputs| outputs.object.words.clone()),
        error,
        metadata: extra.as_ref().map(|extra| extra.words.clone()),
    };
    let facts = RunFacts {
        attributes: [
            extra.map(|extra| extra.attributes.into()),
            inputs.map(|inputs| inputs.attributes.into()),
            outputs.map(|outputs| outputs.object.attributes.into()),
        ],
        words,
    };
    Ok(facts.save(conn, rid, true)?)
}
