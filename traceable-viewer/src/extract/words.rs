//! The words of a text, each once: SQLite's index keeps no positions, so a second one would cost and tell nothing.

use std::collections::HashSet;
use std::fmt;

use foldhash::fast::RandomState;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::model::facts::Words;

/// How many bytes of a run's text can be searched for.
pub(crate) const MAX_TEXT: usize = 32 << 10;

/// Words while they are collected.
#[derive(Default)]
pub(crate) struct WordList {
    /// The text that was seen so far.
    text: String,
    full: bool,
}

impl WordList {
    /// Adds a text as it is.
    pub(crate) fn add_text(&mut self, text: &str) {
        let room = MAX_TEXT.saturating_sub(self.text.len());
        self.full |= text.len() >= room;
        self.text.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
        self.text.push(' ');
    }

    /// Adds the texts and numbers inside a JSON value; keys are no text.
    pub(crate) fn add_json(&mut self, json: &str) {
        if !self.full {
            // what is nested too deep for the reader ends the list
            let _ = Values(self).deserialize(&mut serde_json::Deserializer::from_str(json));
        }
    }

    /// The words, each once.
    pub(crate) fn finish(self) -> Words {
        // about one word in seven bytes; the hash has a seed, for clients choose the words
        let mut seen = HashSet::with_capacity_and_hasher(self.text.len() / 7, RandomState::default());
        let mut words = String::with_capacity(self.text.len());
        // SQLite parts words at every sign that is no letter, so what is alike here is alike there
        for word in
            self.text.split(|sign: char| sign.is_whitespace() || sign.is_ascii_punctuation() && sign != '_')
        {
            if !word.is_empty() && seen.insert(word) {
                words.push_str(word);
                words.push(' ');
            }
        }
        words.truncate(words.trim_end().len());
        words.into()
    }
}

/// The words of a text that is no JSON.
pub(crate) fn text(text: &str) -> Words {
    let mut words = WordList::default();
    words.add_text(text);
    words.finish()
}

/// Walks through a value.
struct Values<'a>(&'a mut WordList);

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.0.add_text(text);
        // the error ends the walk
        if self.0.full { Err(E::custom("enough")) } else { Ok(()) }
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Values(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<serde::de::IgnoredAny>()?.is_some() {
            map.next_value_seed(Values(self.0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_json(json: &str) -> Words {
        let mut words = WordList::default();
        words.add_json(json);
        words.finish()
    }

    #[test]
    fn texts_and_numbers_of_values() {
        assert_eq!(
            &*of_json(r#"{"key":"one two, one","list":[1,-2.5,true,null,{"a":"z\u00fcrich a_b"}]}"#),
            "one two 1 2 5 zürich a_b"
        );
        assert_eq!(&*of_json("{}"), "");
        assert_eq!(&*text("a b a\nb"), "a b");
    }

    #[test]
    fn bounded_in_length_and_depth() {
        let long = (0..20_000).map(|n| format!("w{n} ")).collect::<String>();
        let words = of_json(&format!("{{\"a\":\"{long}\",\"b\":\"behind\"}}"));
        assert!(words.len() <= MAX_TEXT && words.len() > MAX_TEXT / 2 && !words.contains("behind"));
        let umlauts = "\u{e4}".repeat(MAX_TEXT);
        assert!(text(&umlauts).len() <= MAX_TEXT);
        let deep = format!("[\"begin\",{}{}]", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(&*of_json(&deep), "begin");
    }
}
