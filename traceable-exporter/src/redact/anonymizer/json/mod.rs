//! Replaces texts in JSON in place.
//!
//! In: valid JSON, and an [`Edit`] that decides about each text. Out: the JSON with those texts replaced; everything
//! else stays byte by byte, so that numbers keep their digits and objects their order. Never builds a tree and never
//! recurses: there is no depth below which texts would be skipped.

use std::borrow::Cow;

use super::location::TextLocation;
use crate::redact::secrets::NameSecrecy;

/// Decides about each text.
pub(super) trait Edit {
    /// The replacement of a text, or of the name of an object's entry; `None`: it stays.
    fn text(&self, text: &str, location: TextLocation<'_>) -> Option<String>;

    /// What is secret under this name, because of the name. `path` points to the object that has the entry.
    fn secrecy(&self, name: &str, path: &str) -> NameSecrecy;

    /// Whether an entry of this name, in an object under a secret name, only describes the secret.
    fn describes_secret(&self, name: &str) -> bool;

    /// The replacement of a text or number under such a name; `None`: [`text`](Self::text) decides.
    fn redact_named_value(&self, value: &str, name: NameSecrecy) -> Option<&'static str>;
}

/// A string that is valid JSON and no valid Unicode: half a surrogate pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::redact) struct UnpairedSurrogate;

/// Replaces texts in `json`, which must be valid. `path` points to the whole value. `None`: nothing was replaced.
///
/// # Errors
/// If a string cannot be read as text, so that nobody can say whether it is secret.
pub(super) fn edit(json: &str, path: &str, edit: &impl Edit) -> Result<Option<String>, UnpairedSurrogate> {
    let mut walk = Walk { json, edit, path: path.to_owned(), open: Vec::new(), out: None, copied: 0 };
    walk.run()?;
    let Walk { out, copied, .. } = walk;
    Ok(out.map(|mut out| {
        out.push_str(&json[copied..]);
        out
    }))
}

struct Walk<'a, E> {
    json: &'a str,
    edit: &'a E,
    /// A JSON pointer to the current entry.
    path: String,
    /// The arrays and objects around the current entry.
    open: Vec<Open>,
    /// The output so far; `None` until the first text is replaced.
    out: Option<String>,
    /// How much of `json` has been copied to `out`.
    copied: usize,
}

/// An array or object that has begun and not ended.
struct Open {
    /// The length of its own path.
    path: usize,
    /// The next entry of an array; `None`: an object.
    index: Option<usize>,
    /// Whether the next string is a name.
    expects_name: bool,
    /// What the name of the current entry makes secret.
    secrecy: NameSecrecy,
    /// What the option in front of the current item of an array makes secret.
    option: NameSecrecy,
    /// Whether this object itself stands under a secret name.
    is_below: bool,
    /// How many of its names were replaced.
    renamed: usize,
}

impl<E: Edit> Walk<'_, E> {
    fn run(&mut self) -> Result<(), UnpairedSurrogate> {
        let bytes = self.json.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    let end = end_of_string(bytes, at);
                    self.string(at, end)?;
                    at = end;
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    let length = bytes[at..].iter().take_while(|b| is_part_of_number(**b)).count();
                    self.number(at, at + length);
                    at += length;
                    continue;
                }
                b'{' => self.enter(None),
                b'[' => self.enter(Some(0)),
                b'}' | b']' => drop(self.open.pop()),
                b',' => self.next_entry(),
                _ => {}
            }
            at += 1;
        }
        Ok(())
    }

    fn enter(&mut self, index: Option<usize>) {
        // an array is as secret as a text in its place; an object has names of its own
        let around = self.secrecy();
        let secrecy = if index.is_some() { around } else { NameSecrecy::Nothing };
        let is_below = around >= NameSecrecy::Texts;
        self.set_index();
        let path = self.path.len();
        let (expects_name, option) = (index.is_none(), NameSecrecy::Nothing);
        self.open.push(Open { path, index, expects_name, secrecy, option, is_below, renamed: 0 });
    }

    fn next_entry(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.expects_name = open.index.is_none();
            open.index = open.index.map(|index| index + 1);
        }
    }

    fn secrecy(&self) -> NameSecrecy {
        self.open.last().map_or(NameSecrecy::Nothing, |open| open.secrecy)
    }

    /// Points the path to the current entry of the innermost array; in an object, `name` has done that.
    fn set_index(&mut self) {
        if let Some(open) = self.open.last() {
            match open.index {
                Some(index) => {
                    self.path.truncate(open.path);
                    self.path.push('/');
                    self.path.push_str(&index.to_string());
                }
                None if open.expects_name => self.path.truncate(open.path),
                None => {}
            }
        }
    }

    fn string(&mut self, start: usize, end: usize) -> Result<(), UnpairedSurrogate> {
        let text = decoded(&self.json[start..end]).ok_or(UnpairedSurrogate)?;
        if let Some(open) = self.open.last_mut().filter(|open| open.expects_name) {
            open.expects_name = false;
            self.name(&text, start, end);
            return Ok(());
        }
        self.set_index();
        let secrecy = self.option_before(&text).max(self.secrecy());
        match self.edit.redact_named_value(&text, secrecy) {
            Some(hidden) => self.replace(start, end, hidden),
            None => {
                if let Some(new) = self.edit.text(&text, TextLocation::text(&self.path)) {
                    self.replace(start, end, &new);
                }
            }
        }
        Ok(())
    }

    /// What a text is by the option in front of it, among the arguments of a command: `["--password", "x"]`.
    fn option_before(&mut self, text: &str) -> NameSecrecy {
        let Some(open) = self.open.last_mut().filter(|open| open.index.is_some()) else {
            return NameSecrecy::Nothing;
        };
        let named = text.strip_prefix("--").map(|name| self.edit.secrecy(name, &self.path));
        let before = std::mem::replace(&mut open.option, named.unwrap_or(NameSecrecy::Nothing));
        // another option, or what this one is for
        let is_other = text.starts_with('-') || text.contains(char::is_whitespace);
        if is_other { NameSecrecy::Nothing } else { before }
    }

    /// The name of an object's entry.
    fn name(&mut self, name: &str, start: usize, end: usize) {
        let Some(open) = self.open.last_mut() else { return };
        self.path.truncate(open.path);
        open.secrecy = match self.edit.secrecy(name, &self.path) {
            // in an object under a secret name: its numbers are lengths and times
            NameSecrecy::Nothing if open.is_below && !self.edit.describes_secret(name) => NameSecrecy::Texts,
            secrecy => secrecy,
        };
        super::location::push(&mut self.path, name);
        if let Some(mut new) = self.edit.text(name, TextLocation::name(&self.path)) {
            open.renamed += 1;
            // the path uses the new name: it must not reveal the old one. Two replaced names must differ: of two
            // entries with one name readers keep one
            if open.renamed > 1 {
                new = format!("{new} ({})", open.renamed);
            }
            self.path.truncate(open.path);
            super::location::push(&mut self.path, &new);
            self.replace(start, end, &new);
        }
    }

    fn number(&mut self, start: usize, end: usize) {
        if self.secrecy() == NameSecrecy::All
            && let Some(hidden) = self.edit.redact_named_value(&self.json[start..end], NameSecrecy::All)
        {
            self.replace(start, end, hidden);
        }
    }

    fn replace(&mut self, start: usize, end: usize, text: &str) {
        let json = self.json;
        let out = self.out.get_or_insert_with(|| String::with_capacity(json.len()));
        out.push_str(&json[self.copied..start]);
        out.push_str(&serde_json::Value::from(text).to_string());
        self.copied = end;
    }
}

/// The position behind the closing quote of the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn is_part_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Unescapes a JSON string.
fn decoded(quoted: &str) -> Option<Cow<'_, str>> {
    if quoted.contains('\\') {
        return serde_json::from_str(quoted).ok().map(Cow::Owned);
    }
    quoted.get(1..quoted.len() - 1).map(Cow::Borrowed)
}

#[cfg(test)]
mod tests;
