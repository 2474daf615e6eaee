//! Tells secrets from what only stands where a secret would: placeholders, types, variables, prose.

/// Whether a value in quotes, or of an object's entry, is a secret.
pub(super) fn is_secret(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && !is_placeholder(value) && !is_variable_of_environment(value)
}

/// Whether a value without quotes is a secret. After a colon, prose or a type is more likely than a password.
pub(super) fn is_bare_secret(value: &str, after_colon: bool) -> bool {
    if !is_secret(value) {
        return false;
    }
    match after_colon {
        true => value.len() >= 6 && value.bytes().any(|b| b.is_ascii_digit()),
        false => value.len() >= 4 && !is_code(value),
    }
}

/// Whether what follows `Bearer` and the like is a token and no word: words have no digits, no capitals inside, and are
/// short.
pub(super) fn is_token_like(text: &str) -> bool {
    let inner_capital = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    text.len() >= 20
        || text.bytes().any(|b| b.is_ascii_digit() || b == b'=' || b == b'+')
        || text.as_bytes().windows(2).any(inner_capital)
}

/// Whether a value looks like a secret, and not like a word: long, of letters and digits, or in several parts.
pub(super) fn is_opaque(value: &str) -> bool {
    let has = |is: fn(u8) -> bool| value.bytes().any(is);
    let is_mixed = has(|b| b.is_ascii_digit()) && has(|b| b.is_ascii_alphabetic());
    let has_parts = value.len() >= 10 && value.contains(['-', '_', '.', '+', '/', '=']);
    !value.contains(char::is_whitespace)
        && value.len() >= 6
        && (is_mixed || has_parts || is_token_like(value))
}

/// Whether this may be what a model makes, and no credential is: a part of a text, with its spaces, or a sign.
pub(super) fn is_token_of_model(value: &str) -> bool {
    value.trim() != value || value.chars().count() <= 3 || !value.contains(char::is_alphanumeric)
}

/// Whether these are words joined by hyphens: a longer name that happens to begin as a key does.
pub(super) fn is_hyphenated(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_')
}

/// Whether this is a keyword of JSON Schema whose value only describes: a tool's parameter may well be called
/// `password`. Keywords that hold values (`default`, `const`, `examples`) are not among them.
pub(in crate::redact) fn is_schema_keyword(name: &str) -> bool {
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

/// Whether this marks where a secret would be, or was.
fn is_placeholder(value: &str) -> bool {
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

/// Whether this is `$API_KEY`, or the name of a variable alone, as in `getenv("API_KEY")`.
fn is_variable_of_environment(value: &str) -> bool {
    let name = value.strip_prefix('$').unwrap_or(value);
    let is_name = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_name && name.contains('_') && name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Whether this is code that evaluates to the value: `settings.api_key`, `load(..)`.
fn is_code(value: &str) -> bool {
    if let Some((callee, _)) = value.split_once(['(', '[']) {
        return !callee.is_empty() && is_path(callee);
    }
    is_path(value) && value.contains(['.', '_'])
}

fn is_path(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_' | b':'))
}
