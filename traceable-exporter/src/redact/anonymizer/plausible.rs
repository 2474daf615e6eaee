//! Whether what stands where a secret would is one: placeholders, types and variables are not.

/// A value in quotes, or one of an object's entries.
pub(super) fn is_secret(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && !is_stand_in(value) && !is_variable_of_environment(value)
}

/// A value without quotes. After a colon stands prose, or a type, more often than a password.
pub(super) fn is_bare_secret(value: &str, after_colon: bool) -> bool {
    if !is_secret(value) {
        return false;
    }
    match after_colon {
        true => value.len() >= 6 && value.bytes().any(|b| b.is_ascii_digit()),
        false => value.len() >= 4 && !is_code(value),
    }
}

/// What follows `Bearer` and its like, when it is no word: those have no digits, no capitals inside, and an end.
pub(super) fn is_no_word(text: &str) -> bool {
    let inner_capital = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    text.len() >= 20
        || text.bytes().any(|b| b.is_ascii_digit() || b == b'=' || b == b'+')
        || text.as_bytes().windows(2).any(inner_capital)
}

/// Words joined by hyphens, such as a longer name that happens to begin as a key does.
pub(super) fn is_hyphenated(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_')
}

/// Whether it is a keyword of JSON Schema whose value describes: a tool's parameter may well be called `password`. The
/// values that a schema can hold itself (`default`, `const`, `examples`) describe nothing.
pub(super) fn is_of_schema(name: &str) -> bool {
    const KEYWORDS: [&str; 24] = [
        "$comment",
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "allOf",
        "anyOf",
        "contentEncoding",
        "contentMediaType",
        "definitions",
        "description",
        "enum",
        "format",
        "in",
        "items",
        "not",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "scheme",
        "title",
        "type",
    ];
    KEYWORDS.contains(&name)
}

/// Says that something would stand here, or did.
fn is_stand_in(value: &str) -> bool {
    const WORDS: [&str; 8] = ["none", "null", "nil", "true", "false", "undefined", "string", "required"];
    const MARKERS: [&str; 5] = ["[secret]", "[SECRET_DETECTED]", "[redacted]", "[api", "[not recorded:"];
    let between = |open: &str, close: &str| value.starts_with(open) && value.ends_with(close);
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
        || MARKERS.iter().any(|marker| value.starts_with(marker))
        || value.bytes().all(|b| matches!(b, b'*' | b'x' | b'X' | b'.'))
        || value.chars().all(|c| c == '•')
        || between("<", ">")
        || between("{", "}")
        || between("${", "}")
        || between("%", "%")
}

/// `$API_KEY`, or the name of a variable alone, as in `getenv("API_KEY")`.
fn is_variable_of_environment(value: &str) -> bool {
    let name = value.strip_prefix('$').unwrap_or(value);
    let is_name = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_name && name.contains('_') && name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// `settings.api_key`, `load(..)`: code that leads to the value.
fn is_code(value: &str) -> bool {
    if let Some((callee, _)) = value.split_once(['(', '[']) {
        return !callee.is_empty() && is_path(callee);
    }
    is_path(value) && value.contains(['.', '_'])
}

fn is_path(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_' | b':'))
}
