//! Words of a user as a query of the full text, in which no letter means anything but itself.

use rusqlite::Connection;
use unicode_general_category::{GeneralCategory, get_general_category};

/// The longest text that is searched for, in bytes, and the most words in it: each is looked up by itself.
const MAX_LENGTH: usize = 16 << 10;
const MAX_WORDS: usize = 64;

/// Whether a text is more than can be searched for.
pub(crate) fn has_too_many_words(text: &str) -> bool {
    let words = || text.split(|letter| !is_word(letter)).filter(|word| !word.is_empty());
    text.len() > MAX_LENGTH || words().nth(MAX_WORDS).is_some()
}

/// What runs have to hold, in FTS5's language: every word, and one that ends in `*` as the beginning of a word. `None`
/// when there is no word.
pub(crate) fn match_expression(text: &str) -> Option<String> {
    let mut expression = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        rest = rest.get(start..).unwrap_or_default();
        let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        // a word has no quotes, so nothing ends it early
        let terms: Vec<String> = terms(word).iter().map(|term| format!("\"{term}\"")).collect();
        if terms.is_empty() {
            continue;
        }
        if !expression.is_empty() {
            expression.push(' ');
        }
        expression.push_str(&terms.join(" "));
        if after.starts_with('*') {
            expression.push('*');
        }
    }
    (!expression.is_empty()).then_some(expression)
}

/// A word as the table's tokenizer cuts it: it knows no letters that are younger than its version of Unicode. Two of its
/// words in one pair of quotes would be a phrase, which the table cannot find.
fn terms(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return vec![word.to_owned()];
    }
    // without an answer the word stays whole
    cut(word).unwrap_or_else(|_| vec![word.to_owned()])
}

fn cut(word: &str) -> rusqlite::Result<Vec<String>> {
    let conn = Connection::open_in_memory()?;
    conn.execute_batch(
        "CREATE VIRTUAL TABLE one USING fts5(body, tokenize=\"unicode61 tokenchars '_'\"); \
         CREATE VIRTUAL TABLE term USING fts5vocab(one, instance);",
    )?;
    conn.execute("INSERT INTO one(body) VALUES(?1)", [word])?;
    let mut terms = conn.prepare("SELECT term FROM term ORDER BY offset")?;
    terms.query_map((), |row| row.get(0))?.collect()
}

/// Whether a letter is part of a word. `terms` has the last word.
fn is_word(letter: char) -> bool {
    use GeneralCategory as G;
    matches!(letter, '_' | '\u{300}'..='\u{331}')
        || matches!(
            get_general_category(letter),
            G::UppercaseLetter
                | G::LowercaseLetter
                | G::TitlecaseLetter
                | G::ModifierLetter
                | G::OtherLetter
                | G::DecimalNumber
                | G::LetterNumber
                | G::OtherNumber
                | G::PrivateUse
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted() {
        assert!(!has_too_many_words(&"a ".repeat(MAX_WORDS)));
        assert!(has_too_many_words(&"a-".repeat(MAX_WORDS + 1)));
        assert!(has_too_many_words(&"a".repeat(MAX_LENGTH + 1)));
    }

    #[test]
    fn words_are_quoted() {
        assert_eq!(match_expression("refund my-order").as_deref(), Some(r#""refund" "my" "order""#));
        assert_eq!(match_expression("ref* a_b").as_deref(), Some(r#""ref"* "a_b""#));
        assert_eq!(
            match_expression(r#"" OR NEAR(x) body:y ^"#).as_deref(),
            Some(r#""OR" "NEAR" "x" "body" "y""#)
        );
        assert_eq!(match_expression(" \"'-* \0"), None);
        // letters that the tokenizer does not know part words
        let unknown: Vec<char> = ('\u{80}'..'\u{20000}')
            .step_by(7)
            .filter(|letter| is_word(*letter) && cut(&format!("a{letter}b")).unwrap().len() == 2)
            .take(3)
            .collect();
        assert!(!unknown.is_empty());
        for letter in unknown {
            assert_eq!(
                match_expression(&format!("a{letter}b*")).as_deref(),
                Some(r#""a" "b"*"#),
                "{letter:?}"
            );
            assert_eq!(match_expression(&letter.to_string()), None, "{letter:?}");
        }
    }
}
