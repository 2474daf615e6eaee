//! Names whose values are secret, whatever the values look like: `apiKey`, `DB_PASSWORD`, `x-auth-token`.
//!
//! A name is divided into words, at separators and at capitals. As in English, the last word says what it is:
//! `password_length` is a length. Some words are secret by themselves, others by the word before them: an `api_key` is, a
//! `primary_key` is not. Models make tokens and count them: those names stay.

mod words;

use std::sync::LazyLock;

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::redact) enum NameSecrecy {
    Nothing,
    /// Secret if it looks like it: `auth` may be `"basic"`.
    IfOpaque,
    /// Texts are secret; numbers count something.
    Texts,
    All,
}

use NameSecrecy::{All, IfOpaque, Nothing, Texts};
use words::{
    CODES, FILLERS, FORMS, KEYS, LAST_WORDS, PASSES, PHRASES, QUESTIONS, SECRET_ENDS, SECRETS, TOKENS,
    TOKENS_OF_MODELS,
};

/// A longer one is none.
pub(super) const MAX_NAME: usize = 80;

/// So many of them, at most.
const MAX_FORMS: usize = 4;

/// What is secret under a name of an object's entry, or before a `=`.
pub(in crate::redact) fn secrecy(name: &str) -> NameSecrecy {
    // a sentence, or `name=value`, is no name
    if name.len() > MAX_NAME || name.contains(|c: char| matches!(c, '=' | ':') || c.is_control()) {
        return Nothing;
    }
    if !may_end_name(name.as_bytes()) {
        return Nothing;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let forms = words.iter().rev().take(MAX_FORMS).take_while(|word| is_form(word)).count();
    // a name of such words only is no name of a secret
    let Some((head, before)) = words[..words.len() - forms].split_last() else { return Nothing };
    if *head == "connection" && matches!(words.get(words.len() - forms), Some(&"string" | &"str")) {
        return All;
    }
    // what stands before `your` says nothing about the token
    let before = before.rsplit(|word| is_in(word, FILLERS)).next().unwrap_or_default();
    let found = secrecy_of(head, before).max(secrecy_of_joined(name));
    match before.first().is_some_and(|first| is_in(first, QUESTIONS)) {
        true => found.min(IfOpaque),
        false => found,
    }
}

fn secrecy_of(head: &str, before: &[&str]) -> NameSecrecy {
    let qualifier = before.last().copied();
    let if_in = |list: &str| if qualifier.is_some_and(|word| is_in(word, list)) { All } else { Nothing };
    match head {
        // the working directory of a shell has this name too
        "pwd" if before.is_empty() => IfOpaque,
        _ if is_in(head, SECRETS) => All,
        "key" | "keys" => if_in(KEYS),
        // numbers of tokens are a model's
        "tokens" => if_in(TOKENS).min(Texts),
        "token" => match qualifier {
            None => Texts,
            Some(_) if before.contains(&"per") => Nothing,
            Some(word) if is_in(word, TOKENS) => All,
            Some(word) if is_in(word, TOKENS_OF_MODELS) => Nothing,
            Some(_) => Texts,
        },
        "pass" => if_in(PASSES).max(IfOpaque),
        "code" | "codes" => if_in(CODES),
        "phrase" => if_in(PHRASES),
        "auth" | "authentication" => IfOpaque,
        _ => Nothing,
    }
}

/// Words that nothing separates: `dbpassword`, `accesstoken`.
fn secrecy_of_joined(name: &str) -> NameSecrecy {
    let parts = name
        .rsplit(|c: char| !c.is_alphanumeric())
        .map(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()));
    let last = parts.map(str::to_ascii_lowercase).find(|part| !part.is_empty() && !is_form(part));
    let last = last.unwrap_or_default();
    let follows = |list: &str, end: &str| {
        last.strip_suffix(end).is_some_and(|rest| list.split(' ').any(|word| rest.ends_with(word)))
    };
    let is_secret = SECRET_ENDS.split(' ').any(|end| last.ends_with(end))
        || follows(KEYS, "key")
        || follows(TOKENS, "token");
    if is_secret { All } else { Nothing }
}

fn is_form(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit()) || is_in(word, FORMS)
}

fn is_in(word: &str, list: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// The words of a name, in lower case: divided where there is no letter or digit, before a capital, between letters and digits.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut is_new = true;
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            is_new = true;
            continue;
        }
        let before = at.checked_sub(1).map_or(' ', |at| chars[at]);
        let after = chars.get(at + 1).copied().unwrap_or(' ');
        is_new |= c.is_ascii_digit() != before.is_ascii_digit()
            || c.is_ascii_uppercase()
                && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && after.is_ascii_lowercase());
        if is_new {
            words.push(String::new());
            is_new = false;
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words
}

/// For each last letter of such a word, the letters before it, as bits: what ends in other letters is not looked at any more.
static LAST_LETTERS: [u32; 26] = last_letters(FORMS, last_letters(LAST_WORDS, [0; 26]));

const fn last_letters(words: &str, mut letters: [u32; 26]) -> [u32; 26] {
    let bytes = words.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        let is_last = at + 1 == bytes.len() || bytes[at + 1] == b' ';
        if is_last {
            letters[(bytes[at] - b'a') as usize] |= 1 << (bytes[at - 1] - b'a');
        }
        at += 1;
    }
    letters
}

/// By their last letters, words in which a name can end, and whether they are forms.
static ENDS: LazyLock<[Vec<(&str, bool)>; 26]> = LazyLock::new(|| {
    let mut ends = [const { Vec::new() }; 26];
    let all =
        LAST_WORDS.split(' ').map(|word| (word, false)).chain(FORMS.split(' ').map(|form| (form, true)));
    for (word, is_form) in all {
        if let Some(last) = word.bytes().last() {
            ends[usize::from(last - b'a')].push((word, is_form));
        }
    }
    ends
});

/// Quick, and true more often than [`secrecy`] says that the name is one of a secret.
fn may_end_name(before: &[u8]) -> bool {
    let mut name = before;
    // a form or two may follow, and digits
    for _ in 0..=MAX_FORMS {
        let is_around = |b: &&u8| !b.is_ascii_alphabetic() && !matches!(b, b':' | b'=');
        let around = name.iter().rev().take_while(is_around).count();
        name = &name[..name.len() - around];
        let [.., before, last] = name else { return false };
        let (before, last) = (before.to_ascii_lowercase(), last.to_ascii_lowercase());
        let may_end = before.is_ascii_lowercase()
            && last.is_ascii_lowercase()
            && LAST_LETTERS[usize::from(last - b'a')] >> (before - b'a') & 1 == 1;
        if !may_end {
            return false;
        }
        let ends = |word: &str| {
            name.len()
                .checked_sub(word.len())
                .is_some_and(|start| name[start..].eq_ignore_ascii_case(word.as_bytes()))
        };
        let mut found = ENDS[usize::from(last - b'a')].iter().filter(|(word, _)| ends(word));
        match found.next() {
            None => return false,
            Some((_, false)) => return true,
            Some((form, true)) => match found.any(|(_, is_form)| !is_form) {
                true => return true,
                false => name = &name[..name.len() - form.len()],
            },
        }
    }
    false
}

/// Whether the name of a secret ends here: in a text, or in JSON, where escapes and quotes may stand between. True more often
/// than the patterns find one.
pub(super) fn ends_name(before: &[u8]) -> bool {
    let is_around = |b: &&u8| matches!(**b, b'"' | b'\'' | b'\\' | b' ' | 9..=13);
    let around = before.iter().rev().take_while(is_around).count();
    let (name, around) = before.split_at(before.len() - around);
    if !may_end_name(name) {
        return false;
    }
    let is_secret = |name: &[u8]| secrecy(&String::from_utf8_lossy(name)) != Nothing;
    let is_part =
        |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'_' | b'.' | b'-' | b'[' | b']' | b' ');
    let length = name.iter().rev().take(MAX_NAME).take_while(is_part).count();
    let (front, in_text) = name.split_at(name.len() - length);
    // the first letter may be that of an escape, such as of a line break
    let is_escape = front.last() == Some(&b'\\');
    is_secret(last_words(in_text))
        || is_escape && is_secret(last_words(in_text.get(1..).unwrap_or_default()))
        // the name of an entry, which may have any letters
        || around.contains(&b'"') && is_secret(entry_name(name))
}

/// The last three words, or fewer if there are more spaces between.
fn last_words(name: &[u8]) -> &[u8] {
    let mut words = name.rsplit(|b| *b == b' ').take(3).take_while(|word| !word.is_empty());
    let length = words.next().map_or(0, <[u8]>::len) + words.map(|word| word.len() + 1).sum::<usize>();
    &name[name.len() - length..]
}

/// From the quote in front of it.
fn entry_name(name: &[u8]) -> &[u8] {
    let is_open =
        |at: &usize| name[*at] == b'"' && at.checked_sub(1).is_none_or(|before| name[before] != b'\\');
    let quote = (name.len().saturating_sub(2 * MAX_NAME)..name.len()).rev().find(is_open);
    quote.map_or(name, |at| &name[at + 1..])
}

#[cfg(test)]
mod tests;
