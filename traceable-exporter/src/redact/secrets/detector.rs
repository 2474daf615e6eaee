//! Finds secrets in a text and replaces them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex, bytes};

use super::patterns::{self, exact};
use super::pem::private_keys;
use super::plausible::{is_bare_secret, is_hyphenated, is_secret, is_token_like};
use super::prefilter::may_hold_secret;

/// Replaces a secret; LangSmith's SDKs write the same.
const PLACEHOLDER: &str = "[SECRET_DETECTED]";

/// All patterns, compiled. The first use compiles them, which takes a few milliseconds.
struct Patterns {
    /// Matches wherever one of the others does.
    any: bytes::Regex,
    tokens: Regex,
    url: Regex,
    header: Regex,
    scheme: Regex,
    named: Regex,
    /// The name of an entry whose value is secret.
    secret_name: Regex,
}

/// `None`: a pattern does not compile, which a test rules out.
static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let regex = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        any: bytes::Regex::new(&patterns::any()).ok()?,
        tokens: regex(&exact(&patterns::TOKENS.join("|")))?,
        url: regex(patterns::URL)?,
        header: regex(&patterns::header())?,
        scheme: regex(patterns::SCHEME)?,
        named: regex(&patterns::named_value())?,
        secret_name: regex(&format!("(?i-u:{}|{})$", patterns::NAMES, patterns::HEADERS))?,
    })
});

/// Compiles the patterns now, so that the first run does not pay for it.
pub(in crate::redact) fn prepare() {
    LazyLock::force(&PATTERNS);
}

/// Whether this JSON certainly holds no secret.
pub(in crate::redact) fn is_clean_json(json: &str) -> bool {
    // `\u` can stand for any letter, and `\/` for a slash: the patterns would not see them
    let hides_nothing = !json.contains(r"\u") && !json.contains(r"\/");
    hides_nothing && is_clean(json)
}

/// Whether this text certainly holds no secret.
fn is_clean(text: &str) -> bool {
    let is_candidate = |patterns: &Patterns| patterns.any.is_match(text.as_bytes());
    !may_hold_secret(text.as_bytes()) || PATTERNS.as_ref().is_some_and(|patterns| !is_candidate(patterns))
}

/// Whether the value of an entry of this name is secret.
pub(in crate::redact) fn is_secret_name(name: &str) -> bool {
    // a sentence, or `name=value`, is no name
    let is_name = name.len() <= 80 && !name.contains(['=', ':']);
    is_name && PATTERNS.as_ref().is_none_or(|patterns| patterns.secret_name.is_match(name))
}

/// Replaces a value that stands under a secret name; `None`: the value is a placeholder or empty.
pub(in crate::redact) fn redact_named_value(value: &str) -> Option<&'static str> {
    is_secret(value).then_some(PLACEHOLDER)
}

/// Replaces the secrets in a text; `None`: it has none.
pub(in crate::redact) fn redact(text: &str) -> Option<String> {
    let Some(patterns) = PATTERNS.as_ref() else { return Some(PLACEHOLDER.to_owned()) };
    if is_clean(text) {
        return None;
    }
    let mut changed = None;
    let mut step = |find: &dyn Fn(&str) -> Vec<Range<usize>>| {
        let now = changed.as_deref().unwrap_or(text);
        if let Some(new) = replace(now, &find(now)) {
            changed = Some(new);
        }
    };
    step(&private_keys);
    step(&|text| patterns.urls(text));
    step(&|text| patterns.tokens(text));
    step(&|text| patterns.headers(text));
    step(&|text| patterns.named(text));
    changed
}

/// Puts the placeholder into these ranges, which are in order.
fn replace(text: &str, secrets: &[Range<usize>]) -> Option<String> {
    if secrets.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for secret in secrets {
        out.push_str(&text[copied..secret.start]);
        out.push_str(PLACEHOLDER);
        copied = secret.end;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

impl Patterns {
    fn tokens(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.tokens.find_iter(text).filter(|found| !is_hyphenated(found.as_str()));
        found.map(|found| found.range()).collect()
    }

    /// From the user's name to the password: the name may be a token as well.
    fn urls(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.url.captures_iter(text).filter_map(|found| {
            let (user, password) = (found.get(1)?, found.get(2)?);
            is_secret(password.as_str()).then_some(user.start()..password.end())
        });
        found.collect()
    }

    fn headers(&self, text: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        for found in self.header.captures_iter(text) {
            let Some(value) = found.name("value") else { continue };
            let mut words = value.as_str().split(' ').filter(|word| !word.is_empty());
            // the scheme alone is no secret
            let is_value = |word: &str| word.len() >= 6 && is_token_like(word) && is_secret(word);
            if words.next().is_some_and(is_value) || words.next().is_some_and(is_value) {
                ranges.push(value.range());
            }
        }
        for found in self.scheme.captures_iter(text) {
            let value = found.name("bearer").or_else(|| found.name("basic"));
            ranges.extend(value.filter(|value| is_token_like(value.as_str())).map(|value| value.range()));
        }
        ranges.sort_by_key(|range| range.start);
        // `Authorization: Bearer ..` is found twice
        ranges.dedup_by(|later, earlier| later.start < earlier.end);
        ranges
    }

    fn named(&self, text: &str) -> Vec<Range<usize>> {
        self.named.captures_iter(text).filter_map(|found| named_value(&found)).collect()
    }
}

fn named_value(found: &Captures<'_>) -> Option<Range<usize>> {
    if let Some(quoted) = ["a", "b", "c", "d"].iter().find_map(|group| found.name(group)) {
        return is_secret(quoted.as_str()).then(|| quoted.range());
    }
    let bare = found.name("bare")?;
    // punctuation after the value: of the sentence, or of brackets around it
    let value = bare.as_str().trim_end_matches([')', ']', '}', '>', '.']);
    let after_colon = found.name("sign").is_some_and(|sign| sign.as_str() == ":");
    // `password=password` passes a variable on
    let repeats_name = found[0].strip_prefix(value).is_some_and(|rest| rest.trim_start().starts_with('='));
    let is_secret = !repeats_name && is_secret(bare.as_str()) && is_bare_secret(value, after_colon);
    is_secret.then(|| bare.start()..bare.start() + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of secrets, whole and in pieces, and of ordinary texts.
    const PIECES: &[&str] = &[
        "sk-",
        "sk_",
        "rk_",
        "live_",
        "test_",
        "lsv2_",
        "pt_",
        "ls__",
        "ghp_",
        "gho_",
        "github_pat_",
        "glpat-",
        "glrt-",
        "AKIA",
        "ASIA",
        "ACCA",
        "AIza",
        "ya29.",
        "GOCSPX-",
        "xoxb-",
        "xapp-",
        "1-",
        "hooks.slack.com/",
        "services/",
        "whsec_",
        "npm_",
        "pypi-Ag",
        "SG.",
        "eyJ",
        ".",
        "hf_",
        "gsk_",
        "r8_",
        "pcsk_",
        "tvly-",
        "Bearer ",
        "basic ",
        "://",
        "@",
        ":",
        "=",
        "=>",
        " ",
        "\n",
        "\t",
        "\"",
        "'",
        "\\",
        "--",
        "-----BEGIN ",
        "RSA ",
        "PRIVATE KEY",
        "-----",
        "-----END ",
        "pass",
        "Word",
        "password",
        "passphrase",
        "pwd",
        "secret",
        "SECRET",
        "api",
        "_",
        "-",
        "key",
        "KEY",
        "access",
        "token",
        "HF_TOKEN",
        "authorization",
        "Cookie",
        "the",
        "é",
        "\u{1}",
        "\u{b}",
        "<",
        "/",
        "?",
        "#",
        "1234",
        "abcdefghij",
        "ABCDEFGHIJKLMNOP",
        "0123456789abcdefghij",
        "kLn0R9v6Jgx8Bs7KZw4CuqXHfET1pMa3rYd2",
        "\u{212a}ey",
    ];

    fn text(random: &mut fastrand::Rng) -> String {
        (0..random.usize(1..9)).map(|_| PIECES[random.usize(..PIECES.len())]).collect()
    }

    #[test]
    fn the_prefilters_miss_nothing_that_the_patterns_find() {
        let patterns = PATTERNS.as_ref().unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        let mut found = 0;
        for _ in 0..15_000 {
            let text = text(&mut random);
            let is_found = !private_keys(&text).is_empty()
                || !patterns.urls(&text).is_empty()
                || !patterns.tokens(&text).is_empty()
                || !patterns.headers(&text).is_empty()
                || !patterns.named(&text).is_empty();
            let json = serde_json::Value::from(text.as_str()).to_string();
            let named = format!("{{{json}\n:\"x\"}}");
            found += usize::from(is_found);
            for look in [&text, &json] {
                let is_candidate = patterns.any.is_match(look.as_bytes());
                assert!(may_hold_secret(look.as_bytes()) || !is_candidate, "{look:?}");
            }
            assert!(!is_found || (!is_clean(&text) && !is_clean_json(&json)), "{text:?}");
            assert!(!is_secret_name(&text) || !is_clean_json(&named), "{named:?}");
        }
        assert!(found > 500, "{found}");
    }
}
